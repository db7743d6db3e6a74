import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { isGenerated } from './fit-file.ts'
import { indexedTable, type MigratedSchema, readMigratedSchema } from './migrated-schema.ts'
import { inOrder, type MigrationFile } from './migration-file.ts'

/**
 * The types of columns that exist, by column, by table; only tables that exist before the file that creates
 * them, such as those of `hubgen adopt` and of a dump without schema `hubgen`. Names as written in SQL.
 */
export interface Premade {
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, string>>
  /** Valid indexes of these tables that have the name of one in the files, with the definition there. */
  readonly indexes: ReadonlyMap<string, string>
}

/** Reads the tables of pending files that no applied file has made. Changes nothing. */
export async function readPremade(
  database: Database,
  pending: readonly MigrationFile[],
  applied: readonly MigrationFile[],
): Promise<Premade> {
  const schemaOf = (files: readonly MigrationFile[]) =>
    readMigratedSchema(inOrder(files.filter(isGenerated)).map((file) => file.sql))
  const made = schemaOf(applied).tables
  const { tables: all, indexes } = schemaOf([...applied, ...pending])
  const wanted = [...all].filter(([table]) => !made.has(table))
  return explainingErrors(database.label, async () => {
    const premade = new Map<string, ReadonlyMap<string, string>>()
    for (const table of await existing(
      database,
      wanted.map(([name]) => name),
    )) {
      premade.set(table, await readTypes(database, table, [...(all.get(table)?.keys() ?? [])]))
    }
    const own = [...indexes].filter(([, definition]) => premade.has(indexedTable(definition)))
    return { tables: premade, indexes: new Map(await existingIndexes(database, own)) }
  })
}

/** The schema together with these tables and columns. */
export function withPremade(schema: MigratedSchema, premade: Premade): MigratedSchema {
  if (premade.tables.size === 0) return schema
  const tables = new Map(schema.tables)
  for (const [table, types] of premade.tables) {
    tables.set(table, new Map([...types, ...(schema.tables.get(table) ?? [])]))
  }
  const indexes = new Map([...premade.indexes, ...schema.indexes])
  return { ...schema, tables, indexes }
}

async function existingIndexes(
  { kysely }: Database,
  indexes: readonly (readonly [name: string, definition: string])[],
): Promise<readonly (readonly [string, string])[]> {
  if (indexes.length === 0) return []
  const tables = indexes.map(([, definition]) => indexedTable(definition))
  const names = indexes.map(([name]) => name.replace(/^"(.*)"$/, '$1'))
  const { rows } = await sql<{ place: number }>`
    SELECT place::int AS place
    FROM unnest(${tables}::text[], ${names}::text[]) WITH ORDINALITY AS wanted (table_name, name, place)
    JOIN pg_index ON indrelid = to_regclass(table_name) AND indisvalid
    JOIN pg_class ON pg_class.oid = indexrelid AND relname = name
    ORDER BY place`.execute(kysely)
  const found = new Set(rows.map(({ place }) => place - 1))
  return indexes.filter((_, place) => found.has(place))
}

async function existing(
  { kysely }: Database,
  tables: readonly string[],
): Promise<readonly string[]> {
  if (tables.length === 0) return []
  const { rows } = await sql<{ name: string }>`
    SELECT name FROM unnest(${[...tables]}::text[]) AS name
    WHERE to_regclass(name) IS NOT NULL ORDER BY name`.execute(kysely)
  return rows.map(({ name }) => name)
}

/** Postgres itself reads the names, with their quotes and escapes. */
async function readTypes(
  { kysely }: Database,
  table: string,
  columns: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows: named } = await sql
    .raw<Record<string, number>>(
      `SELECT ${columns.map((column, place) => `${place} AS ${column}`).join(', ')}`,
    )
    .execute(kysely)
  const { rows: live } = await sql<{ name: string; type: string }>`
    SELECT attname AS name, replace(format_type(atttypid, atttypmod), '"', '') AS type FROM pg_attribute
    WHERE attrelid = to_regclass(${table}) AND attnum > 0 AND NOT attisdropped`.execute(kysely)
  const types = new Map(live.map(({ name, type }) => [name, type]))
  return new Map(
    Object.entries(named[0] ?? {}).flatMap(([name, place]) => {
      const [written, type] = [columns[place], types.get(name)]
      return written === undefined || type === undefined ? [] : [[written, shortType(type)]]
    }),
  )
}

/** As hubgen's files write it. */
function shortType(type: string): string {
  return type === 'timestamp with time zone' ? 'timestamptz' : type
}
