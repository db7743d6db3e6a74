import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import { mostWrittenIds } from '../state/run-counts.ts'

/** Ids from `from` on, below `until`. */
export interface IdSpan {
  readonly from: bigint
  readonly until: bigint
}

/** HubSpot's ids have up to 13 digits; this span covers 18. */
export const everyId: IdSpan = { from: 0n, until: 10n ** 18n }

/** A live row, or a record that Postgres refused and that the quarantine keeps whole. */
export interface LiveRow {
  readonly id: string
  /** HubSpot's stamp in ms; null for a record in the quarantine. */
  readonly updatedAtMs: number | null
}

/**
 * The number of records that HubSpot should have in this span according to the table: live rows plus
 * records that are only in the quarantine. Computed as all rows minus the deleted ones: the first is an
 * index-only scan of the primary key, the second a scan of the small index on deleted rows.
 */
export async function countLiveRows(
  database: Database,
  entity: Entity,
  { from, until }: IdSpan,
): Promise<number> {
  const table = tableSql(entity)
  const within = sql`id >= ${String(from)}::bigint AND id < ${String(until)}::bigint`
  const query = sql<{ live: string }>`
    SELECT (SELECT count(*) FROM ${table} WHERE ${within})
      - (SELECT count(*) FROM ${table} WHERE ${within} AND is_deleted)
      + (SELECT count(*) FROM (${quarantined(entity)}) AS quarantined WHERE ${within}) AS live`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return Number(rows[0]?.live ?? 0)
}

/**
 * Like `countLiveRows`, without records that are already known to be missing from HubSpot's list and count
 * and that wait to be read by id.
 */
export async function countListedRows(
  database: Database,
  entity: Entity,
  span: IdSpan,
): Promise<number> {
  const query = sql<{ waiting: number }>`
    SELECT count(*)::int AS waiting FROM hubgen.pending_read AS waiting
    WHERE entity = ${entity.name} AND part = 'records' AND reason IN ('not_listed', 'merged')
      AND record_id >= ${String(span.from)}::bigint AND record_id < ${String(span.until)}::bigint
      AND (
        EXISTS (
          SELECT FROM ${tableSql(entity)} AS stored
          WHERE stored.id = waiting.record_id AND NOT stored.is_deleted
        ) OR waiting.record_id IN (SELECT refused.id FROM (${quarantined(entity)}) AS refused)
      )`
  const [{ rows }, live] = await Promise.all([
    explainingErrors(database.label, () => query.execute(database.kysely)),
    countLiveRows(database, entity, span),
  ])
  return live - (rows[0]?.waiting ?? 0)
}

/** An id with half of the span's rows below it; null if the span has too few rows. */
export async function findMiddleId(
  database: Database,
  entity: Entity,
  { from, until }: IdSpan,
): Promise<bigint | null> {
  const table = tableSql(entity)
  const within = sql`id >= ${String(from)}::bigint AND id < ${String(until)}::bigint`
  const query = sql<{ id: string }>`
    SELECT stored.id::text FROM ${table} AS stored WHERE ${within} ORDER BY stored.id
    OFFSET (SELECT count(*) / 2 FROM ${table} WHERE ${within}) LIMIT 1`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  const id = rows[0] === undefined ? from : BigInt(rows[0].id)
  return id > from ? id : null
}

/** The id below which this share of all rows lies (0 to 1); null if there is none. */
export async function findIdAt(
  database: Database,
  entity: Entity,
  share: number,
): Promise<bigint | null> {
  const table = tableSql(entity)
  const query = sql<{ id: string }>`
    SELECT stored.id::text FROM ${table} AS stored ORDER BY stored.id
    OFFSET (SELECT floor(count(*) * ${share}::float8)::bigint FROM ${table}) LIMIT 1`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows[0] === undefined ? null : BigInt(rows[0].id)
}

/** Ids that split a span into parts of `rowsEach` rows, ascending. */
export async function splitIds(
  database: Database,
  entity: Entity,
  { from, until }: IdSpan,
  rowsEach: number,
): Promise<readonly bigint[]> {
  const query = sql<{ id: string }>`
    SELECT numbered.id::text FROM (
      SELECT stored.id, row_number() OVER (ORDER BY stored.id) AS place FROM ${tableSql(entity)} AS stored
      WHERE id >= ${String(from)}::bigint AND id < ${String(until)}::bigint
    ) AS numbered WHERE place % ${rowsEach}::int = 0 ORDER BY numbered.id`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows.map(({ id }) => BigInt(id)).filter((id) => id > from)
}

/** Live rows of this span, ascending by id, read a thousand at a time. */
export async function* liveRows(
  database: Database,
  entity: Entity,
  { from, until }: IdSpan,
): AsyncGenerator<LiveRow> {
  const pageRows = 1_000
  for (let next = from; next < until; ) {
    const within = sql`id >= ${String(next)}::bigint AND id < ${String(until)}::bigint`
    const query = sql<{ id: string; ms: string | null }>`
      (SELECT stored.id::text, floor(extract(epoch FROM updated_at) * 1000)::bigint::text AS ms,
        stored.id AS place
      FROM ${tableSql(entity)} AS stored WHERE ${within} AND NOT is_deleted
      ORDER BY stored.id LIMIT ${sql.lit(pageRows)})
      UNION ALL
      (SELECT refused.id::text, NULL, refused.id FROM (${quarantined(entity)}) AS refused
      WHERE ${within} ORDER BY refused.id LIMIT ${sql.lit(pageRows)})
      ORDER BY place LIMIT ${sql.lit(pageRows)}`
    const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
    for (const { id, ms } of rows) yield { id, updatedAtMs: ms === null ? null : Number(ms) }
    const last = rows.at(-1)
    if (last === undefined || rows.length < pageRows) return
    next = BigInt(last.id) + 1n
  }
}

/** The state of a record's row. */
export interface FoundRow {
  readonly isDeleted: boolean
  /** Whether `_fivetran_deleted` differs from it. */
  readonly flagsDiffer: boolean
  readonly updatedAtMs: number
}

/** Those of these ids that have a row, in whatever state. */
export async function findRows(
  database: Database,
  entity: Entity,
  ids: readonly string[],
): Promise<ReadonlyMap<string, FoundRow>> {
  const query = sql<{ id: string; is_deleted: boolean; flags_differ: boolean; ms: string }>`
    SELECT id::text, is_deleted, is_deleted <> _fivetran_deleted AS flags_differ,
      floor(extract(epoch FROM updated_at) * 1000)::bigint::text AS ms
    FROM ${tableSql(entity)} WHERE id = ANY(${[...ids]}::bigint[])`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return new Map(
    rows.map(({ id, is_deleted: isDeleted, flags_differ: flagsDiffer, ms }) => [
      id,
      { isDeleted, flagsDiffer, updatedAtMs: Number(ms) },
    ]),
  )
}

/** Number of records of an entity that are in the quarantine and have no live row. */
export async function countQuarantined(database: Database, entity: Entity): Promise<number> {
  const query = sql<{ records: number }>`
    SELECT count(*)::int AS records FROM (${quarantined(entity)}) AS refused`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows[0]?.records ?? 0
}

/** Those of these ids that are known to be merged, with the survivor at the time of the merge. */
export async function findMerged(
  database: Database,
  { merges }: Entity,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (merges === undefined) return new Map()
  const merged = sql.id(merges.mergedColumn)
  const query = sql<{ merged: string; survivor: string }>`
    SELECT ${merged}::text AS merged, ${sql.id(merges.survivorColumn)}::text AS survivor
    FROM ${tableSql(merges)} WHERE ${merged} = ANY(${[...ids]}::bigint[])`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return new Map(rows.map((row) => [row.merged, row.survivor]))
}

/**
 * Marks rows as deleted, setting both flags, and removes quarantine entries of records without a row.
 * Returns the number of rows that were live, and some of their ids.
 */
export async function markDeleted(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  ids: readonly string[],
): Promise<{ readonly deleted: number; readonly ids: readonly string[] }> {
  if (ids.length === 0) return { deleted: 0, ids: [] }
  const { rows } = await sql<{ deleted: number; ids: readonly string[] }>`
    WITH marked AS (
      UPDATE ${tableSql(entity)}
      SET is_deleted = true, _fivetran_deleted = true, _fivetran_synced = now()
      WHERE id = ANY(${[...ids]}::bigint[]) AND NOT (is_deleted AND _fivetran_deleted)
      RETURNING id
    ), forgotten AS (
      DELETE FROM hubgen.quarantine
      WHERE entity = ${entity.name} AND property IS NULL AND record_id = ANY(${[...ids]}::text[])
    )
    SELECT count(*)::int AS deleted,
      ARRAY(SELECT id::text FROM marked LIMIT ${sql.lit(mostWrittenIds)}) AS ids
    FROM marked`.execute(transaction)
  return rows[0] ?? { deleted: 0, ids: [] }
}

/** Ids of records that Postgres refused and that have no live row. */
function quarantined(entity: Entity) {
  // CASE prevents a cast of non-numeric ids, whatever order Postgres evaluates the conditions in.
  const id = sql`CASE WHEN record_id ~ '^[0-9]{1,18}$' THEN record_id::bigint END`
  return sql`SELECT ${id} AS id FROM hubgen.quarantine AS refused
    WHERE refused.entity = ${entity.name} AND refused.property IS NULL AND NOT EXISTS (
      SELECT FROM ${tableSql(entity)} AS stored WHERE stored.id = ${id} AND NOT stored.is_deleted
    )`
}

function tableSql(of: Pick<Entity, 'table'>) {
  const { schema, name } = tableOf(of)
  return sql.id(schema, name)
}
