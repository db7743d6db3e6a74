import type { HubgenCode, HubgenError } from '../errors.ts'
import type { RunCounts } from '../postgres/state/run-counts.ts'
import type { RejectReason } from '../values/codec.ts'

/**
 * `full`: reads every record. `incremental`: reads changes. `repair`: rereads the differences that `hubgen
 * verify` found. `test`: reads a few records, and the passes save no state.
 */
export type RunMode = 'full' | 'incremental' | 'repair' | 'test'

/**
 * `succeeded`: every record that was read is in the table or in the quarantine. `partial`: something failed
 * after batches were committed. `failed`: nothing was committed. `cancelled`: a signal ended the run.
 * `limited`: the run made all calls of its budget, or its time was over. The next run resumes after the latter two.
 */
export type SyncOutcome = 'succeeded' | 'partial' | 'failed' | 'cancelled' | 'limited'

/**
 * The figures of one run. Read = inserted + updated + unchanged + rejected records + records that a failure
 * left out.
 */
export interface SyncReport extends RunCounts {
  readonly entity: string
  readonly table: string
  readonly runId: string
  readonly mode: RunMode
  readonly outcome: SyncOutcome
  /** Records that HubSpot has not returned yet, in this run or earlier; the next run asks for them again. */
  readonly unread: number
  /** Characters that were removed because Postgres cannot store them: NUL, lone surrogates. */
  readonly sanitized: number
  /** Reasons for rejected values, most frequent first. */
  readonly rejections: readonly Rejection[]
  /**
   * Properties whose values or former values are missing from HubSpot's answers; stored values stay.
   * Sorted.
   */
  readonly unanswered: readonly string[]
  /** In execution order; passes that did not start are not included. */
  readonly passes: readonly PassReport[]
  readonly batches: number
  /** API calls, including retries. */
  readonly calls: number
  readonly retries: number
  readonly seconds: number
  /** The text log; the same name with `.jsonl` is the log for programs. Null for a run without a log. */
  readonly logFile: string | null
  /** The error that ended the run early; null if there is none. */
  readonly error: HubgenError | null
}

/** The counts of a pass, including those of its tally. */
export type PassCounts = Omit<RunCounts, 'rejectedValues' | 'rejectedRecords'>

export interface PassResult extends Partial<PassCounts> {
  /** The reason for skipping the pass: its part is no fresher than before, and it is due in the next run. */
  readonly skipped?: string
  /** The refusal, if the pass read its part in another way; saved for the next run. */
  readonly refusal?: string
  /**
   * Set by a resumed pass: once it completes, the same run reads from this position what was read before
   * the interruption.
   */
  readonly again?: unknown
}

/** The unit of a pass whose rows are not records; `read` still counts records. */
export type PassUnit = 'links' | 'former values'

/** The figures of one pass. */
export interface PassReport extends PassCounts {
  readonly pass: string
  /** Null: records. */
  readonly unit: PassUnit | null
  /** `ended`: the run was cancelled, had no calls left or hit a bug during this pass. */
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
