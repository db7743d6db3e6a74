import { sql, type Transaction } from 'kysely'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import { quoteIdentifier } from '../postgres/identifier.ts'
import { matchValues } from './classify-value.ts'
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

interface Sides {
  /** SQL after FROM. */
  readonly ours: string
  readonly theirs: string
  readonly match: MatchedTable
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

/** Both sides of one key column in a form that compares. */
function keyPair({ name, ours, families }: MatchedColumn): readonly [string, string] {
  const theirs = quoteIdentifier(name)
  const cast = castOf(families)
  return [cast(ours), cast(theirs)]
}

function castOf({ ours, theirs }: MatchedColumn['families']): (value: string) => string {
  if (ours === 'number' && theirs === 'number') return (value) => `(${value})::numeric`
  const isTime = (family: string) => family === 'instant' || family === 'date'
  if (isTime(ours) && isTime(theirs)) {
    return (value) => `date_trunc('milliseconds', (${value})::timestamptz)`
  }
  return (value) => `(${value})::text`
}

/** Columns of theirs with the time of the last change in HubSpot, best first. */
const CHANGED = [
  'property_hs_lastmodifieddate',
  'property_lastmodifieddate',
  'hs_lastmodifieddate',
  'lastmodifieddate',
  'updated_at',
]

/** SQL expressions of the facts that explain a difference; `NULL` for those that a copy lacks. */
function facts({ match }: Sides) {
  const { our, their } = match
  const typed = (name: string, pattern: RegExp) => pattern.test(their.columns.get(name) ?? '')
  const changed = CHANGED.find((name) => typed(name, /^timestamp/))
  const flags = ['_fivetran_deleted', 'is_deleted'].filter((name) => typed(name, /^boolean$/))
  const ours = changed === undefined ? null : (our.columns.get(changed) ?? null)
  const instant = (value: string | null | undefined) =>
    value === null || value === undefined ? 'NULL::timestamptz' : `(${value})::timestamptz`
  const quoted = (name: string | undefined) =>
    name === undefined ? undefined : quoteIdentifier(name)
  return {
    changedHere: instant(ours ?? our.changedAt),
    changedThere: instant(quoted(changed)),
    syncedThere: instant(typed('_fivetran_synced', /^timestamp/) ? '_fivetran_synced' : null),
    deletedHere: our.isDeleted ?? 'NULL::boolean',
    deletedThere:
      flags.length === 0
        ? 'NULL::boolean'
        : flags.map((name) => `coalesce(${quoteIdentifier(name)}, false)`).join(' OR '),
  }
}

async function countBoth(transaction: Transaction<HubgenTables>, { ours, theirs }: Sides) {
  const { rows } = await sql<{ readonly here: number; readonly there: number }>`
    SELECT (SELECT count(*)::float8 FROM ${sql.raw(ours)}) AS here,
      (SELECT count(*)::float8 FROM ${sql.raw(theirs)}) AS there`.execute(transaction)
  const { here = 0, there = 0 } = rows[0] ?? {}
  return { here, there, both: 0, onlyHere: [], onlyThere: [] }
}

/** The keys of both tables, joined on the server. */
async function compareRows(
  transaction: Transaction<HubgenTables>,
  sides: Sides,
): Promise<TableReport['rows']> {
  const found = facts(sides)
  const pairs = sides.match.key.map(keyPair)
  const keys = pairs.map((_, index) => `k${index}`)
  const list = (side: 0 | 1) => pairs.map((pair, index) => `${pair[side]} AS k${index}`).join(', ')
  const named = (side: string) =>
    `concat_ws(' / ', ${keys.map((key) => `${side}.${key}`).join(', ')})`
  const { rows } = await sql<{
    readonly side: 'both' | 'here' | 'there'
    readonly class: DifferenceClass
    readonly count: number
    readonly first: string
    readonly last: string
  }>`
    WITH ours AS (
      SELECT ${sql.raw(list(0))}, max(${sql.raw(found.changedHere)}) AS changed, bool_or(${sql.raw(found.deletedHere)}) AS deleted
      FROM ${sql.raw(sides.ours)} GROUP BY ${sql.raw(keys.join(', '))}
    ), theirs AS (
      SELECT ${sql.raw(list(1))}, max(${sql.raw(found.changedThere)}) AS changed, bool_or(${sql.raw(found.deletedThere)}) AS deleted,
        max(${sql.raw(found.syncedThere)}) AS synced, true AS there
      FROM ${sql.raw(sides.theirs)} GROUP BY ${sql.raw(keys.join(', '))}
    ), last AS (
      SELECT (SELECT max(changed) FROM ours) AS here, (SELECT greatest(max(synced), max(changed)) FROM theirs) AS there
    ), joined AS (
      SELECT CASE WHEN theirs.there IS NULL THEN 'here' WHEN ours.here IS NULL THEN 'there' ELSE 'both' END AS side,
        CASE WHEN theirs.there IS NULL THEN
            CASE WHEN ours.deleted THEN 'deleted_here' WHEN ours.changed > last.there THEN 'newer_here' ELSE 'different' END
          WHEN ours.here IS NULL THEN
            CASE WHEN theirs.deleted THEN 'deleted_there' WHEN theirs.changed > last.here THEN 'newer_there' ELSE 'different' END
        END AS class,
        CASE WHEN ours.here IS NULL THEN ${sql.raw(named('theirs'))} ELSE ${sql.raw(named('ours'))} END AS key
      FROM (SELECT *, true AS here FROM ours) AS ours
      FULL JOIN theirs ON ${sql.raw(keys.map((key) => `ours.${key} = theirs.${key}`).join(' AND '))}
      CROSS JOIN last
    )
    SELECT side, class, count(*)::float8 AS count, min(key) AS first, max(key) AS last
    FROM joined GROUP BY side, class`.execute(transaction)
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

/** A sample has the rows whose hashed keys are the smallest, so that it is the same each time. */
function valuesQuery(sides: Sides, sample: number | null): string {
  const found = facts(sides)
  const pairs = sides.match.key.map(keyPair)
  const keys = pairs.map((_, index) => `k${index}`)
  const side = (which: 0 | 1, more: readonly string[], from: string) =>
    `(SELECT ${[...pairs.map((pair, index) => `${pair[which]} AS k${index}`), ...more].join(', ')} FROM ${from})`
  const on = (left: string, right: string) =>
    keys.map((key) => `${left}.${key} = ${right}.${key}`).join(' AND ')
  const texts = (values: readonly string[]) =>
    `array_to_json(ARRAY[${values.map((value) => `(${value})::text`).join(', ')}]::text[])::text AS texts`
  const ours = side(
    0,
    [`${found.changedHere} AS changed`, texts(sides.match.values.map((one) => one.ours))],
    sides.ours,
  )
  const theirs = side(
    1,
    [
      `${found.changedThere} AS changed`,
      `${found.syncedThere} AS synced`,
      texts(sides.match.values.map(({ name }) => quoteIdentifier(name))),
    ],
    sides.theirs,
  )
  const named = (table: string) =>
    `concat_ws(' / ', ${keys.map((key) => `${table}.${key}`).join(', ')})`
  const sampled =
    sample === null
      ? ''
      : `JOIN (SELECT here.* FROM ${side(0, [], sides.ours)} AS here JOIN ${side(1, [], sides.theirs)} AS there ON ${on('here', 'there')}
          ORDER BY md5(${named('here')}), ${keys.map((key) => `here.${key}`).join(', ')} LIMIT ${sample}) AS sample ON ${on('sample', 'ours')}`
  return `SELECT ${named('ours')} AS key, ours.texts AS ours, theirs.texts AS theirs,
      CASE WHEN ours.changed > theirs.changed THEN 'newer_here' WHEN ours.changed < theirs.changed THEN 'newer_there'
        WHEN theirs.changed IS NULL AND ours.changed > theirs.synced THEN 'newer_here' ELSE 'different' END AS class
    FROM ${ours} AS ours ${sampled} JOIN ${theirs} AS theirs ON ${on('theirs', 'ours')}`
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
