import type { ColumnType, Generated } from 'kysely'

/** Read as text: bigint. */
export type Counter = ColumnType<string, number | undefined, number | string>

/** Executions of sync, one row per entity and run. */
export interface RunTable {
  id: Generated<string>
  entity: string
  mode: string
  started_at: Generated<Date>
  /**
   * Both are null while the run is active. After its process was killed, they stay null until the entity's
   * next run begins.
   */
  finished_at: Date | null
  outcome: string | null
  read: Counter
  inserted: Counter
  updated: Counter
  unchanged: Counter
  rejected_values: Counter
  rejected_records: Counter
  /** Rows that were marked as deleted. */
  deleted: Counter
  calls: Counter
  seconds: number | null
  error: string | null
  /** How to resolve the error. */
  fix: string | null
  /** `host, process 4711`; null for runs of an older hubgen. */
  holder: string | null
  /** The interval of `hubgen sync --every`; null for a run that was started alone, by a person or by cron. */
  every_seconds: number | null
  /**
   * Until then, `hubgen sync --every` writes nothing unless HubSpot has something new; null if its next round
   * writes again.
   */
  quiet_until: Generated<Date | null>
  /** Looks at HubSpot without a run since the entity's run before, and their calls. */
  quiet_looks: Counter
  quiet_calls: Counter
  /** The daily limit as HubSpot reported it to the run's last call; null if it reported none. */
  daily_permitted: ColumnType<string | null, number | null | undefined, number | null>
  daily_remaining: ColumnType<string | null, number | null | undefined, number | null>
}

/** Sums of runs that were removed because of their age, by outcome. */
export interface RunTotalTable {
  entity: string
  outcome: string
  runs: Counter
  seconds: number
  calls: Counter
  read: Counter
  inserted: Counter
  updated: Counter
  unchanged: Counter
  deleted: Counter
  rejected_records: Counter
  rejected_values: Counter
}
