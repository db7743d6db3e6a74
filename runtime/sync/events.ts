import type { HubgenCode } from '../errors.ts'
import type { Retry } from '../hubspot/client.ts'
import type { BatchCounts } from '../postgres/state/run-counts.ts'
import type { RejectReason } from '../values/codec.ts'
import type { PassReport, RunMode, SyncReport } from './report.ts'

/**
 * What happens in a run, in order, for people and for programs. Events name records and properties but
 * never carry a value. Times are ISO in UTC.
 */
export type SyncEvent = { readonly at: string; readonly entity: string } & SyncEventBody

export type SyncEventBody =
  | RunRequested
  | RunNotStarted
  | RunStarted
  | PassStarted
  | PassFinished
  | TotalCounted
  | PageRead
  | ValueRejected
  | BatchStarted
  | BatchWritten
  | RecordRejected
  | BatchFailed
  | RetryScheduled
  | DatabaseRetry
  | Notice
  | RunFinished

/** The log is open; nothing was asked of HubSpot or the database yet. */
export interface RunRequested {
  readonly type: 'run_requested'
  readonly limit: number | null
  readonly logFile: string
}

/** A check failed: nothing was read and nothing changed. */
export interface RunNotStarted {
  readonly type: 'run_not_started'
  readonly code: HubgenCode
  readonly message: string
}

/** Everything was checked; from here on the database changes. */
export interface RunStarted {
  readonly type: 'run_started'
  readonly runId: string
  readonly mode: RunMode
  /** Why everything is read; null where nothing needs to be said. */
  readonly reason: string | null
  readonly portalId: number
  readonly table: string
  /** Host and database. */
  readonly database: string
}

export interface PassStarted {
  readonly type: 'pass_started'
  readonly pass: string
  /** When it was begun by the run that was interrupted; null: it begins now. */
  readonly resumedFrom: string | null
  /** Where it goes on, in words. */
  readonly position: string | null
}

/** Everything that it read is committed, and remembered as fresh; a pass that fails says so in the report. */
export interface PassFinished {
  readonly type: 'pass_finished'
  readonly report: PassReport
}

/** How many records the run will read, by HubSpot's search index, which trails by moments. */
export interface TotalCounted {
  readonly type: 'total_counted'
  readonly total: number
}

export interface PageRead {
  readonly type: 'page_read'
  readonly records: number
  /** In the run so far. */
  readonly read: number
}

/** A value that does not fit its column: the column becomes NULL, the value goes to the quarantine. */
export interface ValueRejected {
  readonly type: 'value_rejected'
  readonly recordId: string
  readonly property: string
  readonly reason: RejectReason
}

/** Said before the batch's transaction begins. */
export interface BatchStarted extends BatchFacts {
  readonly type: 'batch_started'
}

/** The batch is committed. */
export interface BatchWritten extends BatchFacts, BatchCounts {
  readonly type: 'batch_written'
}

export interface BatchFacts {
  /** From 1. */
  readonly batch: number
  readonly records: number
  /** In the order in which they were read: readers work side by side, so ids may lie outside the two. */
  readonly firstRecordId: string
  readonly lastRecordId: string
}

/** Postgres refused the whole record; it is in the quarantine. */
export interface RecordRejected {
  readonly type: 'record_rejected'
  readonly recordId: string
  readonly reason: string
}

/** The batch was rolled back whole: none of its records changed anything. */
export interface BatchFailed extends BatchFacts {
  readonly type: 'batch_failed'
  readonly recordIds: readonly string[]
  readonly code: HubgenCode
  readonly message: string
}

/** HubSpot's answer did not help; the call is made again after the delay. */
export interface RetryScheduled extends Retry {
  readonly type: 'retry'
}

/** Something optional was left out; the run goes on and the rest is not worse for it. */
export interface Notice {
  readonly type: 'notice'
  /** Stable, upper case, as of an error. */
  readonly code: HubgenCode
  readonly message: string
  /** The command or setting that mends it; null where nothing needs to be done. */
  readonly fix: string | null
}

/** The database did not take what was written; it is tried again after the delay. */
export interface DatabaseRetry {
  readonly type: 'database_retry'
  /** How often it was tried so far. */
  readonly attempt: number
  readonly delayMs: number
  readonly why: string
}

export interface RunFinished {
  readonly type: 'run_finished'
  readonly report: SyncReport
}

/** Stamps events, writes them to the log, then hands them on; throws LOG_WRITE_FAILED. */
export type Emit = (...events: SyncEventBody[]) => void

/** An event as JSON for programs: the error of a finished run with its code, message, place and fix. */
export function plainEvent(event: SyncEvent): Readonly<Record<string, unknown>> {
  if (event.type !== 'run_finished') return { ...event }
  const { report, ...rest } = event
  const { error, ...numbers } = report
  if (error === null) return { ...rest, report }
  const { code, message, at, fix } = error
  return { ...rest, report: { ...numbers, error: { code, message, at, fix } } }
}
