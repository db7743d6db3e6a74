import type { Analysis, AnalyzedProperty } from './analysis.ts'
import { planIndexes } from './indexes.ts'
import { hasOverflow, hasOwnColumn } from './overflow.ts'
import { POINTER, propertyValue, rowBytes } from './row-width.ts'
import { tableColumns } from './table-columns.ts'

/** Postgres: MaxHeapAttributeNumber. Dropped columns count for the table's whole life. */
export const TABLE_COLUMNS = 1_600
export const SYSTEM_COLUMN_COUNT = 6

/** A prediction whether an entity's records fit its table. */
export interface Fit {
  /** Including the system columns and the overflow column. */
  readonly columns: number
  /** Of the widest expected row. */
  readonly rowBytes: number
  /** Number of property columns that are filled in that row. */
  readonly filledColumns: number
  /** Whether the width is based on sampled records. */
  readonly basis: 'sampled' | 'assumed'
  readonly overflowProperties: number
  readonly indexes: number
  /** Columns that differ only in letter case, so that unquoted names do not find them. */
  readonly sameButForCase: readonly (readonly string[])[]
}

/** The widest row is expected to be a quarter fuller than the fullest sampled record. */
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

/** Bytes of a row in which those of the `filled` properties that have their own columns have a value. */
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
 * The properties that the widest row is expected to have filled: of the sampled ones the most often filled,
 * as many as the fullest sampled record had plus a quarter. Of the others every second one: records of real
 * portals fill a third to two fifths of their properties, the widest ones more.
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
