import type { ColumnType, Compat } from './analysis.ts'

/** The choices for one entity in hubgen.config.ts. */
export interface Choices {
  /** Name of the file. */
  readonly file: string
  /** Schema of the table; null keeps the current one. */
  readonly schema: string | null
  /** Other tools in whose shape views are made; undefined keeps the current choice, null means none. */
  readonly compat?: Compat | null | undefined
  /** The reason for excluding a property, as a sentence; null if it is included. */
  readonly excludedBecause: (property: string) => string | null
  /** Column names by property. */
  readonly columns: ReadonlyMap<string, string>
  readonly types: ReadonlyMap<string, ColumnType>
  /** Properties that get an index of their own; null keeps the current ones. */
  readonly indexes: readonly string[] | null
  /**
   * Names or patterns of properties whose former values are kept; null keeps the current ones, or the default
   * if there are none yet.
   */
  readonly history: readonly string[] | 'default' | null
  /** Properties that the file names without a pattern, with their places. */
  readonly mentioned: readonly { readonly place: string; readonly property: string }[]
  readonly patterns: readonly ChosenPattern[]
}

/** A pattern of properties to include or exclude. */
export interface ChosenPattern {
  /** Place in the file, e.g. `exclude.deals`. */
  readonly place: string
  /** A pattern for every entity need not match in this one. */
  readonly entities: 'all' | 'one'
  readonly pattern: string
  readonly fits: (property: string) => boolean
}

/** The choices without a hubgen.config.ts. */
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

/** The reason for a chosen column name. Later explorations recognize it by this text. */
export function calledReason(file: string, name: string): string {
  return `${file} says the column is called \`${name.replaceAll('`', "'")}\`.`
}
export const CALLED_REASON = / ?hubgen\.config\.\w+ says the column is called `[^`]*`\.$/
