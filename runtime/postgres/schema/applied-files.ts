import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors } from '../database-error.ts'
import { checksumOf, inOrder, type MigrationFile } from './migration-file.ts'

/** Which of the files are applied to a database, in file order. */
export interface SortedFiles {
  readonly pending: readonly MigrationFile[]
  readonly applied: readonly MigrationFile[]
  /** Files that were applied under another name; merging two files of the same name renames one of them. */
  readonly renamed: readonly Rename[]
}

export interface Rename {
  readonly from: string
  readonly to: string
}

interface Recorded {
  readonly name: string
  readonly checksum: string
}

/**
 * Fails with MIGRATION_MISSING or MIGRATION_CHANGED unless the applied migrations match the files. A file
 * is identified by its text, so it may have another name than when it was applied.
 */
export async function sortOut(
  database: Database,
  files: readonly MigrationFile[],
): Promise<SortedFiles> {
  const recorded = await explainingErrors(database.label, () =>
    database.kysely
      .selectFrom('hubgen.migration')
      .select(['name', 'checksum'])
      .orderBy('name')
      .execute(),
  )
  const left = new Map(files.map((file) => [file.name, checksumOf(file)]))
  const others = recorded.filter(({ name, checksum }) => {
    const isSame = left.get(name) === checksum
    if (isSame) left.delete(name)
    return !isSame
  })
  const renamed: Rename[] = []
  const unknown: Recorded[] = []
  for (const { name, checksum } of others) {
    const to = [...left].find(([, other]) => other === checksum)?.[0]
    if (to === undefined) unknown.push({ name, checksum })
    else renamed.push({ from: name, to })
    if (to !== undefined) left.delete(to)
  }
  refuseUnknown(database, unknown, files)
  const ordered = inOrder(files)
  return {
    pending: ordered.filter(({ name }) => left.has(name)),
    applied: ordered.filter(({ name }) => !left.has(name)),
    renamed,
  }
}

/** Updates the names of renamed files in the records. */
export async function recordRenames(database: Database, renamed: readonly Rename[]): Promise<void> {
  if (renamed.length === 0) return
  await transact(database).execute(async (transaction) => {
    const names = renamed.map(({ from }) => from)
    const rows = await transaction
      .deleteFrom('hubgen.migration')
      .where('name', 'in', names)
      .returning(['name', 'checksum', 'applied_at'])
      .execute()
    const newNames = new Map(renamed.map(({ from, to }) => [from, to]))
    await transaction
      .insertInto('hubgen.migration')
      .values(rows.map((row) => ({ ...row, name: newNames.get(row.name) ?? row.name })))
      .execute()
  })
}

function refuseUnknown(
  database: Database,
  unknown: readonly Recorded[],
  files: readonly MigrationFile[],
): void {
  const names = new Set(files.map(({ name }) => name))
  const missing = unknown.filter(({ name }) => !names.has(name))
  if (missing.length > 0) throw migrationMissing(database, missing)
  if (unknown.length > 0) throw migrationChanged(database, unknown)
}

function migrationMissing(database: Database, missing: readonly Recorded[]): HubgenError {
  const [{ name } = { name: '' }] = missing
  return new HubgenError(
    'MIGRATION_MISSING',
    `applied to this database, but not among the files: ${quoteAll(missing)}`,
    {
      at: database.description,
      fix: `restore them from git: \`git checkout -- generated/migrations\`, or where a merge lost them \`git log --all --format=%h -- generated/migrations/${name}\` and \`git checkout <commit> -- generated/migrations/${name}\`; or check that this is the database of this project and branch`,
    },
  )
}

function migrationChanged(database: Database, changed: readonly Recorded[]): HubgenError {
  const [{ name, checksum } = { name: '', checksum: '' }] = changed
  const other = name.replace(/(?:_[0-9a-f]{8})?\.sql$/, `_${checksum.slice(0, 8)}.sql`)
  return new HubgenError(
    'MIGRATION_CHANGED',
    `applied to this database before ${quoteAll(changed)} changed; a migration is applied once`,
    {
      at: database.description,
      fix: `restore the file from git (\`git checkout -- generated/migrations\`); what should change goes into a new one, which \`hubgen generate\` writes. Where a merge kept one of two files of this name, keep both: \`git log --all --format=%h -- generated/migrations/${name}\` lists the commits, and \`git show <commit>:./generated/migrations/${name} > generated/migrations/${other}\` brings the other one back`,
    },
  )
}

function quoteAll(files: readonly Recorded[]): string {
  return files.map(({ name }) => `\`${name}\``).join(', ')
}
