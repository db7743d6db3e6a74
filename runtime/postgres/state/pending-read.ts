import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import { machine } from '../../machine.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import type { RunIdentity } from './state.ts'

/**
 * Why a record must be read by id. `not_listed`: HubSpot's list or count lacks it. `listed`: the list has
 * it, and the table lacks it or has another stamp. `unread`: an answer could not return it. `merged`:
 * another record lists it as merged.
 */
type PendingReason = 'not_listed' | 'listed' | 'unread' | 'merged'

export interface PendingRead {
  readonly id: string
  readonly reason: PendingReason
}

/** The part for rows of the entity's own table; other parts are companions, such as `history`. */
export const recordsPart = 'records'

/** Saves which records to read by id, in the transaction of the position that depends on them. */
export async function rememberReads(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  part: string,
  reads: readonly PendingRead[],
): Promise<void> {
  if (reads.length === 0) return
  const rows = new Map(reads.map(({ id, reason }) => [id, { i: id, w: reason }]))
  await sql`INSERT INTO hubgen.pending_read AS stored (entity, part, record_id, reason, run_id)
    SELECT ${run.entity}, ${part}, incoming.i, incoming.w, ${run.id}::bigint
    FROM json_to_recordset(${JSON.stringify([...rows.values()])}::json) AS incoming (i bigint, w text)
    ON CONFLICT (entity, part, record_id) DO UPDATE
    SET reason = excluded.reason, run_id = excluded.run_id`.execute(transaction)
}

/** Called in the transaction that settles them. Claims by runs of another entity stay (`link-claims.ts`). */
export async function forgetReads(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  part: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return
  await sql`DELETE FROM hubgen.pending_read
    WHERE entity = ${run.entity} AND part = ${part} AND reason <> 'claimed'
      AND record_id = ANY(${[...ids]}::bigint[])`.execute(transaction)
}

/**
 * Reads of a part that are due now. An answer that failed for a record in this run is not requested again
 * in the same run.
 */
const due = (run: RunIdentity, part: string) => sql`
  entity = ${run.entity} AND part = ${part} AND reason <> 'claimed'
  AND NOT (reason = 'unread' AND run_id = ${run.id}::bigint)`

/** Ids greater than `after` to read now, ascending. */
export async function readPending(
  database: Database,
  run: RunIdentity,
  part: string,
  { after, most }: { readonly after: string; readonly most: number },
): Promise<readonly string[]> {
  const query = sql<{ id: string }>`
    SELECT waiting.record_id::text AS id FROM hubgen.pending_read AS waiting
    WHERE ${due(run, part)} AND record_id > ${after}::bigint
    ORDER BY waiting.record_id LIMIT ${most}::int`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows.map(({ id }) => id)
}

/**
 * Live records to request together with these if HubSpot's answer about one of them was incomplete: only an
 * answer that has other records, too, shows whether HubSpot answers a property at all.
 */
export async function findCompany(
  database: Database,
  { name: entity, table }: Entity,
  ids: readonly string[],
  most: number,
): Promise<readonly string[]> {
  const query = sql<{ id: string }>`
    SELECT stored.id::text AS id FROM ${sql.table(table)} AS stored
    WHERE NOT stored.is_deleted AND stored.id <> ALL(${[...ids]}::bigint[]) AND EXISTS (
      SELECT FROM hubgen.pending_read WHERE entity = ${entity} AND part = ${recordsPart}
        AND reason = 'unread' AND record_id = ANY(${[...ids]}::bigint[])
    ) ORDER BY stored.id DESC LIMIT ${Math.max(0, most)}::int`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows.map(({ id }) => id)
}

export interface PendingCounts {
  /** To be read now. */
  readonly due: number
  /** Those saved by earlier runs. */
  readonly left: number
  /** Those with a live row. */
  readonly live: number
  /** By the server's clock. */
  readonly now: Date
}

/** Counts the part `records`. */
export async function countPending(
  database: Database,
  run: RunIdentity,
  entity: Entity,
): Promise<PendingCounts> {
  const { schema, name } = tableOf(entity)
  const query = sql<PendingCounts>`
    SELECT count(*)::int AS due,
      (count(*) FILTER (WHERE run_id <> ${run.id}::bigint))::int AS left,
      (count(*) FILTER (WHERE EXISTS (
        SELECT FROM ${sql.id(schema, name)} AS stored
        WHERE stored.id = waiting.record_id AND NOT stored.is_deleted
      )))::int AS live,
      clock_timestamp() AS now
    FROM hubgen.pending_read AS waiting WHERE ${due(run, recordsPart)}`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows[0] ?? { due: 0, left: 0, live: 0, now: machine.now() }
}

/** Number of records that HubSpot has not returned yet, and the first of them. */
export interface UnreadRecords {
  readonly count: number
  readonly examples: readonly string[]
}

/** Counts records that will be read again, and those in the quarantine that cannot be read by id. */
export async function findUnread(
  database: Database,
  entity: string,
  examples: number,
): Promise<UnreadRecords> {
  const query = sql<{ count: number; examples: string[] | null }>`
    WITH unread AS (
      SELECT record_id::text AS id FROM hubgen.pending_read
      WHERE entity = ${entity} AND part = ${recordsPart} AND reason = 'unread'
      UNION
      SELECT record_id FROM hubgen.quarantine
      WHERE entity = ${entity} AND property IS NULL AND raw_value = ''
    )
    SELECT (SELECT count(*)::int FROM unread) AS count,
      ARRAY(SELECT id FROM unread ORDER BY length(id), id LIMIT ${examples}::int) AS examples`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  const [found] = rows
  return { count: found?.count ?? 0, examples: found?.examples ?? [] }
}

/** Those of these ids that HubSpot has not returned yet or that Postgres refused whole. */
export async function findUnreadAmong(
  database: Database,
  entity: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const query = sql<{ id: string }>`
    SELECT record_id::text AS id FROM hubgen.pending_read
    WHERE entity = ${entity} AND part = ${recordsPart} AND reason = 'unread'
      AND record_id = ANY(${[...ids]}::bigint[])
    UNION
    SELECT record_id FROM hubgen.quarantine
    WHERE entity = ${entity} AND property IS NULL AND record_id = ANY(${[...ids]}::text[])`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return new Set(rows.map(({ id }) => id))
}

/** A record that an answer could not return, and a stable code for the reason. */
export interface UnreadRecord {
  readonly id: string
  readonly reason: string
}

/**
 * Saves that these are to be read by id, and puts those without a live row into the quarantine, so that
 * they are not mistaken for missing. An id beyond bigint can only be kept in the quarantine.
 */
export async function keepUnread(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  entity: Entity,
  unread: readonly UnreadRecord[],
): Promise<void> {
  if (unread.length === 0) return
  const askable = unread.filter(({ id }) => isBigint(id))
  await rememberReads(
    transaction,
    run,
    recordsPart,
    askable.map(({ id }) => ({ id, reason: 'unread' })),
  )
  const rows = new Map(
    unread.map(({ id, reason }) => [
      id,
      { r: id, i: isBigint(id) ? id : null, w: reason === 'unanswered' ? 'unreadable' : reason },
    ]),
  )
  const { schema, name } = tableOf(entity)
  await sql`INSERT INTO hubgen.quarantine AS stored
      (entity, record_id, property, raw_value, reason, run_id)
    SELECT ${entity.name}, incoming.r, NULL, '', incoming.w, ${run.id}::bigint
    FROM json_to_recordset(${JSON.stringify([...rows.values()])}::json) AS incoming (r text, i bigint, w text)
    WHERE NOT EXISTS (
      SELECT FROM ${sql.id(schema, name)} AS live WHERE live.id = incoming.i AND NOT live.is_deleted
    )
    ON CONFLICT (entity, record_id, (coalesce(property, ''))) DO UPDATE
    SET run_id = excluded.run_id WHERE stored.raw_value = ''`.execute(transaction)
}

/**
 * Removes quarantined records whose id cannot be requested. Only a list shows them, so after a list of all
 * records those that it did not contain are gone.
 */
export async function forgetUnaskable(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
): Promise<void> {
  await sql`DELETE FROM hubgen.quarantine
    WHERE entity = ${run.entity} AND property IS NULL AND raw_value = ''
      AND reason = 'id_out_of_range' AND run_id <> ${run.id}::bigint`.execute(transaction)
}

function isBigint(id: string): boolean {
  return /^\d{1,19}$/.test(id) && BigInt(id) <= largestBigint
}

const largestBigint = 9_223_372_036_854_775_807n
