import type { ConnectOptions } from '../hubspot/client/client.ts'
import type { HubSpotSettings } from '../hubspot/client/settings.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { IdSpan } from '../postgres/load/live-rows.ts'
import type { BrakeSettings } from './brake.ts'
import type { SyncEvent } from './events.ts'
import type { LogLevel } from './log-level.ts'
import type { RunWatch } from './run-watch.ts'

/** A span of ids, and the parts that a repair compares besides ids and modification dates. */
export interface RepairSpan extends IdSpan {
  readonly parts?: readonly VerifiedPart[] | undefined
}

export type VerifiedPart = 'values' | 'links'

/** Options of one run. By default, settings come from the environment and every record is considered. */
export interface SyncOptions {
  /** Reads at most this many records, for a trial; later runs ignore what it read. */
  readonly limit?: number | undefined
  /** Reads every record from the start, even if the last full sync completed or could resume. */
  readonly full?: boolean | undefined
  /** Compares random records with HubSpot, as one run does each day, even if that was done already. */
  readonly audit?: boolean | undefined
  /** Reads changes since this time, even if no full sync has completed. */
  readonly since?: Date | undefined
  /**
   * How far before its own start a run searches for changes again, because HubSpot's index shows them late;
   * 15 minutes by default. A longer time costs one search per 200 changes in it; records that the table
   * already has are not read again.
   */
  readonly readBackMs?: number | undefined
  /**
   * The time at which daily and weekly passes are due, `HH:MM` in the portal's time zone; by default, they are
   * due a day or a week after they last began.
   */
  readonly lookAt?: string | undefined
  /** Runs, their events, audits and results of checks that are older are removed; 90 days by default. */
  readonly keepRunsMs?: number | undefined
  /**
   * Instead of the usual passes: compares these spans of ids with HubSpot's list and settles the
   * differences.
   */
  readonly repair?: readonly RepairSpan[] | undefined
  /**
   * A run that would mark more rows as deleted than both bounds allow marks none and fails with
   * DELETES_BRAKED. Defaults: 20 % of the live rows and 100 records. `false` removes the limit.
   */
  readonly brake?: BrakeSettings | false | undefined
  /**
   * The treatment of a record that is deleted in HubSpot and not in its recycle bin, as after a permanent
   * delete. `keep` (default) leaves its values; `erase` removes them as `hubgen erase` does.
   */
  readonly whenGone?: 'keep' | 'erase' | undefined
  /**
   * Also brings the records that were in HubSpot's recycle bin before the first sync, once, as rows marked as
   * deleted.
   */
  readonly archivedBefore?: boolean | undefined
  /**
   * Ends the run at its first checkpoint after this time, which is a batch whose position is saved, as
   * `limited`; the next run resumes there.
   */
  readonly until?: Date | undefined
  /** The interval of the schedule that started this run, for `readStatus` and the dashboard. */
  readonly everySeconds?: number | undefined
  /** Ends the run when it aborts: the current batch is finished, and the report says `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Called for every event as it happens. It must return quickly; an exception ends the run. */
  readonly onEvent?: ((event: SyncEvent) => void) | undefined
  /** Rows per transaction; 1,000 by default, which measured best. */
  readonly batchRows?: number | undefined
  /**
   * Maximum number of parallel readers per entity; by default, as many as HubSpot's limit and latency make
   * useful. 1 reads with a single cursor.
   */
  readonly readers?: number | undefined
  /** Level of the log files; HUBGEN_LOG_LEVEL by default, otherwise `info`. */
  readonly logLevel?: LogLevel | undefined
  /** Returns numbers from 0 to below 1, for random samples. */
  readonly random?: (() => number) | undefined
  /** The directory of `.env` and `.hubgen`; the working directory by default. */
  readonly directory?: string | undefined
  /** Replaces HUBSPOT_API_TOKEN and the related settings. */
  readonly hubspot?: HubSpotSettings | undefined
  /** An open database that replaces the environment's; the caller closes it. */
  readonly database?: Database | undefined
  /** Learns what this run saw in HubSpot, for a watcher that repeats runs. */
  readonly watch?: RunWatch | undefined
  /** Another clock, limiter or timeout for calls to HubSpot. */
  readonly connect?: Omit<ConnectOptions, 'onRetry' | 'signal'> | undefined
}

const usualReadBackMs = 15 * 60_000

export function readBackMsOf({ readBackMs = usualReadBackMs }: SyncOptions): number {
  return readBackMs
}
