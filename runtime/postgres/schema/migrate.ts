import { sql } from 'kysely'
import { checkOurs } from '../connection/check-ours.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { ensureMigrationState } from '../state/state.ts'
import { recordRenames, type SortedFiles, sortOut } from './applied-files.ts'
import { bringLabels, type LabelReport, type ViewFiles, viewsOf } from './apply-labels.ts'
import { applyMigration } from './apply-migration.ts'
import { checkOwnViews } from './check-own-views.ts'
import { type CrowdedTable, checkColumnRoom, listCrowded } from './column-room.ts'
import { type FittedFile, fitFile, isGenerated } from './fit-file.ts'
import { madeTables, readMigratedSchema, withText } from './migrated-schema.ts'
import { inOrder, type MigrationFile } from './migration-file.ts'
import { holdMigrationLock } from './migration-lock.ts'
import { type Premade, readPremade, withPremade } from './premade-tables.ts'
import type { LockPatience } from './retry-locks.ts'
import { type Adoption, recordAdoptions } from './unfold-squashed.ts'

export type { MigrationFile } from './migration-file.ts'

/** File names in the order of application. */
export interface MigrationReport {
  readonly applied: readonly string[]
  readonly alreadyApplied: readonly string[]
  /** Tables that have used most of their columns. */
  readonly crowded?: readonly CrowdedTable[] | undefined
}

export interface MigrateOptions {
  /** Called when another hubgen is migrating this database; `migrate` then waits for it. */
  readonly onWait?: (() => void) | undefined
  /** Called when a file begins. Building an index takes as long as reading its table. */
  readonly onApply?: ((name: string) => void) | undefined
  /** How long to wait for a busy table; about a minute by default. */
  readonly patience?: LockPatience | undefined
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
  await checkOwnTables(database, files)
  await ensureMigrationState(database)
  const work = () => applyPending(database, files, options)
  return holdMigrationLock(database, work, options.onWait ?? (() => {}))
}

/** Like `migrate`, and brings labels and views up to date under the same lock. */
export async function migrateWithLabels(
  database: Database,
  files: readonly MigrationFile[],
  views: readonly ViewFiles[],
  options: MigrateOptions = {},
): Promise<MigrationReport & LabelReport> {
  await checkOwnTables(database, files, views)
  await ensureMigrationState(database)
  const work = async () => {
    const report = await applyPending(database, files, options)
    return { ...report, ...(await bringLabels(database, views)) }
  }
  return holdMigrationLock(database, work, options.onWait ?? (() => {}))
}

/**
 * Fails with TABLE_NOT_OURS, before anything is written, if a table or a view that these files make or change
 * exists and is not of hubgen's making.
 */
export async function checkOwnTables(
  database: Database,
  files: readonly MigrationFile[],
  views: readonly ViewFiles[] = [],
): Promise<void> {
  const { pending, applied } = await sortIfKnown(database, files)
  const labels = views.flatMap((file) => ('labels' in file ? file.labels : []))
  await checkOurs(
    database,
    [...tablesOf([...applied, ...pending]), ...readMigratedSchema(labels).tables.keys()],
    new Set(tablesOf(applied)),
  )
  await checkOwnViews(database, views.flatMap(viewsOf))
}

async function applyPending(
  database: Database,
  files: readonly MigrationFile[],
  options: MigrateOptions,
): Promise<MigrationReport> {
  const { pending, applied, renamed, adoptions } = await sortOut(database, files)
  const isWhole = ({ file }: Adoption) => applied.some(({ name }) => name === file.name)
  await recordAdoptions(database, adoptions.filter(isWhole))
  await checkColumnRoom(database, pending, [...new Set([...files, ...applied, ...pending])])
  await recordRenames(database, renamed)
  const premade = await readPremade(database, pending, applied)
  const reached = followFiles([...files, ...pending], applied, premade)
  for (const file of pending) {
    options.onApply?.(file.name)
    await applyMigration(database, reached(file), options.patience)
  }
  await recordAdoptions(
    database,
    adoptions.filter((one) => !isWhole(one)),
  )
  const crowded = await listCrowded(database, files)
  return {
    applied: namesOf(pending),
    alreadyApplied: namesOf(applied),
    ...(crowded.length > 0 && { crowded }),
  }
}

function namesOf(files: readonly MigrationFile[]): readonly string[] {
  return files.map(({ name }) => name)
}

/** The files that `migrate` would apply now, in order; changes nothing, not even hubgen's own tables. */
export async function listPending(
  database: Database,
  files: readonly MigrationFile[],
): Promise<readonly MigrationFile[]> {
  return (await sortIfKnown(database, files)).pending
}

/** The pending files with the statements that `migrate` would run of them. */
export async function listFitted(
  database: Database,
  files: readonly MigrationFile[],
): Promise<readonly MigrationFile[]> {
  const { pending, applied } = await sortIfKnown(database, files)
  const premade = await readPremade(database, pending, applied)
  const reached = followFiles([...files, ...pending], applied, premade)
  return pending.map(reached).map(({ file: { name }, sql: text }) => ({ name, sql: text }))
}

/** The tables that the files applied here have made, as written in SQL; changes nothing. */
export async function listMade(
  database: Database,
  files: readonly MigrationFile[],
): Promise<ReadonlySet<string>> {
  const { applied } = await sortIfKnown(database, files)
  return new Set(tablesOf(applied))
}

function tablesOf(files: readonly MigrationFile[]): Iterable<string> {
  return readMigratedSchema(
    inOrder(files.filter(isGenerated)).map((file) => file.sql),
  ).tables.keys()
}

/** Nothing is applied to a database that hubgen has not migrated yet. */
async function sortIfKnown(
  database: Database,
  files: readonly MigrationFile[],
): Promise<Pick<SortedFiles, 'pending' | 'applied'>> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ known: boolean }>`SELECT to_regclass('hubgen.migration') IS NOT NULL AS known`.execute(
      database.kysely,
    ),
  )
  if (rows[0]?.known !== true) return { pending: inOrder(files), applied: [] }
  return sortOut(database, files)
}

/** Fits the pending files in order, each to the schema reached before it. */
function followFiles(
  files: readonly MigrationFile[],
  alreadyApplied: readonly MigrationFile[],
  premade: Premade,
): (file: MigrationFile) => FittedFile {
  const made = madeTables(files.filter(isGenerated).map((file) => file.sql))
  let applied = inOrder(alreadyApplied.filter(isGenerated))
  let now = readMigratedSchema(applied.map((file) => file.sql))
  return (file) => {
    if (!isGenerated(file)) return { file, sql: file.sql, clashes: [], losing: [] }
    const isLast = applied.every(({ name }) => name < file.name)
    applied = inOrder([...applied, file])
    const next = isLast
      ? withText(now, file.sql)
      : readMigratedSchema(applied.map((one) => one.sql))
    const fitted = fitFile(file, { now: withPremade(now, premade), next, made })
    now = next
    return fitted
  }
}
