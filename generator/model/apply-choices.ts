import type { Analysis, AnalyzedProperty } from './analysis.ts'
import { CALLED_REASON, type Choices, calledReason } from './choices.ts'
import { compareText } from './compare-text.ts'
import { retypeColumn } from './retype-column.ts'
import { DEFAULT_SCHEMA } from './schema-name.ts'

/**
 * Applies the choices in hubgen.config.ts to a property's column. A new type for an existing column adds a
 * second column. Withdrawing a choice leaves the column as it is. A chosen name is the name of the property's
 * first column; the names of later columns, of other types, derive from it.
 */
export function chooseColumn(
  property: AnalyzedProperty,
  before: AnalyzedProperty | null,
  choices: Choices,
  takenNames: ReadonlySet<string>,
): AnalyzedProperty {
  const type = choices.types.get(property.name)
  const typed =
    type === undefined ? property : chooseType(property, before, type, choices, takenNames)
  const name = choices.columns.get(property.name)
  if (name === undefined || typed.earlierColumns !== undefined) return typed
  const { column } = typed
  const decided = column.reason.replace(CALLED_REASON, '')
  const reason = `${decided} ${calledReason(choices.file, name)}`
  return { ...typed, column: { ...column, name, reason } }
}

function chooseType(
  property: AnalyzedProperty,
  before: AnalyzedProperty | null,
  type: AnalyzedProperty['column']['type'],
  { file }: Choices,
  takenNames: ReadonlySet<string>,
): AnalyzedProperty {
  const reason = `${file} says ${type}.`
  if (before !== null && before.column.type !== type) {
    return retypeColumn(property, type, reason, takenNames)
  }
  return { ...property, column: { ...property.column, type, reason } }
}

/** The parts of an analysis that hubgen.config.ts decides; absent if it does not set them. */
export function chooseTable(
  choices: Choices,
  earlier: Analysis | null,
  properties: ReadonlySet<string>,
): Pick<Analysis, 'schema' | 'compat' | 'extraIndexes' | 'history'> {
  const schema = choices.schema ?? earlier?.schema ?? DEFAULT_SCHEMA
  const compat = choices.compat === undefined ? (earlier?.compat ?? null) : choices.compat
  const indexes = (choices.indexes ?? earlier?.extraIndexes ?? []).filter((property) =>
    properties.has(property),
  )
  const history = (choices.history ?? earlier?.history ?? []).filter((property) =>
    properties.has(property),
  )
  return {
    ...(schema !== DEFAULT_SCHEMA && { schema }),
    ...(compat !== null && { compat }),
    ...(indexes.length > 0 && { extraIndexes: [...new Set(indexes)].sort(compareText) }),
    ...(history.length > 0 && { history: [...new Set(history)].sort(compareText) }),
  }
}
