import type { AlertSettings, AlertTarget, QuietHours } from '../../runtime/alerts/alert-settings.ts'
import type { ColumnType, Compat } from '../model/analysis.ts'

export {
  type AppSettings,
  definePortals,
  type HubgenPortals,
  type PortalSettings,
} from './define-portals.ts'
export type { AlertSettings, AlertTarget, ColumnType, Compat, QuietHours }

/**
 * The contents of `hubgen.config.ts` in the working directory. Everything is optional; without the file
 * hubgen copies every property under its own name. Entities are named as on the command line; `*` in
 * `include`, `exclude`, `quality`, `deletes` and `readBack` means every entity.
 */
export interface HubgenConfig {
  /** Postgres schema of the tables; `hubspot` by default. Existing tables are not moved. */
  readonly schema?: string | undefined
  /**
   * `fivetran`: also views with the tables and columns of Fivetran's HubSpot connector, in schema
   * `hubspot_fivetran`, and the settings for its dbt package in `generated/compat`.
   */
  readonly compat?: Compat | undefined
  /** The entities that `--all` selects. */
  readonly entities?: readonly string[] | undefined
  /**
   * The resources, such as lists and forms, that `--all` selects: `['lists', 'list_members']`. By default all that
   * cost few calls; e-mail events and the members of lists only if they are named here. Resources that these belong
   * to, such as the forms of submissions, are selected as well.
   */
  readonly resources?: readonly string[] | undefined
  /** Patterns (`hs_*`, `amount`) of the only properties to copy. */
  readonly include?: Readonly<Record<string, readonly string[]>> | undefined
  /** Patterns of properties to leave out; they override `include`. */
  readonly exclude?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Column names by property: `{ deals: { crm_id__c: 'property_crm_id' } }`. Set a name before the first
   * `hubgen generate`: a generated column keeps its name.
   */
  readonly columns?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined
  /**
   * Column types by property: `{ deals: { days_to_close: 'bigint' } }`. An existing column of another type stays
   * and is filled as well; the new type gets a second column.
   */
  readonly types?: Readonly<Record<string, Readonly<Record<string, ColumnType>>>> | undefined
  /** Properties that get an index in addition to the default ones: `{ deals: ['closedate'] }`. */
  readonly indexes?: Readonly<Record<string, readonly string[]>> | undefined
  /**
   * Names or patterns of properties whose former values are kept in a table: `{ deals: ['dealstage', 'hs_*'] }`.
   * By default those of the pipeline and the stage; a list replaces the default of an entity, `false` turns it
   * off, for one entity or for all.
   */
  readonly history?: false | Readonly<Record<string, false | readonly string[]>> | undefined
  /**
   * Thresholds for `hubgen check`: `{ '*': { freshness: '2h' }, deals: { completeness: { amount: 95 } } }`.
   * Per-entity settings override `*`. Does not affect generated files.
   */
  readonly quality?: Readonly<Record<string, QualityBounds>> | undefined
  /**
   * Limits on the rows that a sync may mark as deleted: `{ brake: { percent: 20, records: 100 } }` for every
   * entity, or by entity: `{ '*': { brake: { percent: 50 } }, deals: { brake: false } }`.
   */
  readonly deletes?: DeletesSettings | Readonly<Record<string, DeletesSettings>> | undefined
  /**
   * How far before its own start a sync searches for changes again, because HubSpot's index shows some late:
   * `{ '*': '15m' }` by default, from `1m` to `26h`.
   */
  readonly readBack?: Readonly<Record<string, string>> | undefined
  /**
   * How long runs, their events, audits and results of checks are kept, from `7d` to `3650d`; `90d` by default.
   * The newest ones stay at any age.
   */
  readonly keepRuns?: string | undefined
  /**
   * The time at which daily and weekly parts of a sync are due, in the portal's time zone: `03:00`. By default,
   * they are due a day or a week after they last began.
   */
  readonly lookAt?: string | undefined
  /**
   * Records that disappeared from HubSpot and its recycle bin, as after a permanent delete, are marked as
   * deleted and keep their values (`keep`, the default), or are emptied as by `hubgen erase` (`erase`).
   */
  readonly whenGone?: 'keep' | 'erase' | undefined
  /**
   * Also copies, once, the records that were in HubSpot's recycle bin before the first sync, as rows marked as
   * deleted; `false` by default.
   */
  readonly archivedBefore?: boolean | undefined
  /**
   * Shown on every page of the dashboard: `production`, or any other text of up to 40 characters. Names that
   * contain `production`, `staging`, `test` or `development` (also `prod`, `live`, `stage`, `qa`, `sandbox`,
   * `dev`, `local`) have a colour of their own.
   */
  readonly environment?: string | undefined
  /** Shown with the id of the portal, because HubSpot's API does not give its name: `Acme Europe`. */
  readonly portalName?: string | undefined
  /**
   * Messages when the verdict of `hubgen status` changes: `{ to: [{ kind: 'slack', urlFrom: 'SLACK_URL' }] }`, where
   * `SLACK_URL` is an environment variable. See docs/alerts.md.
   */
  readonly alerts?: AlertSettings | undefined
}

export interface DeletesSettings {
  /**
   * A sync that would mark more than `percent` of the live rows, and more than `records`, marks none and
   * fails until you confirm the deletes with `--allow-deletes`. 20 and 100 by default; `false`: no limit.
   */
  readonly brake?:
    | { readonly percent?: number | undefined; readonly records?: number | undefined }
    | false
    | undefined
}

/** Thresholds of `hubgen check`; properties by HubSpot's name. */
export interface QualityBounds {
  /** Minimum percent of live records that have a value: `{ amount: 95 }`. Others are counted, not judged. */
  readonly completeness?: Readonly<Record<string, number>> | undefined
  /**
   * Maximum percent of records that share their value with another: `{ email: 0 }`, or a number for all
   * properties that quality.sql checks. Not judged by default.
   */
  readonly duplicates?: number | Readonly<Record<string, number>> | undefined
  /** Maximum percent of live records with an invalid value; 0 by default. */
  readonly integrity?: number | undefined
  /** Maximum percent of values that a validation rule of HubSpot refuses. Counted and not judged by default. */
  readonly rules?: number | undefined
  /** Maximum percent of links whose own end is not a live record; 0 by default. */
  readonly links?: number | undefined
  /** Maximum percent of merges that contradict the rows; 0 by default. */
  readonly merges?: number | undefined
  /**
   * Reports a property if more than this percentage of its values in a run, and at least this many, did not
   * fit its column; `{ percent: 5, values: 20 }` by default.
   */
  readonly quarantine?:
    | { readonly percent?: number | undefined; readonly values?: number | undefined }
    | undefined
  /**
   * Maximum age of the copy: `90m`, `26h`, `2d`; `26h` by default. Parts that sync reads once a day or once a
   * week may be older by that time.
   */
  readonly freshness?: string | undefined
}

/** Returns the configuration unchanged; gives editors its type. */
export function defineConfig(config: HubgenConfig): HubgenConfig {
  return config
}
