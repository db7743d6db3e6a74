import { type Kysely, sql } from 'kysely'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'

/** A table or a view of the other copy. */
export interface TheirTable {
  readonly name: string
  /** Postgres's name of each column's type, in the order of the table. */
  readonly columns: ReadonlyMap<string, string>
  /** Columns of the primary key; empty if it has none. */
  readonly primaryKey: readonly string[]
}

/** The tables and views of a schema by name; null if this role sees no such schema. */
export async function readTables(
  kysely: Kysely<HubgenTables>,
  schema: string,
): Promise<ReadonlyMap<string, TheirTable> | null> {
  const { rows: schemas } = await sql`SELECT FROM pg_namespace WHERE nspname = ${schema}`.execute(
    kysely,
  )
  if (schemas.length === 0) return null
  const { rows } = await sql<{
    readonly name: string
    readonly columns: readonly { readonly name: string; readonly type: string }[]
    readonly key: readonly string[]
  }>`
    SELECT class.relname AS name,
      (SELECT json_agg(json_build_object('name', attname, 'type', format_type(atttypid, NULL)) ORDER BY attnum)
        FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped) AS columns,
      coalesce((SELECT json_agg(attribute.attname ORDER BY place)
        FROM pg_index AS index
        CROSS JOIN unnest(index.indkey::int2[]) WITH ORDINALITY AS part (number, place)
        JOIN pg_attribute AS attribute ON attribute.attrelid = class.oid AND attribute.attnum = part.number
        WHERE index.indrelid = class.oid AND index.indisprimary), '[]') AS key
    FROM pg_class AS class
    JOIN pg_namespace AS namespace ON namespace.oid = class.relnamespace
    WHERE namespace.nspname = ${schema} AND class.relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY class.relname`.execute(kysely)
  return new Map(
    rows.map(({ name, columns, key }) => [
      name,
      {
        name,
        columns: new Map((columns ?? []).map((column) => [column.name, column.type])),
        primaryKey: key,
      },
    ]),
  )
}

/** Names of the schemas that this role sees, without Postgres's own and that of hubgen's state. */
export async function listSchemas(kysely: Kysely<HubgenTables>): Promise<readonly string[]> {
  const { rows } = await sql<{ readonly name: string }>`
    SELECT nspname AS name FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'hubgen')
    ORDER BY nspname`.execute(kysely)
  return rows.map(({ name }) => name)
}
