import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'

/** A table as it is in the database. */
export interface LiveTable {
  readonly comment: string | null
  /** The primary key. */
  readonly key: LiveKey | null
  /** In table order, without dropped columns. */
  readonly columns: readonly LiveColumn[]
  /** By name, including the primary key's. */
  readonly indexes: readonly LiveIndex[]
  /** By name: checks, foreign keys, exclusions and unique constraints, without the primary key. */
  readonly constraints: readonly LiveConstraint[]
}

export interface LiveKey {
  readonly name: string
  readonly columns: readonly string[]
  readonly deferrable: boolean
}

interface LiveConstraint {
  readonly name: string
  /** As Postgres writes it. */
  readonly definition: string
}

interface LiveColumn {
  readonly name: string
  /** As Postgres spells it, e.g. `timestamp with time zone`. */
  readonly type: string
  readonly notNull: boolean
  /** As Postgres writes it; for a generated column, its expression. */
  readonly default: string | null
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
    const [columns, indexes, keys, constraints] = await Promise.all([
      columnsQuery(first.oid).execute(database.kysely),
      indexesQuery(first.oid).execute(database.kysely),
      keyQuery(first.oid).execute(database.kysely),
      constraintsQuery(first.oid).execute(database.kysely),
    ])
    return {
      comment: first.comment,
      key: keys.rows[0] ?? null,
      columns: columns.rows,
      indexes: indexes.rows,
      constraints: constraints.rows,
    }
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
    SELECT attname AS name, replace(format_type(atttypid, atttypmod), '"', '') AS type, attnotnull AS "notNull",
      pg_get_expr(adbin, adrelid) AS default, col_description(attrelid, attnum) AS comment
    FROM pg_attribute
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
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

function keyQuery(table: string): RawBuilder<LiveKey> {
  return sql`
    SELECT pg_class.relname AS name, NOT indimmediate AS deferrable,
      ARRAY(
        SELECT attname::text
        FROM unnest(indkey[0 : indnkeyatts - 1]) WITH ORDINALITY AS key (number, place)
        JOIN pg_attribute ON attrelid = indrelid AND attnum = key.number
        ORDER BY place
      ) AS columns
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = ${table}::oid AND indisprimary`
}

// A unique index refuses rows as a constraint does. The index of a constraint is left out, to list it only
// once.
function constraintsQuery(table: string): RawBuilder<LiveConstraint> {
  return sql`
    SELECT conname AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE conrelid = ${table}::oid AND contype IN ('c', 'f', 'u', 'x')
    UNION ALL
    SELECT relname, pg_get_indexdef(indexrelid)
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = ${table}::oid AND indisunique AND NOT indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY name`
}
