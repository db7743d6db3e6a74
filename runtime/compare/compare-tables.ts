import { sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import { quoteIdentifier } from '../postgres/identifier.ts'
import { matchValues } from './classify-value.ts'
import { rowsQuery, type Sides, valuesQuery } from './compare-queries.ts'
import {
  ClassCounts,
  type ColumnReport,
  type DifferenceClass,
  type TableReport,
} from './copy-report.ts'
import { type MatchedColumn, type MatchedTable, matchTable } from './match-table.ts'
import type { OurTable } from './our-table.ts'
import type { TheirTable } from './read-tables.ts'

export interface TablePair {
  readonly our: OurTable
  readonly their: TheirTable
  /** The schema of `their`. */
  readonly schema: string
}

export interface CompareTableOptions {
  /** Number of rows whose values are compared; null for all. */
  readonly sample: number | null
  /** Aborts between two pages of rows. */
  readonly signal: AbortSignal
  /** Called with the number of rows compared so far. */
  readonly onRows: (rows: number) => void
}

/** Rows with up to a thousand values each are in memory at once. */
const pageRows = 100

/**
 * Compares two tables: rows by key, then the values of a sample of the rows that both have, or of all. The
 * transaction must be read-only with one snapshot; dates and times are written in UTC in it from now on. Memory
 * does not depend on the number of rows.
 */
export async function compareTables(
  transaction: Transaction<HubgenTables>,
  pair: TablePair,
  options: CompareTableOptions,
): Promise<TableReport> {
  await sql`SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),
    set_config('extra_float_digits', '1', true)`.execute(transaction)
  const { our, their } = pair
  const match = matchTable(our, their, await readOurTypes(transaction, pair))
  const table = `${quoteIdentifier(pair.schema)}.${quoteIdentifier(their.name)}`
  const sides = { ours: our.from, theirs: table, match }
  const { key, keyIs } = match
  const rows =
    key.length === 0 ? await countBoth(transaction, sides) : await compareRows(transaction, sides)
  const values =
    keyIs === 'unique' && key.length > 0 && match.values.length > 0
      ? await compareValues(transaction, sides, options)
      : { comparedRows: 0, differences: new Map<string, ClassCounts>() }
  return {
    table: their.name,
    rows,
    notCompared: key.length === 0 ? 'the other table has no column that identifies a row' : null,
    key: key.map(({ name }) => name),
    comparedRows: values.comparedRows,
    comparedColumns: values.comparedRows === 0 ? 0 : match.values.length,
    columns: reportColumns(match, values.differences),
    columnsOnlyHere: match.onlyHere,
    columnsOnlyThere: match.onlyThere,
  }
}

/** Postgres's names for the types of our expressions, by the other copy's name; reads no row. */
async function readOurTypes(
  transaction: Transaction<HubgenTables>,
  { our, their }: TablePair,
): Promise<ReadonlyMap<string, string>> {
  const wanted = [...their.columns.keys()].flatMap((name) => {
    const ours = our.columns.get(name.toLowerCase())
    return ours === undefined ? [] : { name, ours }
  })
  if (wanted.length === 0) return new Map()
  const columns = wanted.map(({ ours }, index) => `${ours} AS c${index}`)
  const types = wanted.map((_, index) => `pg_typeof(c${index})::text`)
  const { rows } = await sql<{ readonly types: readonly string[] }>`
    SELECT array_to_json(ARRAY[${sql.raw(types.join(', '))}]) AS types FROM (SELECT 1) AS one
    LEFT JOIN (SELECT ${sql.raw(columns.join(', '))} FROM ${sql.raw(our.from)}) AS ours ON false`.execute(
    transaction,
  )
  const found = rows[0]?.types ?? []
  return new Map(wanted.map(({ name }, index) => [name, found[index] ?? 'text']))
}

async function countBoth(transaction: Transaction<HubgenTables>, { ours, theirs }: Sides) {
  const { rows } = await sql<{ readonly here: number; readonly there: number }>`
    SELECT (SELECT count(*)::float8 FROM ${sql.raw(ours)}) AS here,
      (SELECT count(*)::float8 FROM ${sql.raw(theirs)}) AS there`.execute(transaction)
  const { here = 0, there = 0 } = rows[0] ?? {}
  return { here, there, both: 0, onlyHere: [], onlyThere: [] }
}

interface CountedRows {
  readonly side: 'both' | 'here' | 'there'
  readonly class: DifferenceClass
  readonly count: number
  readonly first: string
  readonly last: string
}

/** The keys of both tables, joined on the server. */
async function compareRows(
  transaction: Transaction<HubgenTables>,
  sides: Sides,
): Promise<TableReport['rows']> {
  const { rows } = await sql<CountedRows>`${sql.raw(rowsQuery(sides))}`.execute(transaction)
  const counted = (side: string) => rows.filter((row) => row.side === side)
  const classes = (side: string) =>
    counted(side).map(({ first, last, ...row }) => ({
      class: row.class,
      count: row.count,
      examples: first === last ? [first] : [first, last],
    }))
  const sum = (side: string) => counted(side).reduce((total, { count }) => total + count, 0)
  const both = sum('both')
  return {
    here: both + sum('here'),
    there: both + sum('there'),
    both,
    onlyHere: classes('here'),
    onlyThere: classes('there'),
  }
}

interface ComparedRow {
  readonly key: string
  /** Why values of this row may differ. */
  readonly class: DifferenceClass
  /** JSON arrays of texts, in the order of the matched columns. */
  readonly ours: string
  readonly theirs: string
}

async function compareValues(
  transaction: Transaction<HubgenTables>,
  sides: Sides,
  { sample, signal, onRows }: CompareTableOptions,
): Promise<{ comparedRows: number; differences: ReadonlyMap<string, ClassCounts> }> {
  const columns = sides.match.values
  const differences = new Map<string, ClassCounts>()
  let comparedRows = 0
  await sql`DECLARE hubgen_compare NO SCROLL CURSOR FOR ${sql.raw(valuesQuery(sides, sample))}`.execute(
    transaction,
  )
  for (;;) {
    signal.throwIfAborted()
    const { rows } = await sql<ComparedRow>`FETCH ${sql.lit(pageRows)} FROM hubgen_compare`.execute(
      transaction,
    )
    for (const row of rows) compareRow(row, columns, differences)
    comparedRows += rows.length
    onRows(comparedRows)
    if (rows.length < pageRows) break
  }
  await sql`CLOSE hubgen_compare`.execute(transaction)
  return { comparedRows, differences }
}

function compareRow(
  row: ComparedRow,
  columns: readonly MatchedColumn[],
  differences: Map<string, ClassCounts>,
): void {
  const ours = JSON.parse(row.ours) as readonly (string | null)[]
  const theirs = JSON.parse(row.theirs) as readonly (string | null)[]
  columns.forEach(({ name, families }, index) => {
    const pair = { ours: ours[index] ?? null, theirs: theirs[index] ?? null }
    const match = matchValues(pair, families)
    if (match === 'same') return
    const counts = differences.get(name) ?? new ClassCounts()
    differences.set(name, counts)
    counts.add(match === 'representation' ? match : row.class, row.key)
  })
}

/** Columns with differences or with types of two families; the others are the same. */
function reportColumns(
  { values, key, our }: MatchedTable,
  differences: ReadonlyMap<string, ClassCounts>,
): readonly ColumnReport[] {
  return [...key, ...values]
    .map(({ name, types, families }) => ({
      column: name,
      types: families.ours === families.theirs ? null : types,
      calculated: our.calculated.has(name),
      differences: differences.get(name)?.list() ?? [],
    }))
    .filter(({ types, differences: found }) => types !== null || found.length > 0)
    .sort((left, right) => (left.column < right.column ? -1 : 1))
}
