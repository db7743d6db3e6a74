import type { Analysis, AnalyzedProperty } from './analysis.ts'

/**
 * The `jsonb` column of a table that is too wide: values as text; each key is the name that a column would
 * have.
 */
export const OVERFLOW_COLUMN = 'overflow'

export function hasOwnColumn({ column }: Pick<AnalyzedProperty, 'column'>): boolean {
  return column.overflow === undefined
}

/** Properties that share the overflow column; most entities have none. */
export function overflowProperties(
  analysis: Pick<Analysis, 'properties'>,
): readonly AnalyzedProperty[] {
  return analysis.properties.filter((property) => !hasOwnColumn(property))
}

export function hasOverflow(analysis: Pick<Analysis, 'properties'>): boolean {
  return analysis.properties.some((property) => !hasOwnColumn(property))
}
