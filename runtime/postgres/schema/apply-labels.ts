/*
 * Labels are data. `labels.sql` holds properties, options, pipelines and stages as rows; every `migrate`
 * upserts them, so a renamed option needs no migration. The view `<table>_labelled` looks labels up in a
 * `jsonb` map per column, which Postgres builds once per query. With 100,000 rows and 40 such columns this
 * takes twice as long as a plain scan; CASE takes three times, a join on the option table fifty times. The
 * view is not a migration either: `migrate` replaces it in place and keeps the existing column order, so
 * that views that depend on it survive.
 */

import { createHash } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainDatabaseError, explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { holdMigrationLock } from './migration-lock.ts'

/** The label files of one table in `generated/<entity>`. */
export interface LabelFiles {
  readonly entity: string
  /** Text of `labels.sql`: rows of properties and options. */
  readonly labels: string
  /** Text of `labelled.sql`: one `CREATE OR REPLACE VIEW … AS` that ends with a semicolon. */
  readonly labelled: string
}

/** Names of the views that were created or replaced; other views were up to date. */
export interface LabelReport {
  readonly views: readonly string[]
  /** The portal's time zone if this server does not know it; the day columns of these views are then null. */
  readonly unknownZone?: string | undefined
}

interface View {
  /** With schema, as written in SQL. */
  readonly name: string
  readonly query: string
  /** Checksum of the whole file. The view's comment stores it, so that an unchanged view is not replaced. */
  readonly checksum: string
}

const lockTimeout = '10s'

/** Postgres can neither rename view columns nor change their order or type in place. */
const columnsDiffer = '42P16'
const dependentObjects = '2BP01'

/** Runs {@link bringLabels} while no other hubgen changes the schema. */
export async function applyLabels(
  database: Database,
  files: readonly LabelFiles[],
): Promise<LabelReport> {
  return holdMigrationLock(
    database,
    () => bringLabels(database, files),
    () => {},
  )
}

/**
 * Brings label rows and labelled views to the state of the files, one transaction per entity; the caller
 * holds the migration lock. When columns are added, a view keeps its existing column order, so that
 * dependent views survive. When a column is removed or changes its type, the view is dropped and created
 * again; if other objects depend on it, Postgres refuses that (VIEW_IN_USE).
 */
export async function bringLabels(
  database: Database,
  files: readonly LabelFiles[],
): Promise<LabelReport> {
  const views: string[] = []
  let unknownZone: string | null = null
  for (const file of files) {
    const view = readView(file)
    try {
      const made = await transact(database).execute(async (transaction) => {
        await sql`SET LOCAL lock_timeout = ${sql.lit(lockTimeout)}`.execute(transaction)
        await sql.raw(file.labels).execute(transaction)
        return await bringView(transaction, view)
      })
      if (made.isNew) views.push(view.name)
      unknownZone ??= made.unknownZone
    } catch (error) {
      throw explainLabelError(error, database, file, view) ?? error
    }
  }
  return { views, ...(unknownZone !== null && { unknownZone }) }
}

/** Whether the labelled view of these files exists and was created from the same query. */
export async function labelledViewState(
  database: Database,
  files: Omit<LabelFiles, 'labels'>,
): Promise<'missing' | 'changed' | 'current'> {
  const view = readView(files)
  return explainingErrors(database.label, async () => {
    const { rows } = await sql<{ known: boolean; comment: string | null }>`
      SELECT to_regclass(${view.name}) IS NOT NULL AS known,
        obj_description(to_regclass(${view.name}), 'pg_class') AS comment`.execute(database.kysely)
    const [stored] = rows
    if (stored?.known !== true) return 'missing'
    const { isNew } = await compareView(database.kysely, view, stored.comment)
    return isNew ? 'changed' : 'current'
  })
}

function readView({ entity, labelled }: Omit<LabelFiles, 'labels'>): View {
  const statement = labelled.replaceAll('\r\n', '\n')
  const parts = /^CREATE OR REPLACE VIEW (?<name>.+) AS\n(?<query>[\s\S]+);\s*$/m.exec(statement)
  const { name, query } = parts?.groups ?? {}
  if (name === undefined || query === undefined) {
    throw new HubgenError('GENERATED_UNUSABLE', 'the file contains no view', {
      at: `${entity}/labelled.sql`,
      fix: `\`hubgen generate ${entity} --overwrite\` restores it`,
    })
  }
  return { name, query, checksum: checksumOf(query) }
}

function checksumOf(query: string): string {
  return createHash('sha256').update(query).digest('hex')
}

/** Whether the view was created from another query, and the query to create it from on this server. */
async function compareView(
  database: Kysely<HubgenTables>,
  view: View,
  comment: string | null,
): Promise<{ isNew: boolean; view: View; unknownZone: string | null }> {
  if (comment?.endsWith(view.checksum) === true) return { isNew: false, view, unknownZone: null }
  const { query, unknownZone } = await withKnownZone(database, view.query)
  const checksum = checksumOf(query)
  const isNew = comment?.endsWith(checksum) !== true
  return { isNew, view: { ...view, query, checksum }, unknownZone }
}

/** Does nothing if the view already matches the file. */
async function bringView(
  transaction: Transaction<HubgenTables>,
  given: View,
): Promise<{ isNew: boolean; unknownZone: string | null }> {
  const { rows } = await sql<{ comment: string | null }>`
    SELECT obj_description(to_regclass(${given.name}), 'pg_class') AS comment`.execute(transaction)
  const { isNew, view, unknownZone } = await compareView(
    transaction,
    given,
    rows[0]?.comment ?? null,
  )
  if (!isNew) return { isNew, unknownZone }
  const create = `CREATE OR REPLACE VIEW ${view.name} AS`
  const ways = [
    async () => `${create}\n${view.query}`,
    async () => `${create}\n${await keepOrder(transaction, view)}`,
    async () => `DROP VIEW ${view.name}; ${create}\n${view.query}`,
  ]
  await firstAccepted(transaction, ways)
  const comment = `Labels in the place of values; made by hubgen from ${view.checksum}`
  await sql.raw(`COMMENT ON VIEW ${view.name} IS '${comment}'`).execute(transaction)
  return { isNew, unknownZone }
}

/** Runs the first statement that Postgres does not refuse because of the view's columns. */
async function firstAccepted(
  transaction: Transaction<HubgenTables>,
  ways: readonly (() => Promise<string>)[],
): Promise<void> {
  const [way, ...others] = ways
  if (way === undefined) return
  await sql`SAVEPOINT labelled`.execute(transaction)
  try {
    await sql.raw(await way()).execute(transaction)
  } catch (error) {
    if (!isPostgresError(error, columnsDiffer) || others.length === 0) throw error
    await sql`ROLLBACK TO SAVEPOINT labelled`.execute(transaction)
    await firstAccepted(transaction, others)
  }
}

/** The query with the view's existing columns in their order, followed by the new ones. */
async function keepOrder(
  transaction: Transaction<HubgenTables>,
  { name, query }: View,
): Promise<string> {
  await sql.raw(`CREATE TEMPORARY VIEW hubgen_labelled AS\n${query}`).execute(transaction)
  const { rows } = await sql<{ column: string }>`
    SELECT quote_ident(wanted.attname) AS column
    FROM pg_attribute AS wanted
    LEFT JOIN pg_attribute AS existing
      ON existing.attrelid = to_regclass(${name}) AND existing.attname = wanted.attname
    WHERE wanted.attrelid = 'pg_temp.hubgen_labelled'::regclass
    ORDER BY existing.attnum, wanted.attnum`.execute(transaction)
  await sql`DROP VIEW pg_temp.hubgen_labelled`.execute(transaction)
  const columns = rows.map(({ column }) => `record.${column}`)
  return `SELECT ${columns.join(', ')}\nFROM (\n${query}\n) AS record`
}

function isPostgresError(error: unknown, code: string): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && error.code === code
}

function explainLabelError(
  error: unknown,
  database: Database,
  { entity }: LabelFiles,
  view: View,
): HubgenError | undefined {
  const known = explainDatabaseError(error, database.label)
  if (known !== undefined || !(error instanceof pg.DatabaseError)) return known
  if (error.code === dependentObjects) {
    return new HubgenError(
      'VIEW_IN_USE',
      `a column of \`${view.name}\` was removed or changed its type, and other objects depend on the view: ${error.detail}`,
      {
        at: database.description,
        fix: 'drop these objects, run `hubgen migrate`, and create them again',
        cause: error,
      },
    )
  }
  return new HubgenError(
    'LABELS_REFUSED',
    `Postgres refused labels or view with SQLSTATE ${error.code}: ${error.message}`,
    {
      at: `${entity}/labels.sql, ${entity}/labelled.sql`,
      fix: 'run `hubgen migrate` after `hubgen generate`; a table in the view must exist',
      cause: error,
    },
  )
}

/** The end of a labelled view's query, where the generator names the portal's time zone. */
const zoneAtTheEnd =
  /(?<before>\nCROSS JOIN \(SELECT )'(?<zone>[\w+/-]+)'(?<after>::text AS zone\) AS portal)$/

/**
 * Replaces the query's time zone with one that this server knows. Servers differ (Debian packages
 * `US/Eastern` separately), and an unknown zone would make every query of the view fail. HubSpot's own name
 * is tried first, then its canonical name; if the server knows neither, the day columns are null.
 */
async function withKnownZone(
  database: Kysely<HubgenTables>,
  query: string,
): Promise<{ readonly query: string; readonly unknownZone: string | null }> {
  const { zone } = zoneAtTheEnd.exec(query)?.groups ?? {}
  if (zone === undefined) return { query, unknownZone: null }
  const names = [zone, standsFor(zone)].map((name) => name.toLowerCase())
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM pg_timezone_names WHERE lower(name) = ANY(${names}::text[])
    ORDER BY array_position(${names}::text[], lower(name)) LIMIT 1`.execute(database)
  const [known] = rows
  const literal = known === undefined ? 'NULL' : `'${known.name}'`
  return {
    query: query.replace(zoneAtTheEnd, `$<before>${literal}$<after>`),
    unknownZone: known === undefined ? zone : null,
  }
}

/** `America/New_York` for `US/Eastern`. */
function standsFor(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone
  } catch {
    return zone
  }
}
