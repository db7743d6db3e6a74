import { sql } from 'kysely'
import type { Database } from './database.ts'
import { explainingErrors } from './database-error.ts'
import { listPending } from './migrate.ts'
import type { MigrationFile } from './migration-file.ts'

/** One pending migration and what it meets in this database. */
export interface PlannedMigration {
  readonly name: string
  readonly sql: string
  /** What the file says it locks, and for how long; empty for a file that does not say. */
  readonly locks: readonly string[]
  /** Tables that it names and that are there, by name. */
  readonly tables: readonly TableSize[]
}

export interface TableSize {
  /** `hubspot.deal` */
  readonly table: string
  /** As of the last ANALYZE; null when there was none. */
  readonly rows: number | null
  /** With indexes and long values. */
  readonly bytes: number
}

const tableName = /^(?:ALTER TABLE|COMMENT ON (?:TABLE|COLUMN)|.*\sON|FROM) ([\w"]+\.[\w"]+)/gm
const lockLine = /^-- Lock: (.+?)\.?$/gm

/** Everything that `migrate` would apply now, in order; changes nothing. */
export async function planMigrate(
  database: Database,
  files: readonly MigrationFile[],
): Promise<readonly PlannedMigration[]> {
  const planned: PlannedMigration[] = []
  for (const file of await listPending(database, files)) {
    planned.push({
      name: file.name,
      sql: file.sql,
      locks: [...new Set(matches(file.sql, lockLine))],
      tables: await readSizes(database, [...new Set(matches(file.sql, tableName))].sort()),
    })
  }
  return planned
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, match = '']) => match)
}

async function readSizes(
  database: Database,
  tables: readonly string[],
): Promise<readonly TableSize[]> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ table: string; rows: number; bytes: string }>`
      SELECT name AS table, reltuples::float8 AS rows, pg_total_relation_size(oid) AS bytes
      FROM unnest(${tables}::text[]) AS name
      JOIN pg_class ON oid = to_regclass(name)
      WHERE relkind = 'r'`.execute(database.kysely),
  )
  return rows.map(({ table, rows: count, bytes }) => ({
    table,
    rows: count < 0 ? null : count,
    bytes: Number(bytes),
  }))
}
