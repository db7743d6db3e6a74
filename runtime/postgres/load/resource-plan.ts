import type { Entity } from '../../entity.ts'
import type { Resource } from '../../resources/resource.ts'
import {
  columnsWithin,
  type ResourceTable,
  resourceTables,
} from '../../resources/resource-tables.ts'
import { codecs } from '../../values/codecs.ts'
import type { RowColumn } from '../../values/row.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../identifier.ts'
import { mostWrittenIds } from '../state/run-counts.ts'
import { type LoadPlan, settleStatement } from './load-plan.ts'
import { recordColumn, recordValue } from './row-record.ts'

/** How a resource is loaded: like an entity, with a key of its own and with child tables. */
export interface ResourcePlan extends LoadPlan {
  readonly resource: Resource
  readonly own: PlannedTable
  readonly children: readonly PlannedTable[]
}

export interface PlannedTable {
  /** Quoted for SQL. */
  readonly name: string
  readonly table: ResourceTable
  /** Without derived columns; the names stand for properties in the quarantine. */
  readonly columns: readonly RowColumn[]
  /** Column → where its value stands in an answer; without those that entries of a child table place. */
  readonly pointers: ReadonlyMap<string, string>
  /** The member of a row's JSON that has the rows of a child table. */
  readonly member: string
}

export function planResource(entity: Entity, resource: Resource): ResourcePlan {
  const { schema } = tableOf(entity)
  const [own, ...children] = resourceTables(resource).map((table, index) =>
    planTable(schema, table, index, resource),
  )
  if (own === undefined) throw new Error(`\`${resource.name}\` has no table`)
  const statement = loadStatement(entity, resource, own, children)
  return {
    resource,
    own,
    children,
    entity: entity.name,
    columns: own.columns,
    loadStatement: () => statement,
    droppedStatement: droppedStatement(own, entity.name),
    copyStatement: null,
    // Rows of a resource have no stamp that could be older than the stored one.
    settleStatement: settleStatement('SELECT NULL::timestamptz AS updated_at'),
    mergeStatement: null,
    mergeKeys: [],
  }
}

function planTable(
  schema: string,
  table: ResourceTable,
  index: number,
  { derive = {} }: Resource,
): PlannedTable {
  const isDerived = (name: string) =>
    index === 0 && table.columns.some((column) => column.name === name && column.pointer === null)
  const prefix = index === 0 ? '' : `${table.name}.`
  const filled = table.columns.filter(({ name }) => !(name in derive) && !isDerived(name))
  return {
    name: `${quoteIdentifier(schema)}.${quoteIdentifier(table.name)}`,
    table,
    columns: filled.map(({ name, type }, place) => ({
      column: name,
      property: `${prefix}${name}`,
      codec: codecs[type],
      key: `c${place}`,
      current: true,
    })),
    pointers: new Map(
      table.columns.flatMap(({ name, pointer }) => (pointer === null ? [] : [[name, pointer]])),
    ),
    member: `x${index}`,
  }
}

/** The key of a row as one text: `12`, or `12/345`. */
export function keyText(alias: string, key: readonly string[]): string {
  return `concat_ws('/', ${key.map((name) => `${alias}.${quoteIdentifier(name)}`).join(', ')})`
}

/**
 * `OFFSET 0` makes Postgres look up each row by an index: of a table that has just begun to grow it expects too few
 * rows, and would read all of it for each row.
 *
 * Upserts the rows of `$1` for portal `$2`, as `LoadPlan.loadStatement` describes; `$3` has no meaning here. A row
 * that this read has found before is left out: the first answer for a key wins. So is one that was erased with its
 * contact. The rows of child tables are replaced with those of their row.
 */
function loadStatement(
  entity: Entity,
  { key, deletes, keeps, personal }: Resource,
  own: PlannedTable,
  children: readonly PlannedTable[],
): string {
  const name = quoteLiteral(entity.name)
  const types = own.columns.map((column) => `, ${recordColumn(column)}`).join('')
  const members = children.map(({ member }) => `, ${member} json`).join('')
  const isSeen = `SELECT FROM hubgen.resource_row AS seen
    WHERE seen.entity = ${name} AND seen.parent_key = coalesce(incoming.p, '') AND seen.row_key = incoming.i OFFSET 0`
  const remembers = deletes !== 'never'
  const left = [
    ...(remembers ? [`NOT EXISTS (${isSeen})`] : []),
    ...(personal === undefined ? [] : [`NOT EXISTS (${isErased(entity.name, 'incoming.i')})`]),
  ]
  return `WITH incoming AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS incoming (i text, p text${types}${members})
  WHERE $3::timestamptz IS NULL OR true
), fresh AS MATERIALIZED (
  SELECT * FROM incoming WHERE ${left.join(' AND ') || 'true'}
)${remembers ? rememberSql(name) : ''}, written AS (
  ${upsertSql(own, key, keptColumns(own, keeps))}
  RETURNING ${keyText('stored', key)} AS id, xmax = 0 AS inserted
)${children.map((child) => childSql(own, child)).join('')}
SELECT count(*) FILTER (WHERE inserted)::int AS inserted,
  count(*) FILTER (WHERE NOT inserted)::int AS updated,
  ARRAY(SELECT id FROM written WHERE inserted ORDER BY written.id LIMIT ${mostWrittenIds}) AS new_ids,
  ARRAY(SELECT id FROM written WHERE NOT inserted ORDER BY written.id LIMIT ${mostWrittenIds}) AS changed_ids,
  (SELECT relhastriggers OR relhasrules OR relkind <> 'r' FROM pg_catalog.pg_class
    WHERE oid = ${quoteLiteral(own.name)}::regclass) AS may_drop
FROM written`
}

/** A subquery that finds the row with this key among the erased ones. */
export function isErased(entity: string, key: string): string {
  return `SELECT FROM hubgen.erased_row AS erased
    WHERE erased.entity = ${quoteLiteral(entity)} AND erased.row_key = ${key} OFFSET 0`
}

function rememberSql(entity: string): string {
  return `, remembered AS (
  INSERT INTO hubgen.resource_row (entity, parent_key, row_key)
  SELECT ${entity}, coalesce(p, ''), i FROM fresh
  ON CONFLICT DO NOTHING
)`
}

/** Rows that are equal are filtered out first, as in `load-plan.ts`. */
function upsertSql(
  { name, table, columns }: PlannedTable,
  key: readonly string[],
  kept: KeptColumns,
): string {
  const flags = table.marksDeleted ? ['_fivetran_deleted'] : []
  const names = ['portal_id', ...columns.map(({ column }) => column), ...flags].map(quoteIdentifier)
  const values = [
    '$2::bigint',
    ...columns.map((column) => recordValue('fresh', column)),
    ...flags.map(() => 'false'),
  ]
  const after = names.map((column, index) =>
    orKept(kept, { column, field: `fresh.${kept.field?.key}`, value: values[index] ?? '' }),
  )
  const keys = key.map(quoteIdentifier)
  const same = keys.map((column) => {
    const found = columns.find((one) => quoteIdentifier(one.column) === column)
    return `stored.${column} = ${found === undefined ? 'NULL' : recordValue('fresh', found)}`
  })
  return `INSERT INTO ${name} AS stored (${names.join(', ')}, _fivetran_synced)
  SELECT ${values.join(', ')}, now() FROM fresh
  WHERE NOT EXISTS (
    SELECT FROM ${name} AS stored WHERE ${same.join(' AND ')}
      AND (${names.map((column) => `stored.${column}`).join(', ')}) IS NOT DISTINCT FROM (${after.join(', ')})
    OFFSET 0
  )
  ON CONFLICT (${keys.join(', ')}) DO UPDATE SET ${assign(
    names.filter((one) => !keys.includes(one)),
    kept,
  )}`
}

/** Columns that keep their values when an answer lacks the field that they come from. */
interface KeptColumns {
  /** Has the whole field; null if no columns are kept. */
  readonly field: RowColumn | null
  /** Quoted for SQL. */
  readonly names: ReadonlySet<string>
}

const noneKept: KeptColumns = { field: null, names: new Set() }

function keptColumns({ table, columns }: PlannedTable, keeps: string | undefined): KeptColumns {
  const field = columns.find(({ column }) => column === keeps)
  if (field === undefined || keeps === undefined) return noneKept
  return { field, names: new Set(columnsWithin(table, keeps).map(quoteIdentifier)) }
}

/** SQL of a column's next value: this one, or the stored one if the answer lacks the field. */
function orKept(
  { names }: KeptColumns,
  {
    column,
    field,
    value,
  }: { readonly column: string; readonly field: string; readonly value: string },
): string {
  return names.has(column)
    ? `CASE WHEN ${field} IS NULL THEN stored.${column} ELSE ${value} END`
    : value
}

function assign(names: readonly string[], kept: KeptColumns = noneKept): string {
  const field = `excluded.${quoteIdentifier(kept.field?.column ?? '')}`
  return [...names, '_fivetran_synced']
    .map((column) => `${column} = ${orKept(kept, { column, field, value: `excluded.${column}` })}`)
    .join(', ')
}

/** The rows of a child table that belong to the loaded rows: others of the same parents are removed. */
function childSql(own: PlannedTable, { name, table, columns, member }: PlannedTable): string {
  const types = columns.map((column) => recordColumn(column)).join(', ')
  const names = columns.map(({ column }) => quoteIdentifier(column))
  const keys = table.key.map(quoteIdentifier)
  const values = names.filter((one) => !keys.includes(one))
  const selected = columns.map(
    (column) => `${recordValue('child', column)} AS ${quoteIdentifier(column.column)}`,
  )
  const ofRow = linksOf(own, table).map(
    ([column, parent]) => `stored.${quoteIdentifier(column)} = ${recordValue('fresh', parent)}`,
  )
  const of = (source: string, list: readonly string[]) =>
    list.map((one) => `${source}.${one}`).join(', ')
  const changed =
    values.length === 0
      ? 'DO NOTHING'
      : `DO UPDATE SET ${assign(values)}
  WHERE (${of('stored', values)}) IS DISTINCT FROM (${of('excluded', values)})`
  return `, ${member}_wanted AS MATERIALIZED (
  SELECT ${selected.join(', ')} FROM fresh
  CROSS JOIN LATERAL json_to_recordset(coalesce(fresh.${member}, '[]')) AS child (${types})
), ${member}_gone AS (
  DELETE FROM ${name} AS stored USING fresh
  WHERE ${ofRow.join(' AND ')} AND NOT EXISTS (
    SELECT FROM ${member}_wanted AS wanted WHERE (${of('wanted', keys)}) = (${of('stored', keys)})
  )
), ${member}_written AS (
  INSERT INTO ${name} AS stored (${names.join(', ')}, _fivetran_synced)
  SELECT ${names.join(', ')}, now() FROM ${member}_wanted
  ON CONFLICT (${keys.join(', ')}) ${changed}
)`
}

/** The columns of a child table that have the key of its row, each with the column of that key. */
export function linksOf(
  own: PlannedTable,
  { columns }: ResourceTable,
): readonly (readonly [column: string, parent: RowColumn])[] {
  return columns.flatMap(({ name, pointer }) => {
    const named = pointer?.startsWith('^') === true ? pointer.slice(1) : null
    if (named === null || !own.table.key.includes(named)) return []
    const parent = own.columns.find(({ column }) => column === named)
    return parent === undefined ? [] : [[name, parent] as const]
  })
}

/** Those of the loaded keys `$1` that the table lacks; `$2` has no meaning here. */
function droppedStatement({ name, table }: PlannedTable, entity: string): string {
  return `SELECT loaded.id FROM unnest($1::text[], $2::timestamptz[]) AS loaded (id, stamp)
WHERE NOT EXISTS (SELECT FROM ${name} AS stored WHERE ${keyText('stored', table.key)} = loaded.id)
  AND NOT EXISTS (${isErased(entity, 'loaded.id')})`
}
