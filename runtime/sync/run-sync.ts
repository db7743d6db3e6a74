import { type HubgenCode, HubgenError } from '../errors.ts'
import { machine } from '../machine.ts'
import { rowDropped } from '../postgres/load/load-rows.ts'
import { countRefused } from '../postgres/load/quarantine.ts'
import { retrying, wasWaitedFor } from '../postgres/state/commit.ts'
import { forgetHistory } from '../postgres/state/forget-history.ts'
import { cancelRequested, keepLease } from '../postgres/state/lease.ts'
import { findUnread } from '../postgres/state/pending-read.ts'
import { noCounts, sumCounts } from '../postgres/state/run-counts.ts'
import { finishRun } from '../postgres/state/state.ts'
import type { UnansweredPart } from '../postgres/state/unanswered-part.ts'
import { nameUnanswered } from '../words/name-unanswered.ts'
import { countOf } from '../words/numbers-as-text.ts'
import { Brake } from './brake.ts'
import type { Choice } from './choose-passes.ts'
import { explainGone } from './object-type-gone.ts'
import { patienceOf } from './patience.ts'
import type { PassReport, SyncOutcome, SyncReport } from './report.ts'
import { isLimit } from './run-limits.ts'
import type { RunLog } from './run-log.ts'
import { type PassResults, type PassRunner, runPasses } from './run-passes.ts'
import { emptyTally, rejectionsOf, unansweredPartsOf } from './tally.ts'

/** A run that is recorded as started, and its chosen passes. */
export interface StartedRun extends PassRunner {
  readonly log: RunLog
  readonly choice: Choice
  /** Properties that HubSpot did not answer when the run began. */
  readonly unanswered: readonly UnansweredPart[]
  /** Tables that were dropped and created again since the last run. */
  readonly remade: readonly string[]
}

/** Reads, loads and records the outcome; rejects only for a bug, after recording it. */
export async function runSync(started: StartedRun): Promise<SyncReport> {
  const startedMs = machine.elapsedMs()
  const { database, run, reading } = started
  const results: PassResults = {
    tally: emptyTally(),
    reports: [],
    brake: new Brake(started.options.brake),
    covered: new Set(),
    failure: null,
  }
  const lease = keepLease(database, run, (reason) => reading.abort(reason))
  const { unanswered, unansweredHistories } = results.tally
  for (const { property, part } of started.unanswered) {
    ;(part === 'history' ? unansweredHistories : unanswered).add(property)
  }
  const failure = await failureOf(() => readAndLoad(started, results))
  reading.abort()
  lease.release()
  await failureOf(async () => sayUnanswered(started, results))
  await failureOf(async () => sayWritten(started, results))
  const seconds = (machine.elapsedMs() - startedMs) / 1000
  const report = await recordEnd(started, describeRun(started, results, failure, seconds))
  if (report.passes.some(isDaily)) {
    await failureOf(() => forgetHistory(database, run, started.options.keepRunsMs))
  }
  if (failure !== null && report.error === null && !stopped.has(report.outcome)) throw failure
  return report
}

/** One run a day includes one of these passes; it also removes what is too old. */
function isDaily({ pass, outcome }: PassReport): boolean {
  return (pass === 'look_back' || pass === 'records') && outcome === 'completed'
}

async function readAndLoad(started: StartedRun, results: PassResults): Promise<void> {
  const { entity, database, run, emit, choice, remade } = started
  emit({
    type: 'run_started',
    runId: run.id,
    mode: choice.mode,
    reason: choice.reason,
    portalId: run.portalId,
    table: entity.table,
    database: database.description,
  })
  if (remade.length > 0) {
    emit({
      type: 'notice',
      code: 'TABLE_REMADE',
      message: `${remade.map((table) => `\`${table}\``).join(', ')} dropped and created again since the last run: the saved state is discarded, and the table is filled from the start`,
      fix: null,
    })
  }
  try {
    await runPasses(started, choice.passes, results)
  } catch (error) {
    throw (await explainGone(entity, started.hubspot, error)) ?? error
  }
  results.failure = (await explainGone(entity, started.hubspot, results.failure)) ?? results.failure
  results.tally.unread = await reportUnread(started)
  await reportDropped(started)
}

/** Reports once per run the number of records that were written but that the table did not keep. */
async function reportDropped({
  database,
  entity,
  emit,
}: Pick<PassRunner, 'database' | 'entity' | 'emit'>): Promise<void> {
  const count = await countRefused(database, entity.name, rowDropped)
  if (count === 0) return
  emit({
    type: 'notice',
    code: 'ROWS_DROPPED',
    message:
      `\`${entity.table}\` does not keep ${countOf(count, 'record')} that were written to it, and gives no error: ` +
      'a trigger or rule of the table drops them',
    fix:
      `\`hubgen quarantine ${entity.name}\` lists them; drop or change the trigger or rule, ` +
      `then run \`hubgen ${entity.resource === undefined ? `replay ${entity.name}` : `sync ${entity.name} --full`}\``,
  })
}

/**
 * Reports once at the end of a run the properties that HubSpot does not answer. If the log cannot be
 * written here, the next event fails as well and reports it.
 */
function sayUnanswered(
  { entity: { name: entity }, emit }: StartedRun,
  { tally }: PassResults,
): void {
  const lost = unansweredPartsOf(tally)
  if (lost.length === 0) return
  const [were, them] = lost.length === 1 ? ['it was', 'it'] : ['they were', 'them']
  emit({
    type: 'notice',
    code: 'PROPERTY_NOT_ANSWERED',
    message: `HubSpot does not answer ${nameUnanswered(lost)}: stored values stay as they are`,
    fix:
      `run \`hubgen explore ${entity}\`, then \`hubgen generate ${entity}\`, if ${were} archived; ` +
      `where the key lost a scope, grant it again: the next sync then reads ${them} for all records`,
  })
}

/** Names some of the written records once, so that people can look at them. */
function sayWritten({ emit }: StartedRun, { tally: { ids } }: PassResults): void {
  if (Object.values(ids).some((some) => some.length > 0)) emit({ type: 'records_written', ...ids })
}

function describeRun(
  started: StartedRun,
  { tally, reports, failure: passFailure }: PassResults,
  ended: unknown,
  seconds: number,
): SyncReport {
  const { entity, options, hubspot, run, log, choice } = started
  const limited = isLimit(ended) && passFailure === null
  const failure = isLimit(ended) ? passFailure : (ended ?? passFailure)
  const interrupted = options.signal?.aborted === true && failure === options.signal.reason
  const cancelled = interrupted || failure === cancelRequested
  const { rejections: _, unanswered: __, unansweredHistories: ___, ids: ____, ...counts } = tally
  // If all records were refused, batches were committed but the table is still empty.
  const loadedNothing = failure instanceof HubgenError && failure.code === 'EVERY_RECORD_REFUSED'
  const didSomething =
    !loadedNothing && (tally.batches > 0 || reports.some(({ outcome }) => outcome === 'completed'))
  return {
    entity: entity.name,
    table: entity.table,
    runId: run.id,
    mode: choice.mode,
    outcome: cancelled ? 'cancelled' : limited ? 'limited' : outcomeOf(didSomething, failure),
    ...counts,
    passes: reports,
    rejections: rejectionsOf(tally),
    unanswered: unansweredPartsOf(tally).map(({ property }) => property),
    calls: hubspot.calls,
    retries: hubspot.retries,
    seconds,
    logFile: log.path,
    error: failure instanceof HubgenError && !cancelled ? failure : null,
  }
}

function outcomeOf(didSomething: boolean, failure: unknown): SyncOutcome {
  if (failure === null) return 'succeeded'
  return didSomething ? 'partial' : 'failed'
}

/**
 * Records the outcome in the database, then in the log. The first failure of a run is the one that is
 * reported.
 */
async function recordEnd(started: StartedRun, report: SyncReport): Promise<SyncReport> {
  const { outcome, calls, seconds } = report
  const error = errorText(report)
  // The run has already waited for this database; it does not wait again.
  const isGone = report.error !== null && wasWaitedFor(report.error)
  const record = () =>
    finishRun(started.database, started.run, {
      outcome,
      ...sumCounts(report, noCounts),
      calls,
      seconds,
      daily: started.hubspot.dailyLimit,
      ...(error !== null && { error: started.redactText(error) }),
      ...(report.error?.fix !== undefined && { fix: started.redactText(report.error.fix) }),
    })
  const recorded = await failureOf(() =>
    isGone ? record() : retrying(started.database, record, patienceOf(started)),
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

const untilDone: ReadonlySet<HubgenCode> = new Set(['DELETES_BRAKED', 'OBJECT_TYPE_GONE'])

/** Outcomes of runs that ended early, as somebody asked. */
const stopped: ReadonlySet<SyncOutcome> = new Set(['cancelled', 'limited'])

function errorText({ outcome, error }: SyncReport): string | null {
  if (error === null)
    return outcome === 'succeeded' || stopped.has(outcome) ? null : 'a bug in hubgen'
  const said = `${error.code}: ${error.message}`
  // The run stays blocked until a person acts, and that person may not see the run's output.
  return untilDone.has(error.code) ? `${said}; ${error.fix}` : said
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work()
    return null
  } catch (error) {
    return error
  }
}

/** Number of ids named in a notice; `hubgen quarantine` and `hubgen.pending_read` have all of them. */
const namedRecords = 5

/**
 * Reports once per run how many records HubSpot has not returned yet, which later runs ask for again.
 * Returns that number.
 */
async function reportUnread({
  database,
  entity,
  emit,
}: Pick<PassRunner, 'database' | 'entity' | 'emit'>): Promise<number> {
  const { count, examples } = await findUnread(database, entity.name, namedRecords)
  if (count === 0) return 0
  const more = count > examples.length ? ', …' : ''
  emit({
    type: 'notice',
    code: 'RECORDS_UNREAD',
    message:
      `HubSpot could not give ${countOf(count, 'record')} (${examples.join(', ')}${more}): ` +
      'their rows stay as they are, and every run asks again',
    fix: `\`hubgen sync ${entity.name}\` later; \`hubgen quarantine ${entity.name}\` lists those without a row`,
  })
  return count
}
