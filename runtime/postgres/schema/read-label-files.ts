import { existsSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { LabelFiles } from './apply-labels.ts'

/** `labels.sql` and `labelled.sql` of every generated entity, by name. */
export async function readLabelFiles(directory: string): Promise<readonly LabelFiles[]> {
  const entities = globSync('*/labelled.sql', { cwd: directory })
    .map((path) => path.slice(0, -'/labelled.sql'.length))
    .filter((entity) => existsSync(join(directory, entity, 'labels.sql')))
    .toSorted()
  return Promise.all(
    entities.map(async (entity) => {
      const [labels, labelled] = await Promise.all(
        ['labels.sql', 'labelled.sql'].map((name) =>
          readFile(join(directory, entity, name), 'utf8'),
        ),
      )
      return { entity, labels: labels ?? '', labelled: labelled ?? '' }
    }),
  )
}
