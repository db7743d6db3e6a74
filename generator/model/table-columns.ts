import type { Analysis, AnalyzedProperty, Column } from './analysis.ts'
import { hasOwnColumn } from './overflow.ts'

/** A column of the table that holds values of a property. */
export interface TableColumn {
  readonly property: AnalyzedProperty
  readonly column: Column
}

/**
 * The property columns of the table in the order of the analysis; a property's columns of earlier types come
 * directly before its current one. Does not include properties in the overflow column.
 */
export function tableColumns(analysis: Pick<Analysis, 'properties'>): readonly TableColumn[] {
  return analysis.properties
    .filter(hasOwnColumn)
    .flatMap((property) =>
      [...(property.earlierColumns ?? []), property.column].map((column) => ({ property, column })),
    )
}

/** Columns of the entity's table that sync fills from calculated properties, including keys of `overflow`. */
export function calculatedColumns(analysis: Analysis): readonly string[] {
  return analysis.properties
    .filter(({ calculated, archived }) => calculated && !archived)
    .flatMap(({ column, earlierColumns = [] }) => [...earlierColumns, column])
    .map(({ name }) => name)
}
