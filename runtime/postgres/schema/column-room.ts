import { sql } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { MigrationFile } from './migration-file.ts'

/** Postgres: MaxHeapAttributeNumber. */
const tableColumns = 1_600

const alterTable = /^ALTER TABLE ((?:U&)?[^\s;]+)\s([^;]*);/gm
const addColumn = /^\s*ADD COLUMN /gm

/**
 * Fails with TABLE_FULL, before changing anything, if a table has no room for the columns that these files
 * add. A dropped column keeps its slot as long as the table exists, so the catalogue is consulted.
 */
export async function checkColumnRoom(
  database: Database,
  files: readonly MigrationFile[],
): Promise<void> {
  const added = countAdded(files)
  if (added.size === 0) return
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ table: string; used: number; dropped: number }>`
      SELECT name AS table, count(*)::int AS used, count(*) FILTER (WHERE attisdropped)::int AS dropped
      FROM unnest(${[...added.keys()]}::text[]) AS name
      JOIN pg_attribute ON attrelid = to_regclass(name) AND attnum > 0
      GROUP BY name ORDER BY name`.execute(database.kysely),
  )
  const full = rows.find(({ table, used }) => used + (added.get(table) ?? 0) > tableColumns)
  if (full === undefined) return
  throw new HubgenError(
    'TABLE_FULL',
    `\`${full.table}\` has used ${full.used} of ${tableColumns} columns, ${full.dropped} of them dropped, and these migrations add ${added.get(full.table)} more`,
    {
      at: database.description,
      fix: 'only a new table frees the dropped columns: drop the table and its rows in `hubgen.migration`, then `hubgen migrate` and a full `hubgen sync`; or leave properties out in hubgen.config.ts',
    },
  )
}

/** Number of columns to add, by table name as written in SQL. */
export function countAdded(files: readonly MigrationFile[]): ReadonlyMap<string, number> {
  const added = new Map<string, number>()
  for (const file of files) {
    for (const [, table = '', actions = ''] of file.sql.matchAll(alterTable)) {
      const count = actions.match(addColumn)?.length ?? 0
      if (count > 0) added.set(table, (added.get(table) ?? 0) + count)
    }
  }
  return added
}
