import type { HubgenError } from '../errors.ts'
import type { RejectReason } from '../values/codec.ts'

/**
 * `succeeded`: every record that was read is in the table or in the quarantine. `partial`: something
 * failed after batches were committed. `failed`: nothing was committed. `cancelled`: a signal ended it.
 */
export type SyncOutcome = 'succeeded' | 'partial' | 'failed' | 'cancelled'

/** One run in numbers. Read = inserted + updated + unchanged + rejected records + what a failure left out. */
export interface SyncReport {
  readonly entity: string
  readonly table: string
  readonly runId: string
  readonly outcome: SyncOutcome
  readonly read: number
  readonly inserted: number
  readonly updated: number
  /** Equal to, or older than, what the table holds: not rewritten. */
  readonly unchanged: number
  readonly rejectedValues: number
  readonly rejectedRecords: number
  /** Characters that were removed because Postgres cannot store them: NUL, lone surrogates. */
  readonly sanitized: number
  /** Why values were rejected, most frequent first. */
  readonly rejections: readonly Rejection[]
  readonly batches: number
  /** API calls, repeated ones included. */
  readonly calls: number
  readonly retries: number
  readonly seconds: number
  /** The readable log; the same name with `.jsonl` is for programs. */
  readonly logFile: string
  /** What ended the run early; null when nothing did. */
  readonly error: HubgenError | null
}

export interface Rejection {
  readonly property: string
  readonly reason: RejectReason
  readonly count: number
}
