import type { ColumnType } from '../model/analysis.ts'

export type { ColumnType }

/**
 * What `hubgen.config.ts` in the working directory may say. Everything is optional; without the file
 * hubgen copies every property under its own name. Entities are named as on the command line; `*` in
 * `include`, `exclude`, `quality`, `deletes` and `readBack` means every one.
 */
export interface HubgenConfig {
  /** Postgres schema of the tables; `hubspot` by default. A table that exists is not moved. */
  readonly schema?: string | undefined
  /** What `--all` means to `hubgen explore`, `hubgen diff`, `hubgen sync` and `hubgen check`. */
  readonly entities?: readonly string[] | undefined
  /** Patterns (`hs_*`, `amount`) of the only properties to copy. */
  readonly include?: Readonly<Record<string, readonly string[]>> | undefined
  /** Patterns of properties to leave out; they win over `include`. */
  readonly exclude?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Column names by property: `{ deals: { deal_size: 'property_size' } }`. A column that exists under
   * another name stays in the table, unused, until `hubgen generate --allow-destructive`.
   */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  /**
   * Column types by property: `{ deals: { deal_size: 'numeric' } }`. A column that exists with another
   * type stays and is filled as well; the new type is a column beside it.
   */
  readonly types?: Readonly<Record<string, Readonly<Record<string, ColumnType>>>> | undefined
  /** Properties that get an index besides those that every table has: `{ deals: ['closedate'] }`. */
  readonly indexes?: Readonly<Record<string, readonly string[]>> | undefined
  /** Properties whose former values get rows of their own: `{ deals: ['dealstage'] }`. */
  readonly history?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * What `hubgen check` calls all right: `{ '*': { freshness: '2h' }, deals: { completeness: { amount: 95 } } }`.
   * Per-entity settings override `*`. Nothing generated depends on it.
   */
  readonly quality?: Readonly<Record<string, QualityBounds>> | undefined
  /**
   * What a sync may mark as deleted: `{ brake: { percent: 20, records: 100 } }` for every entity, or by entity:
   * `{ '*': { brake: { percent: 50 } }, deals: { brake: false } }`.
   */
  readonly deletes?: DeletesSettings | Readonly<Record<string, DeletesSettings>> | undefined
  /**
   * How far behind its own beginning a sync searches for changes again, because HubSpot's index shows some
   * late: `{ '*': '15m' }` by default, from `1m` to `26h`.
   */
  readonly readBack?: Readonly<Record<string, string>> | undefined
  /**
   * What a sync does with records that vanished from HubSpot without a trace in its recycle bin, as after a
   * permanent delete: they are marked as deleted and keep their values (`keep`, by default), or are
   * emptied as by `hubgen erase`.
   */
  readonly whenGone?: 'keep' | 'erase' | undefined
}

export interface DeletesSettings {
  /**
   * A sync that would mark more than `percent` of the live rows, and more than `records`, marks none and fails,
   * until somebody has looked and runs it with `--allow-deletes`. 20 and 100 by default; `false`: it
   * never stops.
   */
  readonly brake?:
    | { readonly percent?: number | undefined; readonly records?: number | undefined }
    | false
    | undefined
}

/** Bounds of `hubgen check`; properties by HubSpot's name. */
export interface QualityBounds {
  /** Least percent of live records that have a value: `{ amount: 95 }`. Others are counted, not judged. */
  readonly completeness?: Readonly<Record<string, number>> | undefined
  /**
   * Most percent of records that share their value with another: `{ email: 0 }`, or a number for all that
   * quality.sql looks at. Not judged by default.
   */
  readonly duplicates?: number | Readonly<Record<string, number>> | undefined
  /** Most percent of live records with what cannot be right; 0 by default. */
  readonly integrity?: number | undefined
  /** Most percent of links whose own end is no live record; 0 by default. */
  readonly links?: number | undefined
  /** Most percent of merges that contradict the rows; 0 by default. */
  readonly merges?: number | undefined
  /**
   * When a property has too many values that do not fit its column: with more than this percentage of those
   * that a run met, and at least this many of them; `{ percent: 5, values: 20 }` by default.
   */
  readonly quarantine?:
    | { readonly percent?: number | undefined; readonly values?: number | undefined }
    | undefined
  /**
   * As old as the copy may be: `90m`, `26h`, `2d`; `26h` by default. What sync reads once a day or
   * once a week is allowed the time until it is read again.
   */
  readonly freshness?: string | undefined
}

/** Gives the configuration back; it is there so that an editor knows what may stand in it. */
export function defineConfig(config: HubgenConfig): HubgenConfig {
  return config
}
