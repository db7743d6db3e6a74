import { sql } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { ensureState } from '../state/state.ts'
import { bringLabels, type LabelFiles, type LabelReport } from './apply-labels.ts'
import { applyMigration } from './apply-migration.ts'
import { checkColumnRoom } from './column-room.ts'
import { checksumOf, inOrder, type MigrationFile } from './migration-file.ts'
import { holdMigrationLock } from './migration-lock.ts'

export type { MigrationFile } from './migration-file.ts'

/** File names in the order of application. */
export interface MigrationReport {
  readonly applied: readonly string[]
  readonly alreadyApplied: readonly string[]
}

export interface MigrateOptions {
  /** Called when another hubgen is migrating this database; `migrate` then waits for it. */
  readonly onWait?: (() => void) | undefined
  /** Called when a file begins. Building an index takes as long as reading its table. */
  readonly onApply?: ((name: string) => void) | undefined
}

/**
 * Applies pending files by name. Files applied before a failure stay, and the next run continues from
 * there. Safe to run concurrently: the second run waits and then finds nothing to do.
 */
export async function migrate(
  database: Database,
  files: readonly MigrationFile[],
  options: MigrateOptions = {},
): Promise<MigrationReport> {
  await ensureState(database)
  const work = () => applyPending(database, files, options)
  return holdMigrationLock(database, work, options.onWait ?? (() => {}))
}

/** Like `migrate`, and brings labels and views up to date under the same lock. */
export async function migrateWithLabels(
  database: Database,
  files: readonly MigrationFile[],
  labels: readonly LabelFiles[],
  options: MigrateOptions = {},
): Promise<MigrationReport & LabelReport> {
  await ensureState(database)
  const work = async () => {
    const report = await applyPending(database, files, options)
    return { ...report, ...(await bringLabels(database, labels)) }
  }
  return holdMigrationLock(database, work, options.onWait ?? (() => {}))
}

async function applyPending(
  database: Database,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<MigrationReport> {
  const { pending, alreadyApplied } = await sortOut(database, files)
  await checkColumnRoom(database, pending)
  for (const file of pending) {
    options.onApply?.(file.name)
    await applyMigration(database, file)
  }
  return { applied: pending.map(({ name }) => name), alreadyApplied }
}

/** The files that `migrate` would apply now, in order; changes nothing, not even hubgen's own tables. */
export async function listPending(
  database: Database,
  files: readonly MigrationFile[],
): Promise<readonly MigrationFile[]> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ known: boolean }>`SELECT to_regclass('hubgen.migration') IS NOT NULL AS known`.execute(
      database.kysely,
    ),
  )
  if (rows[0]?.known !== true) return inOrder(files)
  return (await sortOut(database, files)).pending
}

/** Checks that the applied migrations match the files before anything changes. */
async function sortOut(
  database: Database,
  files: readonly MigrationFile[],
): Promise<{ pending: readonly MigrationFile[]; alreadyApplied: readonly string[] }> {
  const recorded = await explainingErrors(database.label, () =>
    database.kysely
      .selectFrom('hubgen.migration')
      .select(['name', 'checksum'])
      .orderBy('name')
      .execute(),
  )
  const checksums = new Map(files.map((file) => [file.name, checksumOf(file)]))
  const missing = recorded.filter(({ name }) => !checksums.has(name))
  if (missing.length > 0) throw migrationMissing(database, missing)
  const changed = recorded.filter(({ name, checksum }) => checksums.get(name) !== checksum)
  if (changed.length > 0) throw migrationChanged(database, changed)
  const known = new Set(recorded.map(({ name }) => name))
  const ordered = inOrder(files)
  return {
    pending: ordered.filter(({ name }) => !known.has(name)),
    alreadyApplied: ordered.filter(({ name }) => known.has(name)).map(({ name }) => name),
  }
}

interface Named {
  readonly name: string
}

function migrationMissing(database: Database, missing: readonly Named[]): HubgenError {
  return new HubgenError(
    'MIGRATION_MISSING',
    `applied to this database, but not among the files: ${quoteAll(missing)}`,
    {
      at: database.description,
      fix: 'restore them from git (`git checkout -- generated/migrations`), or check that this is the database of this project',
    },
  )
}

function migrationChanged(database: Database, changed: readonly Named[]): HubgenError {
  return new HubgenError(
    'MIGRATION_CHANGED',
    `applied to this database before ${quoteAll(changed)} changed; a migration is applied once`,
    {
      at: database.description,
      fix: 'restore the file from git (`git checkout -- generated/migrations`); changes go into a new migration, which `hubgen generate` writes',
    },
  )
}

function quoteAll(files: readonly Named[]): string {
  return files.map(({ name }) => `\`${name}\``).join(', ')
}
