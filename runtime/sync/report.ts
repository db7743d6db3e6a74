import type { HubgenCode, HubgenError } from '../errors.ts'
import type { RunCounts } from '../postgres/state/run-counts.ts'
import type { RejectReason } from '../values/codec.ts'

/**
 * `full`: every record is read. `incremental`: what changed. `repair`: what `hubgen verify` found to differ.
 * `test`: a few records, of which the passes
 * remember nothing.
 */
export type RunMode = 'full' | 'incremental' | 'repair' | 'test'

/**
 * `succeeded`: every record that was read is in the table or in the quarantine. `partial`: something
 * failed after batches were committed. `failed`: nothing was committed. `cancelled`: a signal ended it.
 */
export type SyncOutcome = 'succeeded' | 'partial' | 'failed' | 'cancelled'

/** One run in numbers. Read = inserted + updated + unchanged + rejected records + what a failure left out. */
export interface SyncReport extends RunCounts {
  readonly entity: string
  readonly table: string
  readonly runId: string
  readonly mode: RunMode
  readonly outcome: SyncOutcome
  /** Records that HubSpot has not given so far, in this run or before; the next one asks for them again. */
  readonly unread: number
  /** Characters that were removed because Postgres cannot store them: NUL, lone surrogates. */
  readonly sanitized: number
  /** Why values were rejected, most frequent first. */
  readonly rejections: readonly Rejection[]
  /** Properties that HubSpot's answers lack; their columns keep their values. Sorted. */
  readonly unanswered: readonly string[]
  /** In the order in which they ran; those that were not begun are not among them. */
  readonly passes: readonly PassReport[]
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

/** What a pass did, including what its tally counted. */
export type PassCounts = Omit<RunCounts, 'rejectedValues' | 'rejectedRecords'>

export interface PassResult extends Partial<PassCounts> {
  /** Why it could not be read: its part is no fresher than before, and it is due in the next run. */
  readonly skipped?: string
  /**
   * Of a pass that went on: the position from which the same run reads again what was read before the
   * interruption, once it is completed.
   */
  readonly again?: unknown
}

/** What a pass counts that has rows of another kind; `read` are records too. */
export type PassUnit = 'links' | 'former values'

/** One pass in numbers. */
export interface PassReport extends PassCounts {
  readonly pass: string
  /** Null: records. */
  readonly unit: PassUnit | null
  /** `ended`: with the run, which was cancelled or met a bug. */
  readonly outcome: 'completed' | 'skipped' | 'failed' | 'ended'
  readonly calls: number
  readonly seconds: number
  /** Why it failed. */
  readonly error: { readonly code: HubgenCode; readonly message: string } | null
}

export interface Rejection {
  readonly property: string
  readonly reason: RejectReason
  readonly count: number
}
