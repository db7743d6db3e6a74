import type { ColumnType } from './analysis.ts'

/** What a person decided about one entity in hubgen.config.ts. */
export interface Choices {
  /** Name of the file. */
  readonly file: string
  /** Schema of the table; null leaves it as it is. */
  readonly schema: string | null
  /** Why a property is left out, as a sentence; null where it is not. */
  readonly excludedBecause: (property: string) => string | null
  /** Column names by property. */
  readonly columns: ReadonlyMap<string, string>
  readonly types: ReadonlyMap<string, ColumnType>
  /** Properties that get an index of their own; null leaves them as they are. */
  readonly indexes: readonly string[] | null
  /** Properties whose former values are kept; null leaves them as they are. */
  readonly history: readonly string[] | null
  /** Properties that are named one by one, with the place in the file. */
  readonly mentioned: readonly { readonly place: string; readonly property: string }[]
  readonly patterns: readonly ChosenPattern[]
}

/** A pattern of properties to include or exclude. */
export interface ChosenPattern {
  /** In the file, e.g. `exclude.deals`. */
  readonly place: string
  /** One that is said of every entity need not fit this one. */
  readonly entities: 'all' | 'one'
  readonly pattern: string
  readonly fits: (property: string) => boolean
}

/** Without a hubgen.config.ts. */
export const NO_CHOICES: Choices = {
  file: '',
  schema: null,
  excludedBecause: () => null,
  columns: new Map(),
  types: new Map(),
  indexes: null,
  history: null,
  mentioned: [],
  patterns: [],
}

/** Why a column is called so, and how such a sentence is found again. */
export function calledReason(file: string, name: string): string {
  return `${file} says the column is called \`${name.replaceAll('`', "'")}\`.`
}
export const CALLED_REASON = / ?hubgen\.config\.\w+ says the column is called `[^`]*`\.$/
