import { sql, type Transaction } from 'kysely'
import type { AssociationTable, Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { tableOf } from '../identifier.ts'
import type { RunIdentity } from './state.ts'

/** A table of links to an entity's records that another entity's runs fill. */
export interface TableOfOthers extends AssociationTable {
  /** The other object type, as in API paths: `0-3`. */
  readonly fromObjectType: string
  /** The table of its records. */
  readonly fromTable: Entity['table']
  /** The entity whose runs fill the table. */
  readonly fromEntity: string
}

/**
 * Publishes which tables of links this entity fills, and the table of its records, for the runs of other
 * entities.
 */
export async function rememberLinkTables(
  transaction: Transaction<HubgenTables>,
  { portalId }: RunIdentity,
  { name: entity, table, objectType, associations = [] }: Entity,
): Promise<void> {
  const rows = associations.map((each) => ({
    table: each.table,
    to: each.toObjectType,
    fc: each.fromColumn,
    tc: each.toColumn,
  }))
  await sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM json_to_recordset(${JSON.stringify(rows)}::json)
        AS link ("table" text, "to" text, fc text, tc text)
    ), forgotten AS (
      DELETE FROM hubgen.link_table AS known
      WHERE known.entity = ${entity} AND known.portal_id = ${portalId}::bigint
        AND NOT EXISTS (SELECT FROM given WHERE given."table" = known.table_name)
    )
    INSERT INTO hubgen.link_table AS stored (table_name, portal_id, entity, record_table,
      from_object_type, to_object_type, from_column, to_column)
    SELECT given."table", ${portalId}::bigint, ${entity}, ${table}, ${objectType}, given."to",
      given.fc, given.tc FROM given
    ON CONFLICT (table_name) DO UPDATE SET portal_id = excluded.portal_id, entity = excluded.entity,
      record_table = excluded.record_table, from_object_type = excluded.from_object_type,
      to_object_type = excluded.to_object_type, from_column = excluded.from_column,
      to_column = excluded.to_column
    WHERE (stored.portal_id, stored.entity, stored.record_table, stored.from_object_type,
        stored.to_object_type, stored.from_column, stored.to_column)
      IS DISTINCT FROM (excluded.portal_id, excluded.entity, excluded.record_table,
        excluded.from_object_type, excluded.to_object_type, excluded.from_column,
        excluded.to_column)`.execute(transaction)
  await sql`UPDATE hubgen.link_table SET to_table = ${table}
    WHERE to_object_type = ${objectType} AND portal_id = ${portalId}::bigint
      AND starts_with(table_name, ${`${tableOf({ table }).schema}.`})
      AND to_table IS DISTINCT FROM ${table}`.execute(transaction)
}

/**
 * Tables of links to this entity's records, by name: of the same portal, in the schema of its own table,
 * and with the columns that hubgen creates.
 */
export async function findTablesOfOthers(
  database: Database,
  { portalId }: RunIdentity,
  entity: Entity,
): Promise<readonly TableOfOthers[]> {
  const { schema } = tableOf(entity)
  const { rows } = await explainingErrors(database.label, () =>
    sql<TableOfOthers>`
      SELECT known.table_name AS "table", known.to_object_type AS "toObjectType",
        known.from_column AS "fromColumn", known.to_column AS "toColumn",
        known.from_object_type AS "fromObjectType", known.record_table AS "fromTable",
        known.entity AS "fromEntity"
      FROM hubgen.link_table AS known
      WHERE known.to_object_type = ${entity.objectType} AND known.portal_id = ${portalId}::bigint
        AND EXISTS (${columnsOf(sql`known.record_table`, schema, sql`ARRAY['id bigint', 'is_deleted boolean']`)})
        AND EXISTS (${columnsOf(
          sql`known.table_name`,
          schema,
          sql`ARRAY[known.from_column || ' bigint', known.to_column || ' bigint', 'type_id integer',
            'category text', 'label text']`,
        )})
      ORDER BY known.table_name COLLATE "C"`.execute(database.kysely),
  )
  return rows
}

/** Returns one row if the table is in the schema and has these columns. */
function columnsOf(table: ReturnType<typeof sql>, schema: string, columns: ReturnType<typeof sql>) {
  return sql`SELECT FROM pg_class
    JOIN pg_namespace ON pg_namespace.oid = pg_class.relnamespace
    JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
    WHERE nspname = ${schema} AND nspname || '.' || relname = ${table} AND relkind IN ('r', 'p')
    GROUP BY pg_class.oid
    HAVING array_agg(attname || ' ' || replace(format_type(atttypid, atttypmod), '"', '')) @> ${columns}`
}

/** Removes links to records that were deleted since this time; returns their number. */
export async function removeLinksToDeleted(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  table: TableOfOthers,
  since: Date,
): Promise<number> {
  const { numAffectedRows = 0n } = await sql`
    DELETE FROM ${named(table.table)} AS link USING ${named(entity.table)} AS record
    WHERE record.id = ${sql.id('link', table.toColumn)} AND record.is_deleted
      AND record._fivetran_synced >= ${since.toISOString()}::timestamptz`.execute(transaction)
  return Number(numAffectedRows)
}

/** A record of the `from` end and one of the `to` end, linked by one type. */
export interface LinkedPair {
  readonly fromId: string
  readonly toId: string
}

/**
 * Live records of the `from` end whose pairs with these records of the `to` end differ from the given ones,
 * counting each pair once per type; ascending.
 */
export async function findUnequal(
  database: Database,
  { table, fromTable, fromColumn, toColumn }: TableOfOthers,
  toIds: readonly string[],
  pairs: readonly LinkedPair[],
): Promise<readonly string[]> {
  if (toIds.length === 0) return []
  const given = JSON.stringify(pairs.map(({ fromId, toId }) => ({ f: fromId, t: toId })))
  const query = sql<{ id: string }>`
    WITH given AS MATERIALIZED (
      SELECT f, t FROM json_to_recordset(${given}::json) AS pair (f bigint, t bigint)
    ), known AS MATERIALIZED (
      SELECT ${sql.id('link', fromColumn)} AS f, ${sql.id('link', toColumn)} AS t
      FROM ${named(table)} AS link WHERE ${sql.id('link', toColumn)} = ANY(${[...toIds]}::bigint[])
    ), unequal AS (
      (SELECT f, t FROM given EXCEPT ALL SELECT f, t FROM known)
      UNION ALL (SELECT f, t FROM known EXCEPT ALL SELECT f, t FROM given)
    )
    SELECT record.id::text FROM ${named(fromTable)} AS record
    WHERE NOT record.is_deleted AND record.id IN (SELECT f FROM unequal)
    ORDER BY record.id`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows.map(({ id }) => id)
}

function named(table: Entity['table']) {
  const { schema, name } = tableOf({ table })
  return sql.id(schema, name)
}
