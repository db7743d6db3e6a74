import { type AddDrift, collectDrift, type Drift } from './drift.ts'
import { words } from './wording.ts'

/** The rows of the label tables for one entity, each as one text, by subject. */
export interface LabelRows {
  readonly properties: ReadonlyMap<string, string>
  readonly options: ReadonlyMap<string, string>
}

/** The labels of an entity in a database. */
export interface FoundLabels extends LabelRows {
  readonly view: ViewState
  /** The view that has each property once, for an entity that has it. */
  readonly current?: { readonly name: string; readonly state: ViewState } | undefined
}

type ViewState = 'missing' | 'changed' | 'current'

/** The differences of label rows and the labelled view from the analysis; every `migrate` removes them. */
export function compareLabels(
  entity: string,
  view: string,
  wanted: LabelRows,
  found: FoundLabels,
): readonly Drift[] {
  const { add, found: drifts } = collectDrift(entity)
  compareView(view, 'labelled.sql', found.view, add)
  if (found.current !== undefined) {
    compareView(found.current.name, 'views.sql', found.current.state, add)
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

/** The differences of views that belong to no single entity. */
export function compareViews(
  file: string,
  views: readonly { readonly name: string; readonly state: ViewState }[],
): readonly Drift[] {
  const { add, found } = collectDrift(null)
  for (const { name, state } of views) compareView(name, file, state, add)
  return found
}

function compareView(view: string, file: string, state: ViewState, add: AddDrift): void {
  if (state === 'missing') add('view_missing', view, words`view ${view} is missing`)
  if (state === 'changed') add('view_changed', view, words`view ${view} differs from ${[file]}`)
}

function countDifferent(
  wanted: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): number {
  const keys = new Set([...wanted.keys(), ...found.keys()])
  return [...keys].filter((key) => wanted.get(key) !== found.get(key)).length
}
