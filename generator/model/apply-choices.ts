import type { Analysis, AnalyzedProperty } from './analysis.ts'
import { CALLED_REASON, type Choices, calledReason } from './choices.ts'
import { compareText } from './compare-text.ts'
import { fitsPattern } from './glob.ts'
import { retypeColumn } from './retype-column.ts'
import { DEFAULT_SCHEMA } from './schema-name.ts'
import { stageProperties } from './stage-history.ts'

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

/** The facts that a choice may depend on. */
interface ChosenTable {
  readonly properties: readonly Pick<AnalyzedProperty, 'name' | 'archived'>[]
  readonly pipelines: Analysis['pipelines']
}

/** The parts of an analysis that hubgen.config.ts decides; absent if it does not set them. */
export function chooseTable(
  choices: Choices,
  earlier: Analysis | null,
  table: ChosenTable,
): Pick<Analysis, 'schema' | 'compat' | 'extraIndexes' | 'history'> {
  const schema = choices.schema ?? earlier?.schema ?? DEFAULT_SCHEMA
  const compat = choices.compat === undefined ? (earlier?.compat ?? null) : choices.compat
  const names = new Set(table.properties.map(({ name }) => name))
  const indexes = (choices.indexes ?? earlier?.extraIndexes ?? []).filter((name) => names.has(name))
  const history = historyOf(choices, earlier, table)
  return {
    ...(schema !== DEFAULT_SCHEMA && { schema }),
    ...(compat !== null && { compat }),
    ...(indexes.length > 0 && { extraIndexes: [...new Set(indexes)].sort(compareText) }),
    ...(history.length > 0 && { history }),
  }
}

/** Properties whose former values are kept, by name. A pattern finds none that HubSpot no longer has. */
function historyOf(
  { history }: Choices,
  earlier: Analysis | null,
  { properties, pipelines }: ChosenTable,
): readonly string[] {
  const live = properties.filter(({ archived }) => !archived).map(({ name }) => name)
  const wanted = history ?? earlier?.history ?? 'default'
  if (wanted === 'default') return pipelines.length === 0 ? [] : stageProperties(new Set(live))
  const named = properties.map(({ name }) => name).filter((name) => wanted.includes(name))
  const found = live.filter((name) => wanted.some((pattern) => fitsPattern(pattern, name)))
  return [...new Set([...named, ...found])].sort(compareText)
}
