import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { HubgenError } from '../../errors.ts'
import type { MigrationFile } from './migration-file.ts'

/** The files of `<directory>/migrations` in order; fails with MIGRATIONS_MISSING if there are none. */
export async function readMigrations(directory: string): Promise<readonly MigrationFile[]> {
  const folder = join(directory, 'migrations')
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  const sqlNames = names.filter((name) => name.endsWith('.sql')).sort()
  if (sqlNames.length === 0) {
    throw new HubgenError('MIGRATIONS_MISSING', 'there are no migrations to apply', {
      at: folder,
      fix: 'run `hubgen generate --all` (after `hubgen explore`), or name the folder with `--directory`',
    })
  }
  return Promise.all(
    sqlNames.map(async (name) => ({ name, sql: await readFile(join(folder, name), 'utf8') })),
  )
}
