import { basename, join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import { isGenerated } from '../../runtime/postgres/schema/fit-file.ts'
import { CHECKSUM_FILE, parseChecksums } from '../disk/checksums.ts'
import type { MigrationFile } from '../render/migrations/migration-sql.ts'
import { findTypeClashes } from '../render/migrations/type-clashes.ts'

/** Fails with MIGRATION_CONFLICT for a migration that contains git's conflict marks. */
export function refuseConflictMarks(files: readonly MigrationFile[], directory: string): void {
  const marked = files.find(({ sql }) => /^(?:<{7}|>{7}) /m.test(sql))
  if (marked === undefined) return
  const path = join(directory, 'migrations', marked.name)
  const other = path.replace(/\.sql$/, '_theirs.sql')
  throw new HubgenError(
    'MIGRATION_CONFLICT',
    'two branches wrote this migration, and git left both texts in it: a database may have run either',
    {
      at: path,
      fix: `keep both: \`git show MERGE_HEAD:./${path} > ${other}\`, then \`git checkout --ours -- ${path}\`, and run it again`,
    },
  )
}

/** Sentences about the possible effects of a merge on migrations. */
export function describeMerge(
  disk: ReadonlyMap<string, string>,
  directory: string,
): readonly string[] {
  const named = [...parseChecksums(disk.get(CHECKSUM_FILE) ?? '').keys()]
  const isKept = (path: string) =>
    disk.has(path) || disk.has(`migrations/squashed/${basename(path)}`)
  const lost = named.filter((path) => path.startsWith('migrations/') && !isKept(path))
  const files = [...disk]
    .filter(([path, sql]) => /^migrations\/[^/]+\.sql$/.test(path) && isGenerated({ sql }))
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([path, sql]) => ({ name: basename(path), sql }))
  return [
    ...lost.map((path) => {
      const file = `${directory}/${path}`
      return `${CHECKSUM_FILE} names ${path}, which is gone. A database that has run it will refuse to migrate: \`git log --all --format=%h -- ${file}\` finds it, \`git checkout <commit> -- ${file}\` brings it back`
    }),
    ...findTypeClashes(files).map(
      ({ table, column, first, other }) =>
        `${first} and ${other} give ${table}.${column} two types. New databases have that of ${first}; one that ran ${other} first will refuse to migrate, and say what to do`,
    ),
  ]
}
