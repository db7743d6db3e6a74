import type { HubgenCode } from '../errors.ts'
import type { Retry } from '../hubspot/client/client.ts'
import type { BatchCounts, WrittenIds } from '../postgres/state/run-counts.ts'
import type { RejectReason } from '../values/codec.ts'
import type { PassReport, RunMode, SyncReport } from './report.ts'

/**
 * The events of a run, in order, for people and programs. Events name records and properties but never
 * carry a value. Times are ISO in UTC.
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
  | RecordsWritten
  | RunFinished

/** The log is open, if there is one. HubSpot and the database have not been called yet. */
export interface RunRequested {
  readonly type: 'run_requested'
  readonly limit: number | null
  readonly logFile: string | null
}

/** A check failed. Nothing was read or changed. */
export interface RunNotStarted {
  readonly type: 'run_not_started'
  readonly code: HubgenCode
  readonly message: string
}

/** All checks passed. From here on the database changes. */
export interface RunStarted {
  readonly type: 'run_started'
  readonly runId: string
  readonly mode: RunMode
  /** The reason for a full sync; null if none needs to be shown. */
  readonly reason: string | null
  readonly portalId: number
  readonly table: string
  /** Host and database name. */
  readonly database: string
}

export interface PassStarted {
  readonly type: 'pass_started'
  readonly pass: string
  /** When the interrupted run began this pass; null if it begins now. */
  readonly resumedFrom: string | null
  /** Where the pass resumes, as text. */
  readonly position: string | null
}

/**
 * Everything that the pass read is committed and recorded as fresh. A failed pass has its error in the
 * report.
 */
export interface PassFinished {
  readonly type: 'pass_finished'
  readonly report: PassReport
}

/** The number of records that the run will read, from HubSpot's search index, which lags slightly. */
export interface TotalCounted {
  readonly type: 'total_counted'
  readonly total: number
}

export interface PageRead {
  readonly type: 'page_read'
  readonly records: number
  /** Records of the run so far. */
  readonly read: number
}

/** A value does not fit its column: the column is set to NULL and the value goes to the quarantine. */
export interface ValueRejected {
  readonly type: 'value_rejected'
  readonly recordId: string
  readonly property: string
  readonly reason: RejectReason
}

/** Emitted before the batch's transaction begins. */
export interface BatchStarted extends BatchFacts {
  readonly type: 'batch_started'
}

/** The batch is committed. */
export interface BatchWritten extends BatchFacts, BatchCounts {
  readonly type: 'batch_written'
}

export interface BatchFacts {
  /** Counted from 1. */
  readonly batch: number
  readonly records: number
  /** In read order. Several readers run in parallel, so other ids of the batch may lie outside these two. */
  readonly firstRecordId: string
  readonly lastRecordId: string
}

/** Postgres refused the whole record; it is in the quarantine. */
export interface RecordRejected {
  readonly type: 'record_rejected'
  readonly recordId: string
  readonly reason: string
}

/** The batch was rolled back: none of its records changed anything. */
export interface BatchFailed extends BatchFacts {
  readonly type: 'batch_failed'
  readonly recordIds: readonly string[]
  readonly code: HubgenCode
  readonly message: string
}

/** A call to HubSpot failed and is repeated after the delay. */
export interface RetryScheduled extends Retry {
  readonly type: 'retry'
}

/** An optional part was skipped; the run continues, and the rest is complete. */
export interface Notice {
  readonly type: 'notice'
  /** Stable and in upper case, like an error code. */
  readonly code: HubgenCode
  readonly message: string
  /** The command or setting that fixes it; null if nothing needs to be done. */
  readonly fix: string | null
}

/** The database did not accept a write; it is retried after the delay. */
export interface DatabaseRetry {
  readonly type: 'database_retry'
  /** Number of attempts so far. */
  readonly attempt: number
  readonly delayMs: number
  readonly why: string
}

/** Ids of some records that the run inserted, updated or marked as deleted, at most ten of each. */
export interface RecordsWritten extends WrittenIds {
  readonly type: 'records_written'
}

export interface RunFinished {
  readonly type: 'run_finished'
  readonly report: SyncReport
}

/** Stamps events, writes them to the log and passes them on. */
export type Emit = (...events: SyncEventBody[]) => void

/** An event as JSON for programs; the error of a finished run has its code, message, place and fix. */
export function plainEvent(event: SyncEvent): Readonly<Record<string, unknown>> {
  if (event.type !== 'run_finished') return { ...event }
  const { report, ...rest } = event
  const { error, ...numbers } = report
  if (error === null) return { ...rest, report }
  const { code, message, at, fix } = error
  return { ...rest, report: { ...numbers, error: { code, message, at, fix } } }
}
