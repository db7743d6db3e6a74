import { CompiledQuery, type Transaction } from 'kysely'
import { stripUnstorable } from '../../values/strip-unstorable.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier } from '../identifier.ts'

/** A small table whose whole content is written at once. */
export interface WholeTable {
  readonly schema: string
  readonly table: string
  /** Column → SQL type; `_fivetran_synced` is added automatically. */
  readonly columns: Readonly<Record<string, string>>
  readonly key: readonly string[]
  /** Rows that are not among the wanted ones are deleted, or this column gets this value. */
  readonly gone: 'delete' | GoneFlag
  /** Columns that keep their stored value if a wanted row with this flag has null or "" there. */
  readonly keeps?: {
    readonly columns: readonly string[]
    readonly where: { readonly column: string; readonly value: boolean | null }
  }
}

interface GoneFlag {
  readonly column: string
  readonly value: boolean
}

/** Rows that stay as they are although they are not among the wanted ones. */
export type Spared = 'all' | RowsWith

/** Rows with one of these values in a column, as text. */
export interface RowsWith {
  readonly column: string
  readonly values: readonly string[]
}

/** By column; numbers beyond the range of a JavaScript number are text. */
export type WholeTableRow = Readonly<Record<string, string | number | boolean | null>>

/**
 * Makes a table equal to these rows, whose keys must be unique. Rows that are already equal are not
 * rewritten, so `_fivetran_synced` says when a row last changed. Idempotent. If the source answer was
 * incomplete, pass the rows it does not cover as `spared`. Changed tables get statistics at once: autovacuum
 * analyzes no table of fewer than fifty rows, and without statistics the planner expects many more.
 */
export async function bringRows(
  transaction: Transaction<HubgenTables>,
  whole: WholeTable,
  rows: readonly WholeTableRow[],
  spared?: Spared,
): Promise<void> {
  const values = spared === undefined || spared === 'all' ? [] : [spared.values]
  const statement = statementOf(whole, spared)
  const { numAffectedRows } = await transaction.executeQuery(
    CompiledQuery.raw(statement, [jsonOf(rows), ...values]),
  )
  if (numAffectedRows !== 0n) {
    await transaction.executeQuery(CompiledQuery.raw(`ANALYZE ${nameOf(whole)}`))
  }
}

/** Whether the table has a row that is not gone; if so, an empty list is not a credible answer. */
export async function hasRowsLeft(
  transaction: Transaction<HubgenTables>,
  whole: WholeTable,
  among?: RowsWith,
): Promise<boolean> {
  const { gone } = whole
  const conditions = [
    ...(gone === 'delete'
      ? []
      : [`${quoteIdentifier(gone.column)} IS DISTINCT FROM ${gone.value}`]),
    ...(among === undefined ? [] : [`${quoteIdentifier(among.column)}::text = ANY ($1::text[])`]),
  ]
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
  const { rows } = await transaction.executeQuery<{ left: boolean }>(
    CompiledQuery.raw(
      `SELECT EXISTS (SELECT FROM ${nameOf(whole)}${where}) AS left`,
      among === undefined ? [] : [among.values],
    ),
  )
  return rows[0]?.left === true
}

/** Whether all tables exist and are visible to this role. */
export async function haveTables(
  transaction: Transaction<HubgenTables>,
  tables: readonly Pick<WholeTable, 'schema' | 'table'>[],
): Promise<boolean> {
  const names = tables.map(nameOf)
  const { rows } = await transaction.executeQuery<{ complete: boolean }>(
    CompiledQuery.raw(
      'SELECT bool_and(to_regclass(name) IS NOT NULL) AS complete FROM unnest($1::text[]) AS name',
      [names],
    ),
  )
  return rows[0]?.complete === true
}

function statementOf(whole: WholeTable, spared: Spared | undefined): string {
  const { columns, key, gone, keeps } = whole
  const table = nameOf(whole)
  const names = Object.keys(columns).map(quoteIdentifier)
  const typed = Object.entries(columns).map(([name, type]) => `${quoteIdentifier(name)} ${type}`)
  const keys = key.map(quoteIdentifier)
  const values = names.filter((name) => !keys.includes(name))
  const of = (source: string, list: readonly string[]) =>
    list.map((name) => `${source}.${name}`).join(', ')
  const isWanted = `SELECT FROM wanted WHERE (${of('wanted', keys)}) = (${of('stored', keys)})`
  const kept = new Set(keeps?.columns.map(quoteIdentifier))
  const updated = values.map((name) =>
    keeps !== undefined && kept.has(name) ? keptValue(name, keeps.where) : `excluded.${name}`,
  )
  const update = values.map((name, index) => `${name} = ${updated[index]}`).join(', ')
  return `
    WITH wanted AS (
      SELECT * FROM json_to_recordset($1::json) AS row (${typed.join(', ')})
    ), gone AS (
      ${goneStatement(table, gone)} ${isGone(spared)} AND NOT EXISTS (${isWanted})
    )
    INSERT INTO ${table} AS stored (${names.join(', ')})
    SELECT ${names.join(', ')} FROM wanted ORDER BY ${keys.join(', ')}
    ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${update}, _fivetran_synced = now()
    WHERE (${of('stored', values)}) IS DISTINCT FROM (${updated.join(', ')})`
}

/** Compares as text, which works for every type; a number is never empty. */
function keptValue(name: string, where: NonNullable<WholeTable['keeps']>['where']) {
  const empty = (source: string) => `coalesce(${source}.${name}::text, '') = ''`
  const isKept = `excluded.${quoteIdentifier(where.column)} IS NOT DISTINCT FROM ${where.value} AND ${empty('excluded')} AND NOT ${empty('stored')}`
  return `CASE WHEN ${isKept} THEN stored.${name} ELSE excluded.${name} END`
}

function isGone(spared: Spared | undefined): string {
  if (spared === undefined) return 'true'
  if (spared === 'all') return 'false'
  return `stored.${quoteIdentifier(spared.column)}::text <> ALL ($2::text[])`
}

function goneStatement(table: string, gone: WholeTable['gone']): string {
  if (gone === 'delete') return `DELETE FROM ${table} AS stored WHERE`
  const column = quoteIdentifier(gone.column)
  return `UPDATE ${table} AS stored SET ${column} = ${gone.value}, _fivetran_synced = now()
      WHERE stored.${column} IS DISTINCT FROM ${gone.value} AND`
}

function nameOf({ schema, table }: Pick<WholeTable, 'schema' | 'table'>): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`
}

function jsonOf(rows: readonly WholeTableRow[]): string {
  return JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'string' ? stripUnstorable(value).text : value,
  )
}
