import type { Analysis, AnalyzedProperty } from './analysis.ts'
import { planIndexes } from './indexes.ts'
import { hasOverflow, hasOwnColumn } from './overflow.ts'
import { POINTER, propertyValue, rowBytes } from './row-width.ts'
import { tableColumns } from './table-columns.ts'

/** Postgres: MaxHeapAttributeNumber. Dropped columns count for the table's whole life. */
export const TABLE_COLUMNS = 1_600
export const SYSTEM_COLUMN_COUNT = 6

/** Whether an entity's records fit its table, foreseen before there is one. */
export interface Fit {
  /** System columns and the overflow column included. */
  readonly columns: number
  /** Of the widest row that is foreseen. */
  readonly rowBytes: number
  /** How many property columns that row has filled. */
  readonly filledColumns: number
  /** Whether the width follows from sampled records. */
  readonly basis: 'sampled' | 'assumed'
  readonly overflowProperties: number
  readonly indexes: number
  /** Columns that an unquoted name does not find, because they differ in letter case only. */
  readonly sameButForCase: readonly (readonly string[])[]
}

/** The widest row is foreseen a quarter fuller than the fullest sampled record. */
const HEADROOM = 1.25

export function predictFit(analysis: Analysis): Fit {
  const filled = foreseeFilled(analysis)
  const columns = countColumns(analysis)
  return {
    columns,
    rowBytes: predictRowBytes(analysis, filled),
    filledColumns: analysis.properties.filter((one) => hasOwnColumn(one) && filled.has(one)).length,
    basis: analysis.properties.some(({ evidence }) => evidence !== null) ? 'sampled' : 'assumed',
    overflowProperties: analysis.properties.filter((property) => !hasOwnColumn(property)).length,
    indexes: planIndexes(analysis).length,
    sameButForCase: sameButForCase(tableColumns(analysis).map(({ column }) => column.name)),
  }
}

export function countColumns(analysis: Pick<Analysis, 'properties'>): number {
  const overflow = hasOverflow(analysis) ? 1 : 0
  return SYSTEM_COLUMN_COUNT + overflow + tableColumns(analysis).length
}

/** Bytes of the row in which the own columns among `filled` have a value. */
export function predictRowBytes(
  analysis: Pick<Analysis, 'properties'>,
  filled: ReadonlySet<AnalyzedProperty>,
): number {
  const values = tableColumns(analysis)
    .filter(({ property }) => filled.has(property))
    .map(({ property, column }) => propertyValue({ ...property, column }))
  const overflow = hasOverflow(analysis) ? [POINTER] : []
  return rowBytes([...overflow, ...values], countColumns(analysis))
}

/**
 * The properties that the widest row is taken to have: of the sampled ones the most often filled, as many
 * as the fullest sampled record had and a quarter more. Of the others every second: records of real
 * portals fill a third to two fifths of what there is, and the widest one more.
 */
export function foreseeFilled(
  analysis: Pick<Analysis, 'properties' | 'fullestRecord'>,
): ReadonlySet<AnalyzedProperty> {
  const live = analysis.properties.filter(({ archived }) => !archived)
  const sampled = live.filter(({ evidence }) => evidence !== null)
  const ranked = sampled
    .filter((property) => fillOf(property) > 0)
    .toSorted((left, right) => fillOf(right) - fillOf(left))
  const fullest = Math.ceil((analysis.fullestRecord ?? ranked.length) * HEADROOM)
  const unknown = live.filter(({ evidence }) => evidence === null)
  return new Set([...ranked.slice(0, fullest), ...unknown.filter((_, index) => index % 2 === 0)])
}

function fillOf({ evidence }: AnalyzedProperty): number {
  return evidence?.filled ?? 0
}

function sameButForCase(names: readonly string[]): readonly (readonly string[])[] {
  return [...Map.groupBy(names, (name) => name.toLowerCase()).values()].filter(
    ({ length }) => length > 1,
  )
}
