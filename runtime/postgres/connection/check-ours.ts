import { sql } from 'kysely'
import { HubgenError } from '../../errors.ts'
import { nameSome } from '../../words/name-some.ts'
import { explainingErrors } from '../database-error.ts'
import type { Database } from './database.ts'

/** The end of the comment on every table that hubgen makes. */
const mark = 'synced by hubgen'

/** Shared tables that earlier versions made without a comment. */
const onceUnmarked = ['property', 'property_option', 'owner', 'team', 'owner_team']

interface FoundTable {
  /** As given. */
  readonly name: string
  readonly schema: string
  readonly table: string
  /** Not a view. */
  readonly stores: boolean
  readonly marked: boolean
  /** The state of a sync is about this very table. */
  readonly filled: boolean
  /** The state of a sync is about another table of this name. */
  readonly replaced: boolean
  /** Earlier versions made the views of this schema, which read the shared tables. */
  readonly views: boolean
  /** Migrations were applied in this database. */
  readonly migrated: boolean
  /** A sync has filled a table of this schema. */
  readonly used: boolean
}

/**
 * Fails with TABLE_NOT_OURS if one of these tables (`hubspot.deal`, quoted for SQL) exists and is not of hubgen's
 * making, whatever its columns are. hubgen made a table that has the comment or that a sync has filled; or, if
 * no sync has filled one of that name, a table that is among `applied`, those of migrations that were applied
 * here. Changes nothing, and needs no tables of hubgen's own.
 */
export async function checkOurs(
  database: Database,
  names: readonly string[],
  applied: ReadonlySet<string>,
): Promise<void> {
  refuse(
    database,
    await explainingErrors(database.label, () => findForeign(database, names, applied)),
  )
}

/** The names of those that `checkOurs` refuses, as given; they include views. */
export async function listForeign(
  database: Pick<Database, 'kysely'>,
  names: readonly string[],
  applied: ReadonlySet<string>,
): Promise<readonly string[]> {
  return (await findForeign(database, names, applied)).map(({ name }) => name)
}

async function findForeign(
  database: Pick<Database, 'kysely'>,
  names: readonly string[],
  applied: ReadonlySet<string>,
): Promise<readonly FoundTable[]> {
  const found = await findTables(database, names)
  return found.filter((one) => !isOurs(one, found, applied))
}

/**
 * The same before rows are written. In a database without migrations a program makes the tables itself: an empty
 * one has nobody's rows, and the others of a schema in which a sync has filled a table are hubgen's.
 */
export async function checkFillable(database: Database, names: readonly string[]): Promise<void> {
  const foreign = await explainingErrors(database.label, async () => {
    const found = await findTables(database, names)
    const doubtful = found.filter((one) => !isOurs(one, found, new Set()))
    const checked = await Promise.all(
      doubtful.map(async (one) => ((await isFillable(database, one)) ? [] : one)),
    )
    return checked.flat()
  })
  refuse(database, foreign)
}

async function isFillable({ kysely }: Database, one: FoundTable): Promise<boolean> {
  if (one.migrated || one.replaced || !one.stores) return false
  if (one.used) return true
  const { rows } = await sql`SELECT FROM ${sql.id(one.schema, one.table)} LIMIT 1`.execute(kysely)
  return rows.length === 0
}

function refuse(database: Database, foreign: readonly FoundTable[]): void {
  if (foreign.length === 0) return
  const which = nameSome(foreign.map(({ schema, table }) => `${schema}.${table}`))
  const were = foreign.length === 1 ? 'was' : 'were'
  throw new HubgenError(
    'TABLE_NOT_OURS',
    `${which} ${were} not made by hubgen, which changes no table of others; nothing was changed`,
    {
      at: database.description,
      fix: otherSchemaFix(foreign.length === 1 ? 'it' : 'them'),
    },
  )
}

/** The way out of TABLE_NOT_OURS. */
export function otherSchemaFix(them: 'it' | 'them'): string {
  return `to keep ${them} as the tables of others, set another schema in hubgen.config.ts (\`schema: 'hubspot_neon'\`) and start over in another folder: \`hubgen explore\`, \`generate\` and \`migrate\` with \`--directory neon\`. To take ${them} over with the rows, \`hubgen adopt <entity> --plan\`; or rename or drop ${them}. If hubgen made ${them}, run the COMMENT ON TABLE of schema.sql or labels.sql`
}

function isOurs(
  one: FoundTable,
  all: readonly FoundTable[],
  applied: ReadonlySet<string>,
): boolean {
  if (one.marked || one.filled) return true
  if (one.replaced) return false
  if (applied.has(one.name)) return true
  if (!one.views || !onceUnmarked.includes(one.table)) return false
  const shared = all.filter(
    ({ schema, table }) => schema === one.schema && onceUnmarked.includes(table),
  )
  return !shared.some(({ marked }) => marked)
}

async function findTables(
  { kysely }: Pick<Database, 'kysely'>,
  names: readonly string[],
): Promise<readonly FoundTable[]> {
  const { rows: known } = await sql<{ copies: boolean; views: boolean; migrations: boolean }>`
    SELECT to_regclass('hubgen.copy') IS NOT NULL AS copies,
      to_regclass('hubgen.view') IS NOT NULL AS views,
      to_regclass('hubgen.migration') IS NOT NULL AS migrations`.execute(kysely)
  const { copies = false, views = false, migrations = false } = known[0] ?? {}
  const no = sql<boolean>`false`
  const madeViews = sql<boolean>`EXISTS (SELECT FROM hubgen.view AS made
    WHERE split_part(made.name, '.', 1) IN (nspname, quote_ident(nspname)))`
  // A database from before the table of views.
  const ranFiles = migrations ? sql<boolean>`EXISTS (SELECT FROM hubgen.migration)` : no
  const usedSchema = sql<boolean>`EXISTS (SELECT FROM hubgen.copy
    JOIN pg_class AS copied ON copied.oid::bigint = table_oid
    WHERE copied.relnamespace = pg_namespace.oid)`
  const { rows } = await sql<FoundTable>`
    SELECT given.name, nspname AS schema, relname AS table, relkind IN ('r', 'p') AS stores,
      coalesce(obj_description(found.oid, 'pg_class'), '') LIKE ${`%${mark}%`} AS marked,
      ${copies ? sql<boolean>`EXISTS (SELECT FROM hubgen.copy WHERE table_oid = found.oid::bigint)` : no} AS filled,
      ${copies ? sql<boolean>`EXISTS (SELECT FROM hubgen.copy WHERE table_name = nspname || '.' || relname)` : no} AS replaced,
      ${views ? madeViews : ranFiles} AS views,
      ${ranFiles} AS migrated,
      ${copies ? usedSchema : no} AS used
    FROM unnest(${[...new Set(names)]}::text[]) AS given (name)
    CROSS JOIN LATERAL parse_ident(given.name) AS parts
    JOIN pg_namespace ON nspname = parts[1]
    JOIN pg_class AS found ON relnamespace = pg_namespace.oid AND relname = parts[2]
      AND relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY given.name`.execute(kysely)
  return rows
}
