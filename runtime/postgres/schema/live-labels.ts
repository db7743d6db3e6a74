import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier } from '../identifier.ts'

/** Rows of the label tables for one table, by the JSON list of their key. */
export interface LiveLabels {
  readonly properties: ReadonlyMap<string, string>
  readonly options: ReadonlyMap<string, string>
}

/** Each row as the JSON list of its values in table order; empty if a table is missing. */
export async function readLiveLabels(
  database: Database,
  schema: string,
  object: string,
): Promise<LiveLabels> {
  const [properties, options] = await Promise.all([
    readRows(database, { schema, table: 'property' }, object, propertyRow),
    readRows(database, { schema, table: 'property_option' }, object, optionRow),
  ])
  return { properties, options }
}

const propertyRow = {
  key: 'json_build_array(name)',
  row: `json_build_array(name, column_name, label, type, field_type, group_name, description,
    calculated, hubspot_defined, archived)`,
}
const optionRow = {
  key: 'json_build_array(name, value)',
  row: 'json_build_array(name, value, label, display_order, hidden)',
}

async function readRows(
  database: Database,
  { schema, table }: { readonly schema: string; readonly table: string },
  object: string,
  { key, row }: typeof propertyRow,
): Promise<ReadonlyMap<string, string>> {
  const name = `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
  return explainingErrors(database.label, async () => {
    const known = await sql<{ known: boolean }>`
      SELECT to_regclass(${name}) IS NOT NULL AS known`.execute(database.kysely)
    if (known.rows[0]?.known !== true) return new Map()
    const { rows } = await sql<{ key: unknown; row: unknown }>`
      SELECT ${sql.raw(key)} AS key, ${sql.raw(row)} AS row
      FROM ${sql.raw(name)} WHERE hubspot_object = ${object}`.execute(database.kysely)
    return new Map(rows.map((one) => [JSON.stringify(one.key), JSON.stringify(one.row)]))
  })
}
