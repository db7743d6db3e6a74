import { sql, type Transaction } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { withoutExistingSchemas } from '../connection/existing-schemas.ts'
import { transact } from '../connection/transact.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteLiteral } from '../identifier.ts'
import { hubgenTablesSql } from './hubgen-tables-sql.ts'
import type { RunCounts } from './run-counts.ts'

/** An arbitrary number that every hubgen uses. */
const stateLock = 4_823_762

/** Creates the schema `hubgen` and its missing tables; safe to call concurrently. */
export async function ensureState(database: Database): Promise<void> {
  await explainingErrors(database.label, async () => {
    // A role without the right to create can still use existing tables.
    if ((await hasTable(database, 'hubgen.erased_row')) && (await hasLaterColumns(database))) return
    await transact(database).execute(createState).catch(explainForeignSchema(database))
  })
}

/** Like `ensureState`, with the tables that only `migrate` needs and that older databases may lack. */
export async function ensureMigrationState(database: Database): Promise<void> {
  await ensureState(database)
  await explainingErrors(database.label, async () => {
    if (!(await hasTable(database, 'hubgen.view'))) await transact(database).execute(createState)
  })
}

/** Whether a state table exists; if the newest one does, all others exist as well. */
async function hasTable(database: Database, table: keyof HubgenTables): Promise<boolean> {
  const { rows } = await sql<{ known: boolean }>`
    SELECT to_regclass(${table}) IS NOT NULL AS known`.execute(database.kysely)
  return rows[0]?.known === true
}

/** Columns that tables got later, each with the last ones of a version. */
const laterColumns = [
  ['hubgen.unanswered', 'part'],
  ['hubgen.run', 'daily_remaining'],
  ['hubgen.run_total', 'outcome'],
  ['hubgen.copy', 'ui_domain'],
  ['hubgen.alert', 'cause'],
] as const

async function hasLaterColumns(database: Database): Promise<boolean> {
  const tables = laterColumns.map(([table]) => table)
  const columns = laterColumns.map(([, column]) => column)
  const { rows } = await sql`
    SELECT FROM unnest(${tables}::text[], ${columns}::text[]) AS later (table_name, column_name)
    JOIN pg_attribute ON attrelid = to_regclass(later.table_name) AND attname = later.column_name
      AND NOT attisdropped`.execute(database.kysely)
  return rows.length === laterColumns.length
}

/** Class 42: an object with the same name exists that hubgen did not create. */
function explainForeignSchema({ description }: Database) {
  return (error: unknown): never => {
    if (!(error instanceof pg.DatabaseError) || !/^42(?!501)/.test(error.code ?? '')) throw error
    const message = `schema \`hubgen\` was not created by hubgen, which stores its state there: ${error.message}`
    throw new HubgenError('STATE_NOT_OURS', message, {
      at: description,
      fix: 'rename that schema (`ALTER SCHEMA hubgen RENAME TO …`), or use another database',
      cause: error,
    })
  }
}

/** A run, as batches and the quarantine refer to it. */
export interface RunIdentity {
  readonly id: string
  readonly entity: string
  readonly portalId: number
}

/** How a run ended; its counters replace those summed up by batches. */
export interface RunEnd extends RunCounts {
  readonly outcome: string
  readonly calls: number
  readonly seconds: number
  /** The daily limit as HubSpot last reported it; null if it reports none. */
  readonly daily?: { readonly permitted: number; readonly remaining: number } | null
  /** One line, without record values. */
  readonly error?: string
  /** How to resolve the error. */
  readonly fix?: string | undefined
}

/**
 * Records that a run begins without a lease, for writers other than syncs. Creates missing state tables.
 * @internal Exported for tests.
 */
export async function startRun(
  database: Database,
  facts: { readonly entity: string; readonly mode: string; readonly portalId: number },
): Promise<RunIdentity> {
  await ensureState(database)
  const { entity, mode, portalId } = facts
  const { id } = await explainingErrors(database.label, () =>
    database.kysely
      .insertInto('hubgen.run')
      .values({
        ...{ entity, mode, finished_at: null, outcome: null, error: null },
        ...{ fix: null, holder: null, every_seconds: null },
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  )
  return { id, entity, portalId }
}

/** The start of the run by the server's clock, which also stamps passes. */
export async function readRunBegin(database: Database, run: RunIdentity): Promise<Date> {
  const { started_at } = await explainingErrors(database.label, () =>
    database.kysely
      .selectFrom('hubgen.run')
      .select('started_at')
      .where('id', '=', run.id)
      .executeTakeFirstOrThrow(),
  )
  return started_at
}

/**
 * Records a run that could not start, as `not_started`; does nothing if the state tables do not exist yet.
 * Rejects as `pg` does.
 */
export async function recordNotStarted(
  database: Database,
  facts: {
    readonly entity: string
    readonly mode: string
    readonly error: string
    readonly fix: string | null
    readonly holder: string
    readonly everySeconds: number | null
  },
): Promise<void> {
  const { entity, mode, error, fix, holder, everySeconds } = facts
  if (!(await hasTable(database, 'hubgen.audit'))) return
  await ensureState(database)
  const now = sql<Date>`now()`
  await database.kysely
    .insertInto('hubgen.run')
    .values({
      ...{ entity, mode, error, fix, holder, every_seconds: everySeconds },
      ...{ outcome: 'not_started', finished_at: now },
    })
    .execute()
}

/** Records how a run ended and releases its lease. */
export async function finishRun(database: Database, run: RunIdentity, end: RunEnd): Promise<void> {
  const { rejectedValues, rejectedRecords, error = null, fix = null, daily, ...counts } = end
  await explainingErrors(database.label, () =>
    database.kysely
      .with('released', (state) =>
        state
          .deleteFrom('hubgen.lease')
          .where('entity', '=', run.entity)
          .where('run_id', '=', run.id)
          .returning('run_id'),
      )
      .updateTable('hubgen.run')
      .set({
        ...counts,
        rejected_values: rejectedValues,
        rejected_records: rejectedRecords,
        error,
        fix,
        daily_permitted: daily?.permitted ?? null,
        daily_remaining: daily?.remaining ?? null,
        finished_at: sql<Date>`now()`,
      })
      .where('id', '=', run.id)
      .execute(),
  )
}

async function createState(transaction: Transaction<HubgenTables>): Promise<void> {
  // CREATE … IF NOT EXISTS alone can fail when two sessions run it at once.
  await sql`SELECT pg_advisory_xact_lock(${sql.lit(stateLock)})`.execute(transaction)
  const text = await keepFreshnessRights(transaction, hubgenTablesSql)
  await sql.raw(await withoutExistingSchemas(transaction, text)).execute(transaction)
}

/** A replaced view keeps its grants, but loses the options and the comment that a person set on it. */
async function keepFreshnessRights(
  transaction: Transaction<HubgenTables>,
  text: string,
): Promise<string> {
  const { rows } = await sql<{ options: readonly string[] | null; comment: string | null }>`
    SELECT reloptions AS options, obj_description(oid, 'pg_class') AS comment
    FROM pg_class WHERE oid = to_regclass('hubgen.freshness')`.execute(transaction)
  const [view] = rows
  const options = view === undefined ? ['security_invoker=true'] : (view.options ?? [])
  const written = options.length === 0 ? '' : ` WITH (${options.join(', ')})`
  const kept = text.replace('VIEW hubgen.freshness AS', `VIEW hubgen.freshness${written} AS`)
  const comment = view?.comment ?? null
  return comment === null
    ? kept
    : kept.replace(
        /COMMENT ON VIEW hubgen\.freshness IS\n.*\n/,
        () => `COMMENT ON VIEW hubgen.freshness IS ${quoteLiteral(comment)};\n`,
      )
}
