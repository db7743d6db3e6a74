import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import { erasePersonal } from './erase-personal.ts'
import { type CompanionTables, findCompanionTables } from './find-companions.ts'

/** A record of which only the id and flags remain. */
export interface ErasedRecord {
  readonly id: string
  /** The stamp of the record in HubSpot's recycle bin, ISO 8601; null if it is not there. */
  readonly updatedAt: string | null
}

/** Counts of erased data; zero if it had been erased before. */
export interface ErasedCounts {
  /** Rows that held a value. */
  readonly rows: number
  /** Rows of former values. */
  readonly versions: number
  /** Values and records in the quarantine. */
  readonly quarantined: number
  /** Labels of links, at either end. */
  readonly labels: number
  /** Rows of resources about erased contacts: form submissions, e-mail events, memberships of lists. */
  readonly personal: number
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
 * Empties records everywhere, within a transaction: all columns of their rows except those that every table
 * has, their former values, their quarantine entries, and the labels of their links in any table. Ids,
 * flags, links and merges stay: without its id, a record could not be reported as erased, and the next run
 * would treat it as new. The row gets the stamp of the recycle bin's version, so that this version is not
 * loaded again. Mark the records as deleted first; otherwise the next full read restores their values.
 */
async function eraseRecords(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  records: readonly ErasedRecord[],
): Promise<ErasedCounts> {
  if (records.length === 0) {
    return { rows: 0, versions: 0, quarantined: 0, labels: 0, personal: 0 }
  }
  const ids = records.map(({ id }) => id)
  const companions = await findCompanionTables(transaction, entity)
  return {
    personal: await erasePersonal(transaction, entity, records, companions),
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
  // Includes columns of earlier types, which no generated file names any more.
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
 * Records that were merged into these, directly or indirectly, and whose rows are marked as deleted: they
 * are about the same person. Excludes the given ids.
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

/** Erases the records and those merged into them; returns the ids of the latter. */
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
