import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import { type CompanionTables, findCompanionTables } from './find-companions.ts'

/** A record of which nothing but its id and flags is to stay. */
export interface ErasedRecord {
  readonly id: string
  /** HubSpot's stamp of what is in its recycle bin, ISO 8601; null where nothing is there. */
  readonly updatedAt: string | null
}

/** What was emptied or removed; zero where it had been before. */
export interface ErasedCounts {
  /** Rows that held a value. */
  readonly rows: number
  /** Rows of former values. */
  readonly versions: number
  /** Values and records in the quarantine. */
  readonly quarantined: number
  /** Labels of links, at either end. */
  readonly labels: number
}

const systemColumns = [
  'id',
  'portal_id',
  'is_deleted',
  '_fivetran_deleted',
  '_fivetran_synced',
  'updated_at',
]

/**
 * Empties records everywhere, in a part of a transaction: every column of their rows but those that each table
 * has, their former values, what the quarantine holds of them, and the labels of their links in whichever
 * table. Ids, flags, links and merges stay: without an id nobody could say that it was erased, and the next
 * look would take it for new. A row is as new as what HubSpot's recycle bin has of it, so that this does not come
 * back. Mark the records as deleted first: values of a live row come back with the next full read.
 */
async function eraseRecords(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  records: readonly ErasedRecord[],
): Promise<ErasedCounts> {
  if (records.length === 0) return { rows: 0, versions: 0, quarantined: 0, labels: 0 }
  const ids = records.map(({ id }) => id)
  const companions = await findCompanionTables(transaction, entity)
  return {
    rows: await emptyRows(transaction, entity, records),
    versions: await removeVersions(transaction, companions, ids),
    quarantined: await countWritten(
      sql`DELETE FROM hubgen.quarantine
        WHERE entity = ${entity.name} AND record_id = ANY(${ids}::text[])`.execute(transaction),
    ),
    labels: await emptyLabels(transaction, companions, ids),
  }
}

async function emptyRows(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  records: readonly ErasedRecord[],
): Promise<number> {
  const { schema, name } = tableOf(entity)
  const table = sql.id(schema, name)
  // What a property was kept in earlier has a column that no generated file names any more.
  const { rows } = await sql<{ column: string }>`
    SELECT attname AS column FROM pg_attribute
    WHERE attrelid = (SELECT oid FROM pg_class WHERE relname = ${name}
        AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = ${schema}))
      AND attnum > 0 AND NOT attisdropped AND NOT attnotnull AND attgenerated = ''
      AND attname <> ALL(${systemColumns}::name[])
    ORDER BY attnum`.execute(transaction)
  const columns = rows.map(({ column }) => sql.id(column))
  const emptied = columns.map((column) => sql`, ${column} = NULL`)
  const filled = columns.map((column) => sql`stored.${column} IS NOT NULL`)
  const { rows: counted } = await sql<{ filled: number }>`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(records)}::json)
        AS record (id bigint, "updatedAt" timestamptz)
    ), before AS MATERIALIZED (
      SELECT stored.id, ${columns.length === 0 ? sql`false` : sql.join(filled, sql` OR `)} AS filled
      FROM ${table} AS stored JOIN given USING (id)
    ), emptied AS (
      UPDATE ${table} AS stored
      SET updated_at = greatest(stored.updated_at, given."updatedAt"), _fivetran_synced = now()
        ${sql.join(emptied, sql``)}
      FROM given JOIN before USING (id)
      WHERE stored.id = given.id AND (before.filled OR stored.updated_at < given."updatedAt")
    )
    SELECT (count(*) FILTER (WHERE filled))::int AS filled FROM before`.execute(transaction)
  return counted[0]?.filled ?? 0
}

async function removeVersions(
  transaction: Transaction<HubgenTables>,
  { histories }: CompanionTables,
  ids: readonly string[],
): Promise<number> {
  let removed = 0
  for (const { schema, table, column } of histories) {
    const statement = sql`DELETE FROM ${sql.id(schema, table)}
      WHERE ${sql.id(column)} = ANY(${[...ids]}::bigint[])`
    removed += await countWritten(statement.execute(transaction))
  }
  return removed
}

async function emptyLabels(
  transaction: Transaction<HubgenTables>,
  { links }: CompanionTables,
  ids: readonly string[],
): Promise<number> {
  let emptied = 0
  for (const { schema, table, column } of links) {
    const statement = sql`UPDATE ${sql.id(schema, table)}
      SET label = NULL, _fivetran_synced = now()
      WHERE ${sql.id(column)} = ANY(${[...ids]}::bigint[]) AND label IS NOT NULL`
    emptied += await countWritten(statement.execute(transaction))
  }
  return emptied
}

async function countWritten(
  written: Promise<{ readonly numAffectedRows?: bigint | undefined }>,
): Promise<number> {
  return Number((await written).numAffectedRows ?? 0n)
}

/**
 * What was merged into these records, and into that, as far as its rows are marked as deleted: it is about the same
 * person. Without the given ids.
 */
async function findMergedInto(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  ids: readonly string[],
): Promise<readonly string[]> {
  const { merges } = entity
  if (merges === undefined || ids.length === 0) return []
  const { schema, name } = tableOf(entity)
  const pairs = tableOf(merges)
  const [survivor, merged] = [sql.id(merges.survivorColumn), sql.id(merges.mergedColumn)]
  const { rows } = await sql<{ id: string }>`
    WITH RECURSIVE merged_in AS (
      SELECT unnest(${[...ids]}::bigint[]) AS id
      UNION
      SELECT pair.${merged} FROM ${sql.id(pairs.schema, pairs.name)} AS pair
      JOIN merged_in ON pair.${survivor} = merged_in.id
      JOIN ${sql.id(schema, name)} AS stored ON stored.id = pair.${merged} AND stored.is_deleted
    )
    SELECT merged_in.id::text FROM merged_in WHERE merged_in.id <> ALL(${[...ids]}::bigint[])
    ORDER BY merged_in.id`.execute(transaction)
  return rows.map(({ id }) => id)
}

/** Erases the records, and what was merged into them, of which it gives the ids. */
export async function eraseWithMerged(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  records: readonly ErasedRecord[],
): Promise<{ readonly counts: ErasedCounts; readonly merged: readonly string[] }> {
  const merged = await findMergedInto(
    transaction,
    entity,
    records.map(({ id }) => id),
  )
  const all = [...records, ...merged.map((id) => ({ id, updatedAt: null }))]
  return { counts: await eraseRecords(transaction, entity, all), merged }
}
