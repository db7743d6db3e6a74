import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors } from '../database-error.ts'
import { checksumOf, inOrder, type MigrationFile, type NamedFile } from './migration-file.ts'
import { type Adoption, unfoldSquashed } from './unfold-squashed.ts'

/** Which of the files are applied to a database, in file order. */
export interface SortedFiles {
  readonly pending: readonly MigrationFile[]
  readonly applied: readonly MigrationFile[]
  /** Files that were applied under another name; merging two files of the same name renames one of them. */
  readonly renamed: readonly Rename[]
  /** Squashed files whose records take the place of others when all pending ones have run. */
  readonly adoptions: readonly Adoption[]
}

export interface Rename {
  readonly from: string
  readonly to: string
}

/**
 * Fails with MIGRATION_MISSING or MIGRATION_CHANGED unless the applied migrations match the files. A file
 * is identified by its text, so it may have another name than when it was applied.
 */
export async function sortOut(
  database: Database,
  given: readonly MigrationFile[],
): Promise<SortedFiles> {
  const recorded = await explainingErrors(database.label, () =>
    database.kysely
      .selectFrom('hubgen.migration')
      .select(['name', 'checksum'])
      .orderBy('name')
      .execute(),
  )
  const { files, adoptions } = unfoldSquashed(database, given, recorded)
  const adopted = new Set(adoptions.map(({ file }) => file.name))
  const replaced = new Set(adoptions.flatMap((one) => one.replaced).map(({ checksum }) => checksum))
  const left = new Map(
    files.filter(({ name }) => !adopted.has(name)).map((file) => [file.name, checksumOf(file)]),
  )
  const others = recorded.filter(({ name, checksum }) => {
    const isSame = left.get(name) === checksum
    if (isSame) left.delete(name)
    return !isSame && !replaced.has(checksum)
  })
  const renamed: Rename[] = []
  const unknown: NamedFile[] = []
  for (const { name, checksum } of others) {
    const to = [...left].find(([, other]) => other === checksum)?.[0]
    if (to === undefined) unknown.push({ name, checksum })
    else renamed.push({ from: name, to })
    if (to !== undefined) left.delete(to)
  }
  refuseUnknown(database, unknown, { files, isBehind: left.size > 0 })
  const ordered = inOrder(files)
  return {
    pending: ordered.filter(({ name }) => left.has(name)),
    applied: ordered.filter(({ name }) => !left.has(name)),
    renamed,
    adoptions,
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
  unknown: readonly NamedFile[],
  { files, isBehind }: { readonly files: readonly MigrationFile[]; readonly isBehind: boolean },
): void {
  const names = new Set(files.map(({ name }) => name))
  const missing = unknown.filter(({ name }) => !names.has(name))
  if (missing.length > 0) throw migrationMissing(database, missing, isBehind ? 'diverged' : 'newer')
  if (unknown.length > 0) throw migrationChanged(database, unknown)
}

/** `newer`: the database has all of the files; `diverged`: it lacks some of them, too. */
function migrationMissing(
  database: Database,
  missing: readonly NamedFile[],
  relation: 'newer' | 'diverged',
): HubgenError {
  const [{ name } = { name: '' }] = missing
  return new HubgenError(
    'MIGRATION_MISSING',
    relation === 'newer'
      ? `this database is newer than the files; applied to it, but not among them: ${quoteAll(missing)}`
      : `applied to this database, but not among the files: ${quoteAll(missing)}`,
    {
      at: database.description,
      fix: `${relation === 'newer' ? 'deploy the files that it was migrated with, or ' : ''}restore them from git: \`git checkout -- generated/migrations\`, or where a merge lost them \`git log --all --format=%h -- generated/migrations/${name}\` and \`git checkout <commit> -- generated/migrations/${name}\`; or check that this is the database of this project and branch`,
    },
  )
}

function migrationChanged(database: Database, changed: readonly NamedFile[]): HubgenError {
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

function quoteAll(files: readonly NamedFile[]): string {
  return files.map(({ name }) => `\`${name}\``).join(', ')
}
