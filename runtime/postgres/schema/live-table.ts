import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'

/** A table as it is in the database. */
export interface LiveTable {
  readonly comment: string | null
  /** In table order, without dropped columns. */
  readonly columns: readonly LiveColumn[]
  /** By name, including the primary key's. */
  readonly indexes: readonly LiveIndex[]
}

interface LiveColumn {
  readonly name: string
  /** As Postgres spells it, e.g. `timestamp with time zone`. */
  readonly type: string
  readonly notNull: boolean
  readonly comment: string | null
}

interface LiveIndex {
  readonly name: string
  /** `btree`, `hash`, … */
  readonly method: string
  /** Null for an expression. */
  readonly columns: readonly (string | null)[]
  /** As Postgres writes it; null if the index covers every row. */
  readonly predicate: string | null
  /** False if building it with CONCURRENTLY failed half-way. */
  readonly valid: boolean
}

/** Reads a table from the catalogue; null if there is no such table. */
export async function readLiveTable(
  database: Database,
  schema: string,
  table: string,
): Promise<LiveTable | null> {
  return explainingErrors(database.label, async () => {
    const found = await tableQuery(schema, table).execute(database.kysely)
    const [first] = found.rows
    if (first === undefined) return null
    const [columns, indexes] = await Promise.all([
      columnsQuery(first.oid).execute(database.kysely),
      indexesQuery(first.oid).execute(database.kysely),
    ])
    return { comment: first.comment, columns: columns.rows, indexes: indexes.rows }
  })
}

// `p` is a partitioned table. Sync does not write to views or foreign tables.
function tableQuery(
  schema: string,
  table: string,
): RawBuilder<{ oid: string; comment: string | null }> {
  return sql`
    SELECT pg_class.oid::text AS oid, obj_description(pg_class.oid, 'pg_class') AS comment
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = ${schema} AND relname = ${table} AND relkind IN ('r', 'p')`
}

function columnsQuery(table: string): RawBuilder<LiveColumn> {
  return sql`
    SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS "notNull",
      col_description(attrelid, attnum) AS comment
    FROM pg_attribute
    WHERE attrelid = ${table}::oid AND attnum > 0 AND NOT attisdropped
    ORDER BY attnum`
}

function indexesQuery(table: string): RawBuilder<LiveIndex> {
  return sql`
    SELECT pg_class.relname AS name, amname AS method, indisvalid AS valid,
      pg_get_expr(indpred, indrelid) AS predicate,
      ARRAY(
        SELECT attname::text
        FROM unnest(indkey[0 : indnkeyatts - 1]) WITH ORDINALITY AS key (number, place)
        LEFT JOIN pg_attribute ON attrelid = indrelid AND attnum = key.number AND attnum > 0
        ORDER BY place
      ) AS columns
    FROM pg_index
    JOIN pg_class ON pg_class.oid = indexrelid
    JOIN pg_am ON pg_am.oid = relam
    WHERE indrelid = ${table}::oid
    ORDER BY pg_class.relname`
}
