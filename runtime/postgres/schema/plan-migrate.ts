import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { countAdded } from './column-room.ts'
import { listFitted } from './migrate.ts'
import type { MigrationFile } from './migration-file.ts'

/** A pending migration and the tables it affects in this database. */
export interface PlannedMigration {
  readonly name: string
  readonly sql: string
  /** The locks that the file announces, with their duration; empty if it announces none. */
  readonly locks: readonly string[]
  /** Existing tables that it names, by name. */
  readonly tables: readonly TableSize[]
}

export interface TableSize {
  /** `hubspot.deal` */
  readonly table: string
  /** As of the last ANALYZE; null if there was none. */
  readonly rows: number | null
  /** Includes indexes and TOAST. */
  readonly bytes: number
  /** Of the 1,600 columns that a table can have in its lifetime; dropped ones count. */
  readonly usedColumns: number
  readonly droppedColumns: number
  /** Columns that this migration adds. */
  readonly addedColumns: number
  readonly indexes: number
}

const tableName =
  /^(?:ALTER TABLE|DROP TABLE IF EXISTS|COMMENT ON (?:TABLE|COLUMN)|.*\sON|FROM) ([\w"]+\.[\w"]+)/gm
const lockLine = /^-- Lock: (.+?)\.?$/gm

/** The migrations that `migrate` would apply now, in order; changes nothing. */
export async function planMigrate(
  database: Database,
  files: readonly MigrationFile[],
): Promise<readonly PlannedMigration[]> {
  const planned: PlannedMigration[] = []
  for (const file of await listFitted(database, files)) {
    planned.push({
      name: file.name,
      sql: file.sql,
      locks: [...new Set(matches(file.sql, lockLine))],
      tables: await readSizes(database, file, [...new Set(matches(file.sql, tableName))].sort()),
    })
  }
  return planned
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, match = '']) => match)
}

async function readSizes(
  database: Database,
  file: MigrationFile,
  tables: readonly string[],
): Promise<readonly TableSize[]> {
  const added = countAdded([file])
  const { rows } = await explainingErrors(database.label, () =>
    sql<LiveSize>`
      SELECT name AS table, reltuples::float8 AS rows, pg_total_relation_size(oid) AS bytes,
        (SELECT count(*)::int FROM pg_attribute WHERE attrelid = pg_class.oid AND attnum > 0)
          AS "usedColumns",
        (SELECT count(*)::int FROM pg_attribute WHERE attrelid = pg_class.oid AND attisdropped)
          AS "droppedColumns",
        (SELECT count(*)::int FROM pg_index WHERE indrelid = pg_class.oid) AS indexes
      FROM unnest(${tables}::text[]) AS name
      JOIN pg_class ON oid = to_regclass(name)
      WHERE relkind = 'r'`.execute(database.kysely),
  )
  return rows.map(({ table, rows: count, bytes, ...counts }) => ({
    table,
    rows: count < 0 ? null : count,
    bytes: Number(bytes),
    ...counts,
    addedColumns: added.get(table) ?? 0,
  }))
}

interface LiveSize extends Omit<TableSize, 'rows' | 'bytes' | 'addedColumns'> {
  readonly rows: number
  readonly bytes: string
}
