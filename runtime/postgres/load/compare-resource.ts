import { sql } from 'kysely'
import { columnsWithin } from '../../resources/resource-tables.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { readRow } from '../../values/row-json.ts'
import type { Database } from '../connection/database.ts'
import { queryRows } from '../connection/query-rows.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, quoteLiteral } from '../identifier.ts'
import { readStoredRows } from './read-stored-rows.ts'
import {
  isErased,
  keyText,
  linksOf,
  type PlannedTable,
  type ResourcePlan,
} from './resource-plan.ts'
import { recordColumn, recordValue } from './row-record.ts'

/** A row of HubSpot's answer, and how the stored row differs from it. */
export interface ComparedResourceRow {
  readonly row: ConvertedRecord
  readonly state: 'live' | 'deleted' | 'absent'
  /**
   * Columns with another value; `form_field.label` for a column of a child table, and `form_field` if the row has
   * more or fewer rows there.
   */
  readonly columns: readonly string[]
}

interface StoredRow {
  readonly id: string
  readonly found: boolean
  readonly gone: boolean | null
  readonly columns: readonly string[]
}

/**
 * Compares rows with the stored ones, value by value, with those of their child tables; their keys must be unique.
 * Of rows in `partial`, which lack some of their fields, only the columns that they have are compared. A value that
 * does not fit its column counts as equal if the quarantine has it. Rows that Postgres cannot read are left out,
 * because the quarantine has them whole, and so are rows that were erased with their contact.
 */
export async function compareResourceRows(
  database: Database,
  plan: ResourcePlan,
  rows: readonly ConvertedRecord[],
  partial: ReadonlySet<string>,
): Promise<readonly ComparedResourceRow[]> {
  return explainingErrors(database.label, async () => {
    const read = await readStoredRows<StoredRow>(database, compareStatement(plan), rows)
    const stored = new Map(read.map((one) => [one.id, one]))
    const kept = await readKept(database, plan, rows)
    return rows.flatMap((row): ComparedResourceRow[] => {
      const found = stored.get(row.id)
      if (found === undefined) return []
      if (!found.found && kept.has(row.id)) return []
      const state = !found.found ? 'absent' : found.gone === true ? 'deleted' : 'live'
      const lost = row.rejects
        .filter(({ property, rawValue }) => kept.get(`${row.id} ${property}`) !== rawValue)
        .map(({ property }) => property)
      const unknown = unknownColumns(plan, row, partial)
      const differing = [...new Set([...found.columns, ...lost])]
      const columns = differing.filter((name) => !unknown.has(name))
      return [{ row, state, columns: state === 'live' ? columns : [] }]
    })
  })
}

/** Columns whose values the answer does not show, so that the stored ones may be right. */
function unknownColumns(
  { own, resource }: ResourcePlan,
  { id, json }: ConvertedRecord,
  partial: ReadonlySet<string>,
): ReadonlySet<string> {
  const given = readRow(json)
  const isGiven = (name: string) =>
    own.columns.some(({ column, key }) => column === name && given[key] !== undefined)
  const kept = resource.keeps
  const left = kept === undefined || isGiven(kept) ? [] : columnsWithin(own.table, kept)
  if (!partial.has(id)) return new Set(left)
  // The whole row is a column of some tables.
  const absent = own.table.columns.filter(({ name, pointer }) => pointer === '' || !isGiven(name))
  return new Set([...left, ...absent.map(({ name }) => name)])
}

/** The quarantined raw values, by key and column; of whole rows, by key. */
async function readKept(
  database: Database,
  { entity }: ResourcePlan,
  rows: readonly ConvertedRecord[],
): Promise<ReadonlyMap<string, string>> {
  const ids = rows.map(({ id }) => id)
  const kept = await sql<{ place: string; rawValue: string }>`
    SELECT concat_ws(' ', record_id, property) AS place, raw_value AS "rawValue" FROM hubgen.quarantine
    WHERE entity = ${entity} AND record_id = ANY(${ids}::text[])`.execute(database.kysely)
  return new Map(kept.rows.map(({ place, rawValue }) => [place, rawValue]))
}

/** `LIMIT 1` makes Postgres look up each row by the index of its key, however few rows it expects. */
function compareStatement({ own, children, entity }: ResourcePlan): string {
  const types = own.columns.map((column) => `, ${recordColumn(column)}`).join('')
  const members = children.map(({ member }) => `, ${member} json`).join('')
  const same = own.table.key.map((name) => {
    const column = own.columns.find((one) => one.column === name)
    return `one.${quoteIdentifier(name)} = ${column === undefined ? 'NULL' : recordValue('incoming', column)}`
  })
  const cases = [
    ...own.columns.map((column) =>
      differs(
        `stored.${quoteIdentifier(column.column)}`,
        recordValue('incoming', column),
        column.column,
      ),
    ),
    `CASE WHEN stored.portal_id <> (
      SELECT copy.portal_id FROM hubgen.copy WHERE copy.entity = ${quoteLiteral(entity)}
    ) THEN 'portal_id' END`,
  ]
  const gone = own.table.marksDeleted ? 'stored._fivetran_deleted' : 'false'
  const parts = children.map((child) => ` || ${childSql(own, child)}`)
  return `SELECT incoming.i AS id, stored.portal_id IS NOT NULL AS found, ${gone} AS gone,
  CASE WHEN stored.portal_id IS NULL THEN ARRAY[]::text[]
    ELSE array_remove(ARRAY[${cases.join(', ')}]::text[], NULL)${parts.join('')} END AS columns
FROM json_to_recordset($1::json) AS incoming (i text, p text${types}${members})
LEFT JOIN LATERAL (SELECT * FROM ${own.name} AS one WHERE ${same.join(' AND ')} LIMIT 1) AS stored ON true
WHERE NOT EXISTS (${isErased(entity, 'incoming.i')})`
}

function differs(stored: string, given: string, name: string): string {
  return `CASE WHEN ${stored} IS DISTINCT FROM ${given} THEN ${quoteLiteral(name)} END`
}

/** An array of the differing columns among the child rows of an incoming row. */
function childSql(own: PlannedTable, { name, table, columns, member }: PlannedTable): string {
  const selected = columns.map(
    (column) => `${recordValue('child', column)} AS ${quoteIdentifier(column.column)}`,
  )
  const types = columns.map((column) => recordColumn(column)).join(', ')
  const ofRow = linksOf(own, table).map(
    ([column, parent]) => `part.${quoteIdentifier(column)} = ${recordValue('incoming', parent)}`,
  )
  const keys = table.key.map(quoteIdentifier)
  const [key = ''] = keys
  const equal = keys.map((column) => `wanted.${column} = kept.${column}`)
  const values = columns.filter(({ column }) => !table.key.includes(column))
  const cases = values.map(({ column, property }) => {
    const quoted = quoteIdentifier(column)
    return differs(`kept.${quoted}`, `wanted.${quoted}`, property)
  })
  return `ARRAY(
  SELECT DISTINCT found.place FROM (
    SELECT ${selected.join(', ')} FROM json_to_recordset(coalesce(incoming.${member}, '[]')) AS child (${types})
  ) AS wanted
  FULL JOIN (SELECT * FROM ${name} AS part WHERE ${ofRow.join(' AND ')}) AS kept ON ${equal.join(' AND ')}
  CROSS JOIN LATERAL unnest(CASE WHEN wanted.${key} IS NULL OR kept.${key} IS NULL
    THEN ARRAY[${quoteLiteral(table.name)}]
    ELSE array_remove(ARRAY[${cases.join(', ')}]::text[], NULL) END) AS found (place)
  ORDER BY 1)`
}

/** The key of a row or of its parent. */
interface StoredKey {
  /** As one text. */
  readonly key: string
  /** Values of the columns of the key, as text. */
  readonly at: readonly string[]
}

const rowsTogether = 5_000

/**
 * The keys of the live rows in order, read some thousands at a time: of all rows, or of those whose columns have these
 * values.
 */
export async function* liveKeys(
  database: Database,
  { own }: ResourcePlan,
  of: Readonly<Record<string, string | null>>,
): AsyncGenerator<string> {
  const key = own.table.key.map(quoteIdentifier)
  const typeOf = (name: string) =>
    own.columns.find(({ column }) => quoteIdentifier(column) === name)?.codec.type ?? 'text'
  const fixed = Object.entries(of)
  const conditions = [
    ...(own.table.marksDeleted ? ['NOT stored._fivetran_deleted'] : []),
    ...fixed.map(
      ([name], index) =>
        `stored.${quoteIdentifier(name)} = $${index + 1}::${typeOf(quoteIdentifier(name))}`,
    ),
  ]
  const after = key.map((name, index) => `$${fixed.length + index + 1}::${typeOf(name)}`)
  const columns = key.map((name) => `stored.${name}`).join(', ')
  for (let last: StoredKey | undefined; ; ) {
    const from = last === undefined ? [] : [`(${columns}) > (${after.join(', ')})`]
    const where = [...conditions, ...from].join(' AND ') || 'true'
    const rows: readonly StoredKey[] = await queryRows<StoredKey>(
      database,
      `SELECT ${keyText('stored', own.table.key)} AS key, ARRAY[${key.map((name) => `stored.${name}::text`).join(', ')}] AS at
FROM ${own.name} AS stored WHERE ${where} ORDER BY ${columns} LIMIT ${rowsTogether}`,
      [...fixed.map(([, value]) => value), ...(last?.at ?? [])],
    )
    for (const { key: found } of rows) yield found
    last = rows.at(-1)
    if (last === undefined || rows.length < rowsTogether) return
  }
}

/** The parents of live rows: their keys, and the columns of this table that have them. */
export async function storedParents(
  database: Database,
  plan: ResourcePlan,
  links: readonly string[],
): Promise<readonly StoredKey[]> {
  const values = links.map((name) => `stored.${quoteIdentifier(name)}::text`).join(', ')
  return queryRows<StoredKey>(
    database,
    `SELECT DISTINCT ${keyText('stored', links)} AS key, ARRAY[${values}] AS at FROM ${plan.own.name} AS stored
WHERE true${andLive(plan)} ORDER BY key`,
  )
}

interface StoredCounts {
  /** Live rows. */
  readonly rows: number
  /** Rows that Postgres refused and that have no live row. */
  readonly quarantined: number
}

export async function countStored(database: Database, plan: ResourcePlan): Promise<StoredCounts> {
  const { own, entity } = plan
  const text = keyText('stored', own.table.key)
  const [counts] = await queryRows<StoredCounts>(
    database,
    `SELECT (SELECT count(*) FROM ${own.name} AS stored
    WHERE NOT EXISTS (${isErased(entity, text)})${andLive(plan)})::int AS rows,
  (SELECT count(*) FROM hubgen.quarantine AS refused WHERE entity = $1 AND property IS NULL AND NOT EXISTS (
    SELECT FROM ${own.name} AS stored WHERE ${text} = refused.record_id${andLive(plan)}
  ))::int AS quarantined`,
    [entity],
  )
  return counts ?? { rows: 0, quarantined: 0 }
}

/** Keys of rows of a child table whose row is missing or deleted. */
export async function findOrphans(
  database: Database,
  plan: ResourcePlan,
  { name, table }: PlannedTable,
): Promise<readonly string[]> {
  const links = linksOf(plan.own, table).map(
    ([column, parent]) =>
      `stored.${quoteIdentifier(parent.column)} = part.${quoteIdentifier(column)}`,
  )
  const rows = await queryRows<{ key: string }>(
    database,
    `SELECT ${keyText('part', table.key)} AS key FROM ${name} AS part WHERE NOT EXISTS (
  SELECT FROM ${plan.own.name} AS stored WHERE ${links.join(' AND ')}${andLive(plan)}
) ORDER BY key LIMIT ${mostOrphans}`,
  )
  return rows.map(({ key }) => key)
}

/** A child table has as many orphans as rows if all rows of the resource are gone; these are enough to see that. */
const mostOrphans = 10_000

function andLive({ own }: ResourcePlan): string {
  return own.table.marksDeleted ? ' AND NOT stored._fivetran_deleted' : ''
}
