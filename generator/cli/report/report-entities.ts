import { join } from 'node:path'
import { styleText } from 'node:util'
import { print } from '../../../runtime/terminal/print.ts'
import { readResults } from '../../project/read-results.ts'
import { writeResults } from '../../project/write-results.ts'
import { listChecklist } from '../../render/report/production-checklist.ts'
import { renderResults } from '../../render/report/results-section.ts'
import { openExistingDatabase } from '../open-database.ts'

/** Measures one entity after another, and prints a line for each. */
export async function reportEntities(
  directory: string,
  entities: readonly string[],
): Promise<void> {
  await using database = await openExistingDatabase(entities)
  for (const entity of entities) {
    const results = await readResults(directory, entity, database)
    const path = await writeResults(directory, entity, renderResults(entity, results))
    const points = listChecklist(entity, results)
    const done = points.filter(({ mark }) => mark === 'x').length
    print(
      `${styleText('green', 'wrote')} ${join(directory, path)}: ${done} of ${points.length} points of the checklist are done`,
    )
  }
}
