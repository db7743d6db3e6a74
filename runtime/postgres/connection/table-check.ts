import { sql } from 'kysely'
import { companionTablesOf, sharedTables } from '../../companions.ts'
import type { Entity } from '../../entity.ts'
import { HubgenError } from '../../errors.ts'
import { type ResourceTable, resourceTables } from '../../resources/resource-tables.ts'
import { resourceOf } from '../../resources/resources.ts'
import { planColumns } from '../../values/row.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'
import { checkFillable, otherSchemaFix } from './check-ours.ts'
import type { Database } from './database.ts'

/** Columns that identify a table created by hubgen. */
const systemColumns = {
  id: 'bigint',
  portal_id: 'bigint',
  is_deleted: 'boolean',
  _fivetran_deleted: 'boolean',
  _fivetran_synced: 'timestamptz',
  updated_at: 'timestamptz',
} as const

/** For a table that the generated files create. */
export const missingTableFix =
  'run `hubgen migrate`; if nothing is pending, somebody dropped the table: create it again with schema.sql and indexes.sql'

const typeNames: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'timestamptz',
}

/** Columns listed in an error; the rest is counted. */
const listedColumns = 10

/**
 * Fails before anything is read if the table cannot store the entity's rows: TABLE_MISSING, TABLE_NOT_OURS
 * (it or another table of the entity is not of hubgen's making, or lacks columns that every hubgen table has) or
 * TABLE_OUTDATED (columns are missing or have another type).
 */
export async function checkTable(database: Database, entity: Entity): Promise<void> {
  const at = `${database.description} ${entity.table}`
  const columns = await explainingErrors(database.label, () => readColumns(database, entity))
  if (columns.size === 0) {
    throw new HubgenError('TABLE_MISSING', `there is no table \`${entity.table}\``, {
      at,
      fix: missingTableFix,
    })
  }
  const shape = shapeOf(entity)
  const foreign = Object.entries(shape.system).filter(([name, type]) => columns.get(name) !== type)
  if (foreign.length > 0) {
    throw new HubgenError(
      'TABLE_NOT_OURS',
      `\`${entity.table}\` was not created by hubgen: it lacks ${foreign.map(([name, type]) => `\`${name} ${type}\``).join(', ')}`,
      { at, fix: otherSchemaFix('it') },
    )
  }
  await checkFillable(database, tablesOf(entity))
  const differences = shape.columns.flatMap(([column, type]) =>
    describeDifference(column, type, columns.get(column)),
  )
  if (differences.length > 0) {
    throw new HubgenError(
      'TABLE_OUTDATED',
      `\`${entity.table}\` differs from the generated files: ${shorten(differences)}`,
      {
        at,
        fix: 'run `hubgen migrate`: the database may be older than the files, for example restored from a backup; if nothing is pending, somebody changed the table by hand: restore it as in schema.sql',
      },
    )
  }
}

/** The columns that the table must have: those of every table of its kind, and its own. */
function shapeOf(entity: Entity): {
  readonly system: Readonly<Record<string, string>>
  readonly columns: readonly (readonly [name: string, type: string])[]
} {
  const [resource] = tablesOfResource(entity)
  if (resource !== undefined) {
    const { portal_id, _fivetran_synced } = systemColumns
    const flag = resource.marksDeleted ? { _fivetran_deleted: 'boolean' } : {}
    const columns = resource.columns.map(({ name, type }) => [name, type] as const)
    return { system: { portal_id, _fivetran_synced, ...flag }, columns }
  }
  const wanted = planColumns(entity).map(({ column, codec }) => [column, codec.type] as const)
  const shared = entity.overflow === undefined ? [] : [['overflow', 'jsonb'] as const]
  return { system: systemColumns, columns: [...shared, ...wanted] }
}

function tablesOfResource(entity: Entity): readonly ResourceTable[] {
  const resource = resourceOf(entity)
  return resource === null ? [] : resourceTables(resource)
}

/** The entity's tables and those that it shares with others, quoted for SQL. */
function tablesOf(entity: Entity): readonly string[] {
  const { schema } = tableOf(entity)
  const own = [entity.table, ...companionTablesOf(entity)].map((table) => tableOf({ table }))
  const resource = tablesOfResource(entity).map(({ name }) => ({ schema, name }))
  const shared = resource.length > 0 ? resource : sharedTables.map((name) => ({ schema, name }))
  return [...own, ...shared].map((one) => [one.schema, one.name].map(quoteIdentifier).join('.'))
}

/** Type by column name; empty if there is no such table. A role may have `quote_all_identifiers` set. */
async function readColumns(database: Database, entity: Entity): Promise<Map<string, string>> {
  const { schema, name } = tableOf(entity)
  const { rows } = await sql<{ column: string; type: string }>`
    SELECT attname AS column, replace(format_type(atttypid, atttypmod), '"', '') AS type
    FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = ${schema} AND relname = ${name} AND attnum > 0 AND NOT attisdropped`.execute(
    database.kysely,
  )
  return new Map(rows.map(({ column, type }) => [column, typeNames[type] ?? type]))
}

function describeDifference(column: string, wanted: string, found: string | undefined): string[] {
  if (found === wanted) return []
  if (found === undefined) return [`column \`${column} ${wanted}\` is missing`]
  return [`column \`${column}\` is \`${found}\`, not \`${wanted}\``]
}

function shorten(differences: readonly string[]): string {
  const more = differences.length - listedColumns
  const listed = differences.slice(0, listedColumns).join('; ')
  return more > 0 ? `${listed}; and ${more} more` : listed
}
