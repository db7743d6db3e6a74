import { type Kysely, sql } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { LiveKey } from './live-table.ts'

/** A table of others, with everything that decides whether hubgen may fill it. */
export interface ForeignTable {
  /** `relkind`: `r` is a table, `v` a view, `p` a partitioned table. */
  readonly kind: string
  readonly owner: string
  /** Whether the role of this connection may change the table. */
  readonly isOwned: boolean
  readonly role: string
  readonly isUnlogged: boolean
  readonly isPartition: boolean
  /** Parents and children by inheritance. */
  readonly relatives: readonly string[]
  readonly hasRowSecurity: boolean
  /** Of the 1,600 columns of a table's life; dropped ones count. */
  readonly usedColumns: number
  readonly key: LiveKey | null
  /** In table order, without dropped columns. */
  readonly columns: readonly ForeignColumn[]
  readonly constraints: readonly ForeignConstraint[]
  readonly indexes: readonly ForeignIndex[]
  /** Enabled ones, by name. */
  readonly triggers: readonly string[]
  readonly rules: readonly string[]
  /** Views that read the table, by name. */
  readonly views: readonly string[]
}

export interface ForeignColumn {
  readonly name: string
  /** As Postgres spells it, with its length: `character varying(255)`. */
  readonly type: string
  readonly notNull: boolean
  /** As Postgres writes it. */
  readonly default: string | null
  readonly isGenerated: boolean
  /** `a`: always, `d`: by default. */
  readonly identity: '' | 'a' | 'd'
  /** Its collation takes different texts for equal. */
  readonly isFuzzy: boolean
  /** Views, functions and other objects that name the column, as Postgres describes them. */
  readonly readers: readonly ColumnReader[]
}

export interface ColumnReader {
  readonly kind: string
  readonly name: string
}

/** One that may refuse a row: a check, a foreign key, an exclusion, or uniqueness of more than the primary key. */
interface ForeignConstraint {
  readonly name: string
  /** As Postgres writes it. */
  readonly definition: string
  /** A unique index that belongs to no constraint. */
  readonly isIndex: boolean
  /** The plain columns that are unique together; empty for other constraints. */
  readonly unique: readonly string[]
}

interface ForeignIndex {
  readonly name: string
  readonly method: string
  /** Null for an expression. */
  readonly columns: readonly (string | null)[]
  readonly predicate: string | null
  readonly isUnique: boolean
  readonly isValid: boolean
}

/** Reads a table, or a view in its place, from the catalogue in one statement; null if there is none. */
export async function readForeignTable(
  kysely: Kysely<HubgenTables>,
  schema: string,
  table: string,
): Promise<ForeignTable | null> {
  const { rows } = await sql<ForeignTable>`
    SELECT relkind AS kind, pg_get_userbyid(relowner) AS owner, pg_has_role(relowner, 'USAGE') AS "isOwned",
      current_user AS role, relpersistence = 'u' AS "isUnlogged", relispartition AS "isPartition",
      relrowsecurity OR relforcerowsecurity AS "hasRowSecurity",
      ARRAY(SELECT (CASE WHEN inhrelid = class.oid THEN inhparent ELSE inhrelid END)::regclass::text FROM pg_inherits
        WHERE class.oid IN (inhrelid, inhparent) ORDER BY 1) AS relatives,
      (SELECT count(*)::int FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0) AS "usedColumns",
      ${keyOf} AS key,
      ${columnsOf} AS columns,
      ${constraintsOf} AS constraints,
      ${indexesOf} AS indexes,
      ARRAY(SELECT tgname::text FROM pg_trigger WHERE tgrelid = class.oid AND NOT tgisinternal AND tgenabled <> 'D'
        ORDER BY 1) AS triggers,
      ARRAY(SELECT rulename::text FROM pg_rewrite WHERE ev_class = class.oid AND rulename <> '_RETURN'
        ORDER BY 1) AS rules,
      ARRAY(SELECT DISTINCT ev_class::regclass::text FROM pg_depend
        JOIN pg_rewrite ON classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = objid
        WHERE refclassid = 'pg_class'::regclass AND refobjid = class.oid AND ev_class <> class.oid ORDER BY 1) AS views
    FROM pg_class AS class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = ${schema} AND relname = ${table} AND relkind IN ('r', 'p', 'v', 'm', 'f')`.execute(
    kysely,
  )
  return rows[0] ?? null
}

/** Plain columns of the index `entry` in its order, without those of INCLUDE; null for an expression. */
const indexedColumns = sql`ARRAY(SELECT attname::text
  FROM unnest(entry.indkey[0 : entry.indnkeyatts - 1]) WITH ORDINALITY AS part (number, place)
  LEFT JOIN pg_attribute ON attrelid = entry.indrelid AND attnum = part.number AND attnum > 0
  ORDER BY place)`

const keyOf = sql`(SELECT json_build_object('name', own.relname, 'columns', ${indexedColumns},
    'deferrable', NOT entry.indimmediate)
  FROM pg_index AS entry JOIN pg_class AS own ON own.oid = entry.indexrelid
  WHERE entry.indrelid = class.oid AND entry.indisprimary)`

// An index with an expression or a condition is built again when the type of its column changes.
const readersOf = sql`coalesce((SELECT json_agg(json_build_object('kind', kind, 'name', name) ORDER BY kind, name)
  FROM (SELECT DISTINCT coalesce(CASE WHEN view.relkind = 'm' THEN 'materialized view' WHEN view.oid IS NOT NULL THEN 'view' END, type) AS kind,
      coalesce(view.oid::regclass::text, identity) AS name
    FROM pg_depend
    CROSS JOIN LATERAL pg_identify_object(classid, objid, objsubid)
    LEFT JOIN pg_rewrite ON classid = 'pg_rewrite'::regclass AND pg_rewrite.oid = objid
    LEFT JOIN pg_class AS view ON view.oid = ev_class
    LEFT JOIN pg_index ON classid = 'pg_class'::regclass AND indexrelid = objid
    WHERE refclassid = 'pg_class'::regclass AND refobjid = class.oid AND refobjsubid = attnum
      AND (classid IN ('pg_rewrite'::regclass, 'pg_proc'::regclass, 'pg_policy'::regclass, 'pg_publication_rel'::regclass)
        OR indexprs IS NOT NULL OR indpred IS NOT NULL)
  ) AS reader), '[]')`

const columnsOf = sql`coalesce((SELECT json_agg(json_build_object('name', attname,
    'type', replace(format_type(atttypid, atttypmod), '"', ''), 'notNull', attnotnull,
    'default', pg_get_expr(adbin, adrelid), 'isGenerated', attgenerated <> '', 'identity', attidentity,
    'isFuzzy', NOT coalesce(collisdeterministic, true), 'readers', ${readersOf}) ORDER BY attnum)
  FROM pg_attribute
  LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  LEFT JOIN pg_collation ON pg_collation.oid = attcollation
  WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped), '[]')`

const constraintsOf = sql`coalesce((SELECT json_agg(json_build_object('name', name, 'definition', definition,
    'isIndex', is_index, 'unique', columns) ORDER BY name)
  FROM (
    SELECT conname AS name, pg_get_constraintdef(pg_constraint.oid) AS definition, false AS is_index,
      CASE WHEN contype = 'u' THEN ARRAY(SELECT attname::text FROM pg_attribute
        WHERE attrelid = conrelid AND attnum = ANY (conkey)) ELSE '{}' END AS columns
    FROM pg_constraint WHERE conrelid = class.oid AND contype IN ('c', 'f', 'u', 'x')
    UNION ALL
    SELECT own.relname, pg_get_indexdef(entry.indexrelid), true, array_remove(${indexedColumns}, NULL)
    FROM pg_index AS entry JOIN pg_class AS own ON own.oid = entry.indexrelid
    WHERE entry.indrelid = class.oid AND entry.indisunique AND NOT entry.indisprimary
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = entry.indexrelid)
  ) AS refusing), '[]')`

const indexesOf = sql`coalesce((SELECT json_agg(json_build_object('name', own.relname, 'method', amname,
    'columns', ${indexedColumns}, 'predicate', pg_get_expr(entry.indpred, entry.indrelid),
    'isUnique', entry.indisunique, 'isValid', entry.indisvalid) ORDER BY own.relname)
  FROM pg_index AS entry JOIN pg_class AS own ON own.oid = entry.indexrelid JOIN pg_am ON pg_am.oid = own.relam
  WHERE entry.indrelid = class.oid), '[]')`

/** The name of a relation, and the table of an index. */
export interface TakenName {
  readonly name: string
  /** Null for anything but an index. */
  readonly indexOf: string | null
}

/** Every relation of the schema: tables, views, indexes, sequences. */
export async function readTakenNames(
  kysely: Kysely<HubgenTables>,
  schema: string,
): Promise<readonly TakenName[]> {
  const { rows } = await sql<TakenName>`
    SELECT class.relname AS name, indexed.relname AS "indexOf"
    FROM pg_class AS class JOIN pg_namespace ON pg_namespace.oid = class.relnamespace
    LEFT JOIN pg_index ON indexrelid = class.oid LEFT JOIN pg_class AS indexed ON indexed.oid = indrelid
    WHERE nspname = ${schema} ORDER BY class.relname`.execute(kysely)
  return rows
}

/** Tables of any schema whose names in lower case are among these. */
export async function listTablesLike(
  kysely: Kysely<HubgenTables>,
  names: readonly string[],
): Promise<readonly { readonly schema: string; readonly table: string }[]> {
  const { rows } = await sql<{ schema: string; table: string }>`
    SELECT nspname AS schema, relname AS table
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'p') AND lower(relname) = ANY (${[...names]}::text[])
      AND nspname NOT IN ('pg_catalog', 'information_schema', 'hubgen')
    ORDER BY nspname, relname`.execute(kysely)
  return rows
}
