import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { isGenerated } from './fit-file.ts'
import { type MigratedSchema, readMigratedSchema } from './migrated-schema.ts'
import { inOrder, type MigrationFile } from './migration-file.ts'

/**
 * The types of columns that exist, by column, by table; only tables that exist before the file that creates
 * them, such as those of `hubgen adopt` and of a dump without schema `hubgen`. Names as written in SQL.
 */
export type Premade = ReadonlyMap<string, ReadonlyMap<string, string>>

/** Reads the tables of pending files that no applied file has made. Changes nothing. */
export async function readPremade(
  database: Database,
  pending: readonly MigrationFile[],
  applied: readonly MigrationFile[],
): Promise<Premade> {
  const schemaOf = (files: readonly MigrationFile[]) =>
    readMigratedSchema(inOrder(files.filter(isGenerated)).map((file) => file.sql))
  const made = schemaOf(applied).tables
  const all = schemaOf([...applied, ...pending]).tables
  const wanted = [...all].filter(([table]) => !made.has(table))
  return explainingErrors(database.label, async () => {
    const premade = new Map<string, ReadonlyMap<string, string>>()
    for (const table of await existing(
      database,
      wanted.map(([name]) => name),
    )) {
      premade.set(table, await readTypes(database, table, [...(all.get(table)?.keys() ?? [])]))
    }
    return premade
  })
}

/** The schema together with these tables and columns. */
export function withPremade(schema: MigratedSchema, premade: Premade): MigratedSchema {
  if (premade.size === 0) return schema
  const tables = new Map(schema.tables)
  for (const [table, types] of premade) {
    tables.set(table, new Map([...types, ...(schema.tables.get(table) ?? [])]))
  }
  return { ...schema, tables }
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
