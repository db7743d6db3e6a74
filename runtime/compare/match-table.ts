import { familyOf, type TypeFamily } from './classify-value.ts'
import type { OurTable } from './our-table.ts'
import type { TheirTable } from './read-tables.ts'

/** A column that both copies have. */
export interface MatchedColumn {
  /** As the other copy names it. */
  readonly name: string
  /** SQL over `OurTable.from`. */
  readonly ours: string
  /** Postgres's names. */
  readonly types: { readonly here: string; readonly there: string }
  readonly families: { readonly ours: TypeFamily; readonly theirs: TypeFamily }
}

export interface MatchedTable {
  readonly our: OurTable
  readonly their: TheirTable
  /** Columns whose values are compared. */
  readonly values: readonly MatchedColumn[]
  /** Columns that identify a row; empty if there are none. */
  readonly key: readonly MatchedColumn[]
  /** Whether the key has at most one row in each copy. */
  readonly keyIs: 'unique' | 'partial'
  readonly onlyHere: readonly string[]
  readonly onlyThere: readonly string[]
}

/** Columns that tools add about their own work; they hold no value of HubSpot. */
const TOOL_COLUMN = /^_(fivetran_(synced|id|index)|dlt_|airbyte_|sdc_|hevo_|ingest)/

/** The columns of both tables with the same name; the names of theirs are compared without case. */
export function matchTable(
  our: OurTable,
  their: TheirTable,
  ourTypes: ReadonlyMap<string, string>,
): MatchedTable {
  const matched = new Map<string, MatchedColumn>()
  const onlyThere: string[] = []
  for (const [name, there] of their.columns) {
    const ours = our.columns.get(name.toLowerCase())
    const here = ourTypes.get(name)
    if (ours === undefined || here === undefined) {
      if (!TOOL_COLUMN.test(name)) onlyThere.push(name)
      continue
    }
    const families = { ours: familyOf(here), theirs: familyOf(there) }
    matched.set(name, { name, ours, types: { here, there }, families })
  }
  const { key, keyIs } = chooseKey(our, their, matched)
  const keyed = new Set(key.map(({ name }) => name))
  const values = [...matched.values()].filter(
    ({ name }) => !keyed.has(name) && !TOOL_COLUMN.test(name),
  )
  const used = new Set([...matched.values()].map(({ ours }) => ours))
  const unmatched = new Map<string, string>()
  for (const [name, sql] of our.columns) {
    if (!used.has(sql) && !unmatched.has(sql) && !TOOL_COLUMN.test(name)) unmatched.set(sql, name)
  }
  return {
    our,
    their,
    values,
    key,
    keyIs,
    onlyHere: [...unmatched.values()].sort(),
    onlyThere: onlyThere.sort(),
  }
}

/** Their primary key if it has columns of ours, otherwise one of the keys that we know. */
function chooseKey(
  our: OurTable,
  { primaryKey }: TheirTable,
  matched: ReadonlyMap<string, MatchedColumn>,
): Pick<MatchedTable, 'key' | 'keyIs'> {
  const found = (names: readonly string[]) => names.flatMap((name) => matched.get(name) ?? [])
  const primary = found(primaryKey)
  if (primary.length > 0 && primary.length === primaryKey.length) {
    return { key: primary, keyIs: 'unique' }
  }
  for (const names of our.keys) {
    const key = found(names)
    const isEnough = names.slice(0, 2).every((name) => matched.has(name))
    if (isEnough) return { key, keyIs: key.length === names.length ? 'unique' : 'partial' }
  }
  return { key: [], keyIs: 'partial' }
}
