import type { Analysis, AnalyzedProperty, PropertyOption } from '../../model/analysis.ts'
import { holdsSeveral, labelsOf, type NameTable, nameTableOf } from '../../model/labels.ts'
import { storableText } from '../text/escape-sql.ts'

/** The labels of one column, or the table with the names of its ids. */
export interface LabelledColumn {
  readonly property: AnalyzedProperty
  /** In HubSpot's order, each value once and as the database stores it. */
  readonly options: readonly PropertyOption[]
  /** A value may hold several, joined by `;`. */
  readonly several: boolean
  /** For ids, the table of their names. */
  readonly names: NameTable | null
}

/**
 * The columns whose values have labels or names, or may hold several; other ids and numbers are shown
 * unchanged.
 */
export function labelledColumns(analysis: Analysis): readonly LabelledColumn[] {
  return analysis.properties.flatMap((property): readonly LabelledColumn[] => {
    const isText = property.column.type === 'text'
    const options = isText ? storableOptions(labelsOf(analysis, property)) : []
    const several = holdsSeveral(property)
    // Options are preferred to names of ids.
    const names = options.length === 0 ? nameTableOf(property) : null
    const isPlain = options.length === 0 && !several && names === null
    return isPlain ? [] : [{ property, options, several, names }]
  })
}

/** Every property that has options, whatever its column's type is. */
export function optionsByProperty(
  analysis: Analysis,
): readonly { readonly property: AnalyzedProperty; readonly options: readonly PropertyOption[] }[] {
  return analysis.properties
    .map((property) => ({ property, options: storableOptions(labelsOf(analysis, property)) }))
    .filter(({ options }) => options.length > 0)
}

function storableOptions(options: readonly PropertyOption[]): readonly PropertyOption[] {
  const byValue = new Map<string, PropertyOption>()
  for (const option of options) {
    const value = storableText(option.value)
    if (!byValue.has(value)) byValue.set(value, { ...option, value })
  }
  return [...byValue.values()]
}
