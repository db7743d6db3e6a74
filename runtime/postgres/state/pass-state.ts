import { type Kysely, sql, type Transaction } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { RunIdentity } from './state.ts'
import { unansweredPart } from './unanswered.ts'

/** The saved state of a pass; times are by the server's clock. */
export interface PassState {
  readonly begunAt: Date
  readonly position: unknown
  /** It began and has not completed since. */
  readonly interrupted: boolean
  readonly freshAsOf: Date | null
  readonly reads: readonly string[] | null
  /** The refusal by HubSpot or the database when it last began, as text; null if there was none. */
  readonly refusal: string | null
  /**
   * Properties of the entity that HubSpot does not answer; for `history`, also those without former values.
   * Reading them is not due.
   */
  readonly unanswered: readonly string[]
  /** Time since it began. */
  readonly begunAgoMs: number
}

/** The key under which a pass's state is saved. */
export interface PassKey {
  readonly entity: string
  readonly pass: string
}

/** By entity name, then pass name. */
export type PassStates = ReadonlyMap<string, ReadonlyMap<string, PassState>>

/** Requires the state tables; `older` accepts those of an earlier hubgen. */
export function readPassStates(
  database: Database,
  entities: readonly string[],
  tables: 'current' | 'older' = 'current',
): Promise<PassStates> {
  return explainingErrors(database.label, () => readPassStatesIn(database.kysely, entities, tables))
}

/** The same within a transaction. */
export async function readPassStatesIn(
  executor: Kysely<HubgenTables>,
  entities: readonly string[],
  tables: 'current' | 'older' = 'current',
): Promise<PassStates> {
  const lost =
    tables === 'current'
      ? sql`SELECT property FROM hubgen.unanswered AS lost
          WHERE entity = pass.entity AND ${unansweredPart('lost')} IN ('records', pass.pass) ORDER BY property`
      : sql`SELECT NULL::text WHERE false`
  const rows = await executor
    .selectFrom('hubgen.pass')
    .select(['entity', 'pass', 'begun_at', 'position', 'finished_at', 'fresh_as_of', 'reads'])
    // The table of an older hubgen lacks this column.
    .select(sql<string | null>`to_jsonb(pass.*) ->> 'refusal'`.as('refusal'))
    .select(sql<number>`(extract(epoch FROM now() - begun_at) * 1000)::float8`.as('begun_ago'))
    .select(sql<readonly string[]>`ARRAY(${lost})`.as('unanswered'))
    .where('entity', 'in', [...entities])
    .execute()
  const states = new Map<string, Map<string, PassState>>()
  for (const row of rows) {
    const ofEntity = states.get(row.entity) ?? new Map<string, PassState>()
    states.set(row.entity, ofEntity)
    ofEntity.set(row.pass, {
      begunAt: row.begun_at,
      position: row.position,
      interrupted:
        row.position !== null || row.finished_at === null || row.finished_at < row.begun_at,
      freshAsOf: row.fresh_as_of,
      reads: row.reads,
      refusal: row.refusal,
      unanswered: row.unanswered,
      begunAgoMs: row.begun_ago,
    })
  }
  return states
}

/** Records that a pass begins from its start, and returns the time. */
export async function beginPass(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  { entity, pass }: PassKey,
  reads: readonly string[] | null,
): Promise<Date> {
  const { begun_at } = await transaction
    .insertInto('hubgen.pass')
    .values({
      entity,
      pass,
      begun_at: sql<Date>`now()`,
      position: null,
      finished_at: null,
      fresh_as_of: null,
      reads,
      run_id: run.id,
    })
    .onConflict((conflict) =>
      conflict.columns(['entity', 'pass']).doUpdateSet((row) => ({
        begun_at: row.ref('excluded.begun_at'),
        position: null,
        reads: row.ref('excluded.reads'),
        run_id: run.id,
      })),
    )
    .returning('begun_at')
    .executeTakeFirstOrThrow()
  return begun_at
}

/** The error of a shared pass that another run has begun since. */
export const overtaken = new HubgenError(
  'PASS_OVERTAKEN',
  'another run has begun this pass since; its newer answer counts',
)

/**
 * Must be part of each transaction that writes for a shared pass, because the lease does not cover it.
 * Fails with `overtaken` if another run has begun the pass since, and prevents others from beginning it
 * until the transaction ends.
 */
export async function provePass(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  { entity, pass }: PassKey,
): Promise<void> {
  const { rows } = await sql`SELECT FROM hubgen.pass
    WHERE entity = ${entity} AND pass = ${pass} AND run_id = ${run.id} FOR UPDATE`.execute(
    transaction,
  )
  if (rows.length === 0) throw overtaken
}

/**
 * Records that a pass that just completed begins again at a position, to reread what it had read before an
 * interruption. `begunAt` is its original start.
 */
export async function beginPassAgain(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  { entity, pass }: PassKey,
  { begunAt, position }: { readonly begunAt: Date; readonly position: unknown },
): Promise<void> {
  await transaction
    .updateTable('hubgen.pass')
    .set({ begun_at: begunAt, position: JSON.stringify(position), run_id: run.id })
    .where('entity', '=', entity)
    .where('pass', '=', pass)
    .execute()
}

/** A pass that would read nothing beyond what a completed pass has read. */
export interface CoveredPass {
  readonly pass: string
  /** The names that it reads. */
  readonly reads: readonly string[] | null
}

/** Facts recorded when a pass completes. */
export interface PassEnd {
  /** Passes whose next run reads changes since this pass's start. */
  readonly covered: readonly CoveredPass[]
  /** How far Postgres's clock was ahead of HubSpot's, as in `PassContext`. */
  readonly databaseAheadMs: number
  /** The refusal, as text, if the pass read its part in another way; null if there was none. */
  readonly refusal: string | null
}

/**
 * Records that a pass completed: its data is as fresh as its start. For `changes`, the earlier of
 * Postgres's and HubSpot's clocks counts, because HubSpot sets the stamps that the next run searches for; a
 * wrong clock then hides no changes.
 */
export async function finishPass(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  { entity, pass }: PassKey,
  { covered, databaseAheadMs, refusal }: PassEnd,
): Promise<void> {
  const aheadSeconds = Math.max(0, databaseAheadMs) / 1000
  await sql`
    WITH finished AS (
      SELECT begun_at FROM hubgen.pass WHERE entity = ${entity} AND pass = ${pass}
    )
    INSERT INTO hubgen.pass AS stored
      (entity, pass, begun_at, finished_at, fresh_as_of, reads, refusal, run_id)
    SELECT ${entity}, done.pass, begun_at, now(),
      begun_at - CASE done.pass WHEN 'changes' THEN make_interval(secs => ${aheadSeconds})
        ELSE interval '0' END, done.reads, done.refusal, ${run.id}::bigint
    FROM finished, json_to_recordset(${JSON.stringify([{ pass, reads: null, refusal }, ...covered])}::json)
      AS done (pass text, reads text[], refusal text)
    ON CONFLICT (entity, pass) DO UPDATE SET begun_at = excluded.begun_at, position = NULL,
      finished_at = excluded.finished_at, fresh_as_of = excluded.fresh_as_of,
      reads = coalesce(excluded.reads, stored.reads), refusal = excluded.refusal`.execute(
    transaction,
  )
}

/**
 * Records why a pass could not read its part, whose freshness stays the same. The pass counts as begun and
 * not completed, so the next run tries it again from its start.
 */
export async function refusePass(
  transaction: Transaction<HubgenTables>,
  { entity, pass }: PassKey,
  refusal: string,
): Promise<void> {
  await transaction
    .updateTable('hubgen.pass')
    .set({ position: null, refusal })
    .where('entity', '=', entity)
    .where('pass', '=', pass)
    .execute()
}
