import type { CodecType } from '../values/codec.ts'
import type { ChildTable, Resource } from './resource.ts'

/** A table that a resource fills; the same for its DDL, its types and its reader. */
export interface ResourceTable {
  readonly name: string
  readonly title: string
  /** Without the columns that every such table has. */
  readonly columns: readonly ResourceTableColumn[]
  readonly key: readonly string[]
  /** Column → `table.column`. */
  readonly refs: Readonly<Record<string, string>>
  /** Whether rows are marked that HubSpot no longer has; rows of child tables are removed. */
  readonly marksDeleted: boolean
  /** The entries that fill a child table; none for the table of the resource itself. */
  readonly entries: readonly ChildTable[]
}

export interface ResourceTableColumn {
  readonly name: string
  readonly type: CodecType
  /** Null for a constant and for a column that hubgen derives. */
  readonly pointer: string | null
}

/** The tables of a resource, its own first. */
export function resourceTables(resource: Resource): readonly ResourceTable[] {
  const { name, title, key, columns, derive = {}, refs = {}, deletes, children = [] } = resource
  const derived = Object.keys(derive).flatMap((column): ResourceTableColumn[] => [
    { name: column, type: 'bigint', pointer: null },
    { name: matchColumn(column), type: 'text', pointer: null },
  ])
  const own: ResourceTable = {
    name,
    title,
    columns: [...columnsOf(columns), ...derived],
    key,
    refs,
    marksDeleted: deletes !== 'never',
    entries: [],
  }
  const byTable = Map.groupBy(children, ({ table }) => table)
  return [own, ...[...byTable].map(([table, entries]) => childTable(resource, table, entries))]
}

/** The column of its rows that are gone in HubSpot; null if it keeps all rows. */
export function deletedColumnOf({ deletes }: Resource): '_fivetran_deleted' | null {
  return deletes === 'never' ? null : '_fivetran_deleted'
}

/** A column, and those of fields within its field. */
export function columnsWithin({ columns }: ResourceTable, name: string): readonly string[] {
  const whole = columns.find((column) => column.name === name)?.pointer
  if (whole === undefined || whole === null) return []
  return columns
    .filter(({ pointer }) => pointer === whole || pointer?.startsWith(`${whole}.`) === true)
    .map((column) => column.name)
}

/** Says how a derived `contact_id` was found: `contact_match`. */
function matchColumn(column: string): string {
  return `${column.replace(/_id$/, '')}_match`
}

function childTable(
  { name: parent }: Resource,
  name: string,
  entries: readonly ChildTable[],
): ResourceTable {
  const columns = new Map<string, ResourceTableColumn>()
  for (const { columns: own, set = {} } of entries) {
    for (const column of columnsOf(own)) columns.set(column.name, column)
    for (const constant of Object.keys(set)) {
      columns.set(constant, { name: constant, type: 'text', pointer: null })
    }
  }
  return {
    name,
    title: `Part of ${parent}: ${[...new Set(entries.map(({ each }) => each || 'each row'))].join(', ')}.`,
    columns: [...columns.values()],
    key: entries[0]?.key ?? [],
    refs: Object.assign({}, ...entries.map(({ refs }) => refs)),
    marksDeleted: false,
    entries,
  }
}

function columnsOf(columns: Resource['columns']): readonly ResourceTableColumn[] {
  return Object.entries(columns).map(([name, [pointer, type]]) => ({ name, type, pointer }))
}
