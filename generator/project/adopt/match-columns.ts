import type { ForeignColumn, ForeignTable } from '../../../runtime/postgres/schema/foreign-table.ts'
import { shortType, type WantedColumn } from '../../model/compare-table.ts'
import { freeName } from './free-name.ts'

/** A column of the table of others that takes the place of one of hubgen's, or makes room for it. */
export interface MatchedColumn {
  readonly live: ForeignColumn
  readonly wanted: WantedColumn
  readonly fate: ColumnFate
}

type ColumnFate =
  /** It has the type. */
  | { readonly kind: 'kept' }
  /** Postgres changes its type without touching a row. */
  | { readonly kind: 'widened' }
  /** It keeps its values under another name, and hubgen adds an empty column. */
  | { readonly kind: 'replaced'; readonly name: string; readonly reason: string }

export interface ColumnMatch {
  readonly matched: readonly MatchedColumn[]
  /** Columns of the table that no column of hubgen's corresponds to. */
  readonly extra: readonly ForeignColumn[]
  /** Those of them that have the name which another column gets: `id` where the key is `deal_id`. */
  readonly displaced: ReadonlyMap<ForeignColumn, string>
  /** Columns that the table lacks; those that are replaced are not among them. */
  readonly missing: readonly WantedColumn[]
}

export interface ColumnNames {
  readonly wanted: readonly WantedColumn[]
  /** Names of the columns of each table that hubgen makes. */
  readonly system: ReadonlySet<string>
  /** Columns of hubgen's by the names that others give them, in lower case. */
  readonly aliases: ReadonlyMap<string, string>
  /** Names of a column with the record's id, in lower case. */
  readonly keys: ReadonlySet<string>
  /** A column of the last sync that has times in the future, which would be taken for newer than HubSpot's. */
  readonly late: string | null
}

/** Pairs every column of hubgen's with one of the table: the key, then equal names, then known ones. */
export function matchColumns({ key, columns }: ForeignTable, names: ColumnNames): ColumnMatch {
  const pairs = pairColumns(key?.columns ?? [], columns, names)
  const taken = new Set([...columns.map(({ name }) => name), ...names.wanted.map(nameOf)])
  const matched = names.wanted.flatMap((wanted): readonly MatchedColumn[] => {
    const live = pairs.get(wanted.name)
    if (live === undefined) return []
    const reason = reasonToReplace(live, wanted, names)
    if (reason === null) {
      return [{ live, wanted, fate: { kind: live.type === wanted.type ? 'kept' : 'widened' } }]
    }
    const name = freeName(wanted.name, taken)
    taken.add(name)
    return [{ live, wanted, fate: { kind: 'replaced', name, reason } }]
  })
  const used = new Set(matched.map(({ live }) => live))
  const found = new Set(matched.map(({ wanted }) => wanted))
  const extra = columns.filter((column) => !used.has(column))
  const given = new Set(matched.map(({ wanted }) => wanted.name))
  return {
    matched,
    extra,
    displaced: new Map(
      extra
        .filter(({ name }) => given.has(name))
        .map((column) => [column, freeName(column.name, taken)]),
    ),
    missing: names.wanted.filter((column) => !found.has(column)),
  }
}

function pairColumns(
  key: readonly string[],
  columns: readonly ForeignColumn[],
  { wanted, system, aliases, keys }: ColumnNames,
): ReadonlyMap<string, ForeignColumn> {
  const pairs = new Map<string, ForeignColumn>()
  const used = new Set<ForeignColumn>()
  const pair = (name: string, column: ForeignColumn | undefined) => {
    if (column === undefined || pairs.has(name) || used.has(column)) return
    pairs.set(name, column)
    used.add(column)
  }
  pair('id', findId(key, columns, keys))
  for (const { name } of wanted) {
    pair(
      name,
      columns.find((column) => column.name === name),
    )
  }
  const known = new Set(wanted.map(nameOf))
  for (const column of columns) {
    const name = aliases.get(column.name.toLowerCase())
    if (name !== undefined && known.has(name) && !system.has(name)) pair(name, column)
  }
  return pairs
}

/** The column with the record's id: one of the key's if possible, so that a refusal names the right column. */
function findId(
  key: readonly string[],
  columns: readonly ForeignColumn[],
  keys: ReadonlySet<string>,
): ForeignColumn | undefined {
  const named = columns.filter(({ name, type }) => keys.has(name.toLowerCase()) && type !== 'uuid')
  const ofKey = named.find(({ name }) => key.includes(name))
  return ofKey ?? named.find(({ name }) => name === 'id') ?? named[0]
}

/** Null if the column can hold every value of HubSpot's, now or after its type is widened. */
function reasonToReplace(
  live: ForeignColumn,
  wanted: WantedColumn,
  { system, late }: ColumnNames,
): string | null {
  // The key stays in its place whatever its type is, because rows are found by it.
  if (wanted.name === 'id') return null
  if (live.name === late) return 'has times in the future'
  if (live.type !== wanted.type && !isWidened(live.type, wanted.type)) {
    return `is ${live.type}, not ${shortType(wanted.type)}`
  }
  if (live.isFuzzy) return 'has a collation for which different texts are equal'
  if (system.has(wanted.name) && wanted.notNull && !live.notNull) return 'may be NULL'
  return null
}

const widened: Readonly<Record<string, RegExp>> = {
  text: /^character varying(\(\d+\))?$/,
  numeric: /^numeric\(\d+,-?\d+\)$/,
  'timestamp with time zone': /^timestamp\(\d\) with time zone$/,
}

/** Whether Postgres changes the type in the catalogue alone: the values and their form stay. */
function isWidened(from: string, to: string): boolean {
  return widened[to]?.test(from) === true
}

function nameOf({ name }: { readonly name: string }): string {
  return name
}
