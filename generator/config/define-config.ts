import type { ColumnType } from '../model/analysis.ts'

/**
 * What `hubgen.config.ts` in the working directory may say. Everything is optional; without the file
 * hubgen copies every property under its own name. Entities are named as on the command line; `*` in
 * `include` and `exclude` means every one.
 */
export interface HubgenConfig {
  /** Postgres schema of the tables; `hubspot` unless told otherwise. A table that exists is not moved. */
  readonly schema?: string
  /** What `--all` means to `hubgen explore`, `hubgen diff` and `hubgen sync`. */
  readonly entities?: readonly string[]
  /** Patterns (`hs_*`, `amount`) of the only properties to copy. */
  readonly include?: Readonly<Record<string, readonly string[]>>
  /** Patterns of properties to leave out; they win over `include`. */
  readonly exclude?: Readonly<Record<string, readonly string[]>>
  /**
   * Column names by property: `{ deals: { deal_size: 'property_size' } }`. A column that exists under
   * another name stays in the table, unused, until `hubgen generate --allow-destructive`.
   */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, string>>>>
  /**
   * Column types by property: `{ deals: { deal_size: 'numeric' } }`. A column that exists with another
   * type stays and is filled as well; the new type is a column beside it.
   */
  readonly types?: Readonly<Record<string, Readonly<Record<string, ColumnType>>>>
  /** Properties that get an index besides those that every table has: `{ deals: ['closedate'] }`. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>
  /** Properties whose former values get rows of their own: `{ deals: ['dealstage'] }`. */
  readonly history?: Readonly<Record<string, readonly string[]>>
}

/** Gives the configuration back; it is there so that an editor knows what may stand in it. */
export function defineConfig(config: HubgenConfig): HubgenConfig {
  return config
}
