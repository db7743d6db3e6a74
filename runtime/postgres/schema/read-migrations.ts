import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { HubgenError } from '../../errors.ts'
import { type MigrationFile, replacedFiles } from './migration-file.ts'

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
  const [files, squashed] = await Promise.all([
    readTexts(folder, sqlNames),
    readSquashed(join(folder, 'squashed')),
  ])
  return files.map((file) =>
    replacedFiles(file).length === 0 ? file : { ...file, replaced: squashed },
  )
}

function readTexts(folder: string, names: readonly string[]): Promise<readonly MigrationFile[]> {
  return Promise.all(
    names.map(async (name) => ({ name, sql: await readFile(join(folder, name), 'utf8') })),
  )
}

/** The files that `hubgen squash` moved; none if it never ran. */
async function readSquashed(folder: string): Promise<readonly MigrationFile[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  return readTexts(folder, names.filter((name) => name.endsWith('.sql')).sort())
}
