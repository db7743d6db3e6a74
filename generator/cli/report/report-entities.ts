import { join } from 'node:path'
import { styleText } from 'node:util'
import { formatError, HubgenError } from '../../../runtime/errors.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { print, printError } from '../../../runtime/terminal/print.ts'
import { expectedExitCode } from '../../../runtime/terminal/report-failure.ts'
import { readResults } from '../../project/read-results.ts'
import { writeResults } from '../../project/write-results.ts'
import { listChecklist } from '../../render/report/production-checklist.ts'
import { renderResults } from '../../render/report/results-section.ts'
import { openExistingDatabase } from '../open-database.ts'

/**
 * Writes the results of one entity after another, prints a line for each and returns the exit code. Of several
 * entities, one that fails does not keep the others from theirs.
 */
export async function reportEntities(
  directory: string,
  entities: readonly string[],
): Promise<number> {
  await using database = await openExistingDatabase(entities)
  let exitCode = 0
  for (const entity of entities) {
    try {
      print(await reportOne(directory, entity, database))
    } catch (error) {
      if (!(error instanceof HubgenError) || entities.length === 1) throw error
      printError(`${entity}: ${formatError(error)}`)
      exitCode = expectedExitCode
    }
  }
  return exitCode
}

async function reportOne(directory: string, entity: string, database: Database): Promise<string> {
  const results = await readResults(directory, entity, database)
  const path = await writeResults(directory, entity, renderResults(entity, results))
  const points = listChecklist(entity, results)
  const done = points.filter(({ mark }) => mark === 'x').length
  const written = `${styleText('green', 'wrote')} ${join(directory, path)}`
  return `${written}: ${done} of ${points.length} points of the checklist are done`
}
