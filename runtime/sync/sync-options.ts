import type { ConnectOptions } from '../hubspot/client.ts'
import type { HubSpotSettings } from '../hubspot/settings.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { IdSpan } from '../postgres/load/live-rows.ts'
import type { BrakeSettings } from './brake.ts'
import type { SyncEvent } from './events.ts'
import type { LogLevel } from './log-level.ts'

/** A span of ids, and what a repair compares of its records besides ids and stamps. */
export interface RepairSpan extends IdSpan {
  readonly parts?: readonly VerifiedPart[] | undefined
}

export type VerifiedPart = 'values' | 'links'

/** How one run differs from the usual: everything in the environment, every record. */
export interface SyncOptions {
  /** Read at most that many records, to try things out; the next run does not count on them. */
  readonly limit?: number | undefined
  /** Read every record, from the first one on, though the last full run was completed or can go on. */
  readonly full?: boolean | undefined
  /** Read what changed since then, and not everything though nothing was read in full yet. */
  readonly since?: Date | undefined
  /**
   * How far behind its own beginning a run searches for changes again, which HubSpot's index shows late; 15
   * minutes unless given. Longer costs a search for every 200 changes of that time and no more: what the
   * table has already is not read again.
   */
  readonly readBackMs?: number | undefined
  /** Instead of all else: compare these spans of ids with HubSpot's list, and settle what differs. */
  readonly repair?: readonly RepairSpan[] | undefined
  /**
   * A run that would mark more rows as deleted than both bounds allow marks none and fails with DELETES_BRAKED:
   * 20 % of the live rows and 100 records unless given; `false`: it marks what HubSpot no longer has.
   */
  readonly brake?: BrakeSettings | false | undefined
  /**
   * What becomes of a record that is deleted in HubSpot and not in its recycle bin either, as after a permanent
   * delete: its values stay (`keep`, unless given), or go as by `hubgen erase`.
   */
  readonly whenGone?: 'keep' | 'erase' | undefined
  /** Ends the run when it aborts: the batch in flight is finished, the report says `cancelled`. */
  readonly signal?: AbortSignal | undefined
  /** Called for every event as it happens; it must not take long, and what it throws ends the run. */
  readonly onEvent?: ((event: SyncEvent) => void) | undefined
  /** Rows of one transaction; 1,000 unless given, which is what was measured to be best. */
  readonly batchRows?: number | undefined
  /**
   * The most readers of one entity side by side; unless given, as many as HubSpot's limit and latency
   * make useful. 1 reads with one cursor.
   */
  readonly readers?: number | undefined
  /** How much goes into the log files; HUBGEN_LOG_LEVEL unless given, and `info` without either. */
  readonly logLevel?: LogLevel | undefined
  /** From 0 to below 1, for what is looked at by chance. */
  readonly random?: (() => number) | undefined
  /** Where `.env` is and `.hubgen` goes; the working directory unless given. */
  readonly directory?: string | undefined
  /** Instead of HUBSPOT_API_TOKEN and its like. */
  readonly hubspot?: HubSpotSettings | undefined
  /** An open database instead of the environment's; the caller closes it. */
  readonly database?: Database | undefined
  /** Another clock, limiter or timeout for HubSpot's calls. */
  readonly connect?: Omit<ConnectOptions, 'onRetry' | 'signal'> | undefined
}

const usualReadBackMs = 15 * 60_000

export function readBackMsOf({ readBackMs = usualReadBackMs }: SyncOptions): number {
  return readBackMs
}
