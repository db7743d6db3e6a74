import { collectDrift, type Drift } from './drift.ts'
import { words } from './wording.ts'

/** The rows of the label tables for one entity, each as one text, by subject. */
export interface LabelRows {
  readonly properties: ReadonlyMap<string, string>
  readonly options: ReadonlyMap<string, string>
}

/** The labels of an entity in a database. */
export interface FoundLabels extends LabelRows {
  readonly view: 'missing' | 'changed' | 'current'
}

/** The differences of label rows and the labelled view from the analysis; every `migrate` removes them. */
export function compareLabels(
  entity: string,
  view: string,
  wanted: LabelRows,
  found: FoundLabels,
): readonly Drift[] {
  const { add, found: drifts } = collectDrift(entity)
  if (found.view === 'missing') add('view_missing', view, words`view ${view} is missing`)
  if (found.view === 'changed') {
    add('view_changed', view, words`view ${view} differs from labelled.sql`)
  }
  const differing = [
    ['property', 'properties', countDifferent(wanted.properties, found.properties)],
    ['property_option', 'options', countDifferent(wanted.options, found.options)],
  ] as const
  for (const [table, what, count] of differing) {
    if (count === 0) continue
    add(
      'label_rows_changed',
      table,
      words`table ${table} differs from the analysis (different ${[what]}: ${[String(count)]})`,
    )
  }
  return drifts
}

function countDifferent(
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): number {
  const keys = new Set([...wanted.keys(), ...found.keys()])
  return [...keys].filter((key) => wanted.get(key) !== found.get(key)).length
}
