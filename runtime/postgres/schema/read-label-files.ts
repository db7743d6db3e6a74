import { existsSync, globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { LabelFiles, ViewFiles } from './apply-labels.ts'
import { COMPAT_PATH } from './compat-views.ts'

/** The files of every generated entity, then those of the views that read several entities' tables. */
export async function readViewFiles(directory: string): Promise<readonly ViewFiles[]> {
  const path = join(directory, COMPAT_PATH)
  const labels = await readLabelFiles(directory)
  return existsSync(path) ? [...labels, { compat: await readFile(path, 'utf8') }] : labels
}

/** `labels.sql`, `labelled.sql` and, where there is one, `views.sql` of every generated entity, by name. */
async function readLabelFiles(directory: string): Promise<readonly LabelFiles[]> {
  const entities = globSync('*/labelled.sql', { cwd: directory })
    .map((path) => path.slice(0, -'/labelled.sql'.length))
    .filter((entity) => existsSync(join(directory, entity, 'labels.sql')))
    .toSorted()
  return Promise.all(
    entities.map(async (entity) => {
      const read = (name: string) => readFile(join(directory, entity, name), 'utf8')
      const [labels, labelled, current] = await Promise.all([
        read('labels.sql'),
        read('labelled.sql'),
        existsSync(join(directory, entity, 'views.sql')) ? read('views.sql') : undefined,
      ])
      return { entity, labels, labelled, current }
    }),
  )
}
