import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { HubSpot } from '../hubspot/client.ts'
import { listInFormat } from '../hubspot/records.ts'
import { readSideBySide } from '../hubspot/side-by-side.ts'
import { type Extent, findExtent } from '../hubspot/survey.ts'
import type { Database } from '../postgres/database.ts'
import { type LoadPlan, planLoad } from '../postgres/load-plan.ts'
import type { RunIdentity } from '../postgres/state.ts'
import { finishRun } from '../postgres/state.ts'
import type { ConvertedRecord } from '../values/row.ts'
import type { Emit } from './events.ts'
import { loadPages } from './load-pages.ts'
import type { SyncOutcome, SyncReport } from './report.ts'
import { rowFormat } from './row-format.ts'
import type { RunLog } from './run-log.ts'
import type { SyncOptions } from './sync-options.ts'
import type { Tally } from './tally.ts'
import { emptyTally, rejectionsOf } from './tally.ts'

/** A run that is recorded as started. */
export interface StartedRun {
  readonly entity: Entity
  readonly options: SyncOptions
  readonly hubspot: HubSpot
  readonly database: Database
  readonly run: RunIdentity
  readonly log: RunLog
  readonly emit: Emit
  /** Ends the calls to HubSpot; it aborts when the run is cancelled. */
  readonly reading: AbortController
}

/** Measured best; larger batches cost memory, and more work is lost when one fails. */
const usualBatchRows = 1_000
/** Up to one page of records nobody needs to know how many there are. */
const pageRecords = 100

/** Reads, loads, and records how it ended; rejects only with a bug, after recording it. */
export async function runSync(started: StartedRun): Promise<SyncReport> {
  const startedMs = performance.now()
  const tally = emptyTally()
  const failure = await failureOf(() => readAndLoad(started, tally))
  const seconds = (performance.now() - startedMs) / 1000
  const report = await recordEnd(started, describeRun(started, tally, failure, seconds))
  if (failure !== null && report.error === null && report.outcome !== 'cancelled') throw failure
  return report
}

async function readAndLoad(started: StartedRun, tally: Tally): Promise<void> {
  const { entity, options, database, run, emit, reading } = started
  emit({
    type: 'run_started',
    runId: run.id,
    portalId: run.portalId,
    table: entity.table,
    database: database.description,
  })
  const extent = measureExtent(started)
  const plan = planLoad(entity)
  try {
    await loadPages(readEntity(started, plan, extent), {
      database,
      plan,
      run,
      batchRows: options.batchRows ?? usualBatchRows,
      tally,
      emit,
      reading,
    })
  } finally {
    reading.abort()
    await extent
  }
}

/** A few records are the first ones by id; all of them come as quickly as the limit allows. */
function readEntity(
  { hubspot, entity, options }: StartedRun,
  plan: LoadPlan,
  extent: Promise<Extent | null>,
): AsyncIterable<readonly ConvertedRecord[]> {
  const { objectType } = entity
  // A property that got another type fills several columns.
  const properties = [...new Set(plan.columns.map(({ property }) => property))]
  const format = rowFormat(plan.columns)
  const { limit, readers } = options
  if (limit !== undefined) {
    return listInFormat(hubspot, { objectType, properties, limit }, format)
  }
  const sideBySide = { format, extent, ...(readers !== undefined && { readers }) }
  return readSideBySide(hubspot, { objectType, properties }, sideBySide)
}

/** Asks beside the reading how much there is; both the reading and a progress bar can do without. */
async function measureExtent({ hubspot, entity, options, emit }: StartedRun) {
  const { limit = Number.POSITIVE_INFINITY } = options
  if (limit <= pageRecords) return null
  try {
    const extent = await findExtent(hubspot, entity.objectType)
    if (extent !== null) {
      emit({ type: 'total_counted', total: Math.min(extent.total, limit) })
    }
    return extent
  } catch {
    // Whatever is wrong with HubSpot or the log meets the reading and the next batch as well.
    return null
  }
}

function describeRun(
  started: StartedRun,
  tally: Tally,
  failure: unknown,
  seconds: number,
): SyncReport {
  const { entity, options, hubspot, run, log } = started
  const cancelled = options.signal?.aborted === true && failure === options.signal.reason
  const { rejections: _, ...counts } = tally
  return {
    entity: entity.entity,
    table: entity.table,
    runId: run.id,
    outcome: cancelled ? 'cancelled' : outcomeOf(tally, failure),
    ...counts,
    rejections: rejectionsOf(tally),
    calls: hubspot.calls,
    retries: hubspot.retries,
    seconds,
    logFile: log.path,
    error: failure instanceof HubgenError ? failure : null,
  }
}

function outcomeOf(tally: Tally, failure: unknown): SyncOutcome {
  if (failure === null) return 'succeeded'
  return tally.batches > 0 ? 'partial' : 'failed'
}

/** Into the database, then into the log; the first failure of a run is the one that is reported. */
async function recordEnd(started: StartedRun, report: SyncReport): Promise<SyncReport> {
  const { read, inserted, updated, unchanged, rejectedValues, rejectedRecords, calls } = report
  const counts = { read, inserted, updated, unchanged, rejectedValues, rejectedRecords, calls }
  const error = errorText(report)
  const recorded = await failureOf(() =>
    finishRun(started.database, started.run, {
      outcome: report.outcome,
      ...counts,
      ...(error !== null && { error }),
    }),
  )
  const known = withFailure(report, recorded)
  const logged = await failureOf(async () => started.emit({ type: 'run_finished', report: known }))
  return withFailure(known, logged)
}

function withFailure(report: SyncReport, failure: unknown): SyncReport {
  if (failure === null || report.error !== null) return report
  if (!(failure instanceof HubgenError)) throw failure
  return { ...report, error: failure, outcome: report.batches > 0 ? 'partial' : 'failed' }
}

function errorText({ outcome, error }: SyncReport): string | null {
  if (error !== null) return `${error.code}: ${error.message}`
  return outcome === 'succeeded' || outcome === 'cancelled' ? null : 'a bug in hubgen'
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return null
  } catch (error) {
    return error
  }
}
