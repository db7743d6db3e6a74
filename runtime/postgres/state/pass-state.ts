import { type Kysely, sql, type Transaction } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { RunIdentity } from './state.ts'

/** What the database remembers of a pass; times by the server's clock. */
export interface PassState {
  readonly begunAt: Date
  readonly position: unknown
  /** It was begun since it was last completed. */
  readonly interrupted: boolean
  readonly freshAsOf: Date | null
  readonly reads: readonly string[] | null
  /** Properties of the entity that HubSpot does not answer: what would be read of them is not due. */
  readonly unanswered: readonly string[]
  /** Since it was begun. */
  readonly begunAgoMs: number
}

/** Under which name a pass keeps its state. */
export interface PassKey {
  readonly entity: string
  readonly pass: string
}

/** By name of the entity, then of the pass. */
export type PassStates = ReadonlyMap<string, ReadonlyMap<string, PassState>>

/** The state tables are there; of an `older` hubgen's, those that it had. */
export function readPassStates(
  database: Database,
  entities: readonly string[],
  tables: 'current' | 'older' = 'current',
): Promise<PassStates> {
  return explainingErrors(database.label, () => readPassStatesIn(database.kysely, entities, tables))
}

/** The same as a part of a transaction. */
export async function readPassStatesIn(
  executor: Kysely<HubgenTables>,
  entities: readonly string[],
  tables: 'current' | 'older' = 'current',
): Promise<PassStates> {
  const lost =
    tables === 'current'
      ? sql`SELECT property FROM hubgen.unanswered WHERE entity = pass.entity ORDER BY property`
      : sql`SELECT NULL::text WHERE false`
  const rows = await executor
    .selectFrom('hubgen.pass')
    .select(['entity', 'pass', 'begun_at', 'position', 'finished_at', 'fresh_as_of', 'reads'])
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
      unanswered: row.unanswered,
      begunAgoMs: row.begun_ago,
    })
  }
  return states
}

/** Records that a pass begins from its start, and gives the time of that. */
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

/** What a pass ends with that entities share, when another run has begun it since. */
export const overtaken = new HubgenError(
  'PASS_OVERTAKEN',
  'another run has begun the same since: its answer, which is newer, is the one that counts',
)

/**
 * A part of each transaction that writes for a pass which entities share, whose lease is none of ours: fails with
 * `overtaken` when another run has begun the pass since, and lets none begin it until the transaction is over.
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
 * Records that a pass which was just completed begins again at a position, for what was read before an
 * interruption: its own beginning was `begunAt`.
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

/** A pass that would read nothing else than another that was completed. */
export interface CoveredPass {
  readonly pass: string
  /** As it words what it reads. */
  readonly reads: readonly string[] | null
}

/** What a pass was completed with. */
export interface PassEnd {
  /** These begin from its beginning the next time. */
  readonly covered: readonly CoveredPass[]
  /** How far Postgres's clock was ahead of HubSpot's, as `PassContext` has it. */
  readonly databaseAheadMs: number
}

/**
 * Records that a pass was completed: what it read is as fresh as its beginning. That of `changes` is told by the
 * earlier one of Postgres's clock and HubSpot's, which makes the stamps that the next one searches for: a clock
 * that was wrong once hides none.
 */
export async function finishPass(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  { entity, pass }: PassKey,
  { covered, databaseAheadMs }: PassEnd,
): Promise<void> {
  const aheadSeconds = Math.max(0, databaseAheadMs) / 1000
  await sql`
    WITH finished AS (
      SELECT begun_at FROM hubgen.pass WHERE entity = ${entity} AND pass = ${pass}
    )
    INSERT INTO hubgen.pass AS stored
      (entity, pass, begun_at, finished_at, fresh_as_of, reads, run_id)
    SELECT ${entity}, done.pass, begun_at, now(),
      begun_at - CASE done.pass WHEN 'changes' THEN make_interval(secs => ${aheadSeconds})
        ELSE interval '0' END, done.reads, ${run.id}::bigint
    FROM finished, json_to_recordset(${JSON.stringify([{ pass, reads: null }, ...covered])}::json)
      AS done (pass text, reads text[])
    ON CONFLICT (entity, pass) DO UPDATE SET begun_at = excluded.begun_at, position = NULL,
      finished_at = excluded.finished_at, fresh_as_of = excluded.fresh_as_of,
      reads = coalesce(excluded.reads, stored.reads), refusal = NULL`.execute(transaction)
}

/**
 * Records why a pass could not read its part, which is as fresh as it was. It counts as begun and not
 * completed, so the next run tries it again, from its start.
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
