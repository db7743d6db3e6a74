import { sql } from 'kysely'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { readMigratedSchema } from './migrated-schema.ts'
import type { MigrationFile } from './migration-file.ts'

/** Postgres: MaxHeapAttributeNumber. */
const tableColumns = 1_600

const alterTable = /^ALTER TABLE ((?:U&)?[^\s;]+)\s([^;]*);/gm
const addColumn = /^\s*ADD COLUMN /gm
const createTable = /^CREATE TABLE (?:IF NOT EXISTS )?((?:U&)?[^\s;(]+) \(\n([\s\S]*?)\n\);/gm

/**
 * From this number on, every migrate reports the table: HubSpot and a busy portal add about a hundred
 * columns per year.
 */
const crowdedColumns = 1_200

/** The columns that a table has used of its lifetime limit. */
export interface CrowdedTable {
  /** As written in SQL. */
  readonly table: string
  readonly usedColumns: number
  readonly droppedColumns: number
}

/**
 * Fails with TABLE_FULL, before changing anything, if a table has no room for the columns that these files
 * add. A dropped column keeps its slot as long as the table exists, so the catalogue is consulted; a table that
 * does not exist yet needs a slot for every column that the files have ever added.
 */
export async function checkColumnRoom(
  database: Database,
  pending: readonly MigrationFile[],
  all: readonly MigrationFile[],
): Promise<void> {
  const added = countAdded(pending)
  const used = new Map((await readUsed(database, [...added.keys()])).map((one) => [one.table, one]))
  for (const [table, count] of [...added].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const { usedColumns = 0, droppedColumns = 0 } = used.get(table) ?? {}
    const more = count + (used.has(table) ? 0 : countCreated(pending, table))
    if (usedColumns + more > tableColumns) {
      const entity = changedEntity(pending, table)
      const own = all.filter((file) => entityOf(file) === entity)
      throw tableFull(database, { table, usedColumns, droppedColumns }, { more, entity, own })
    }
  }
}

/** Tables of these files that have used most of their columns, including dropped ones. */
export async function listCrowded(
  database: Database,
  files: readonly MigrationFile[],
): Promise<readonly CrowdedTable[]> {
  const used = await readUsed(database, [...countAdded(files).keys()])
  return used.filter(
    ({ usedColumns, droppedColumns }) => usedColumns >= crowdedColumns && droppedColumns > 0,
  )
}

/** For existing tables, by name. */
async function readUsed(
  database: Database,
  tables: readonly string[],
): Promise<readonly CrowdedTable[]> {
  if (tables.length === 0) return []
  const { rows } = await explainingErrors(database.label, () =>
    sql<CrowdedTable>`
      SELECT name AS table, count(*)::int AS "usedColumns",
        count(*) FILTER (WHERE attisdropped)::int AS "droppedColumns"
      FROM unnest(${[...tables]}::text[]) AS name
      JOIN pg_attribute ON attrelid = to_regclass(name) AND attnum > 0
      GROUP BY name ORDER BY name`.execute(database.kysely),
  )
  return rows
}

interface ColumnsToCome {
  readonly more: number
  /** Null if a file not written by hubgen adds them. */
  readonly entity: string | null
  /** Its files, from which its tables can be created again. */
  readonly own: readonly MigrationFile[]
}

function tableFull(
  { description }: Database,
  { table, usedColumns, droppedColumns }: CrowdedTable,
  { more, entity, own }: ColumnsToCome,
): HubgenError {
  if (usedColumns === 0) {
    return new HubgenError(
      'TABLE_FULL',
      `no new \`${table}\` can be made: the migrations add ${more} columns to it in all, more than the ${tableColumns} that a table has in its whole life`,
      {
        at: description,
        fix: `run \`hubgen squash ${entity ?? '<entity>'}\` where the files are generated: it makes one file of that history; then run \`hubgen migrate\` again`,
      },
    )
  }
  const listed = own.map(({ name }) => `'${name}'`).join(', ')
  const tables = [...readMigratedSchema(own.map(({ sql: text }) => text)).tables.keys()]
  return new HubgenError(
    'TABLE_FULL',
    `\`${table}\` has used ${usedColumns} of ${tableColumns} columns, ${droppedColumns} of them dropped, and these migrations add ${more} more`,
    {
      at: description,
      fix: `only a new table frees the dropped columns: \`DROP TABLE ${tables.join(', ')} CASCADE; DELETE FROM hubgen.migration WHERE name IN (${listed})\`, then \`hubgen migrate\` and \`hubgen sync ${entity ?? '<entity>'} --full\`; or leave properties out in hubgen.config.ts`,
    },
  )
}

/** The entity whose files add columns to a table; null if they were not written by hubgen. */
function changedEntity(files: readonly MigrationFile[], table: string): string | null {
  const file = files.find((one) => countAdded([one]).has(table))
  return file === undefined ? null : entityOf(file)
}

function entityOf({ sql: text }: MigrationFile): string | null {
  return /^-- Generated by `hubgen generate ([a-z][a-z0-9_]*)`/.exec(text)?.[1] ?? null
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

/** Number of columns with which these files create a table. */
function countCreated(files: readonly MigrationFile[], table: string): number {
  for (const { sql: text } of files) {
    for (const [, made, body = ''] of text.replaceAll('\r\n', '\n').matchAll(createTable)) {
      if (made !== table) continue
      return body.split('\n').filter((line) => !line.trimStart().startsWith('PRIMARY KEY')).length
    }
  }
  return 0
}
