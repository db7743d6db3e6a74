import type { Transaction } from 'kysely'
import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import { type Commit, commitRetrying, type Patience, retrying } from '../postgres/state/commit.ts'
import { cancelRequested, proveLease } from '../postgres/state/lease.ts'
import {
  beginPass,
  beginPassAgain,
  finishPass,
  overtaken,
  type PassKey,
  provePass,
  readPassStates,
  refusePass,
} from '../postgres/state/pass-state.ts'
import { noCounts } from '../postgres/state/run-counts.ts'
import type { RunIdentity } from '../postgres/state/state.ts'
import type { Brake } from './brake.ts'
import { checkRefused } from './check-refused.ts'
import { type ChosenPass, canResume, newlyRead, stateOf } from './choose-passes.ts'
import { aheadOfHubSpot, readClock } from './clocks.ts'
import type { Emit } from './events.ts'
import { type PassContext, stateNameOf } from './pass.ts'
import { coveredBy } from './passes.ts'
import { patienceOf } from './patience.ts'
import type { PassReport, PassResult } from './report.ts'
import { resumeOnce } from './resume-once.ts'
import { isLimit, isSliceOver, sliceOver } from './run-limits.ts'
import type { SyncOptions } from './sync-options.ts'
import { addToTally, countsOf, emptyTally, type Tally } from './tally.ts'

/** A run that is recorded as started and holds the lease. */
export interface PassRunner {
  readonly entity: Entity
  readonly options: SyncOptions
  readonly hubspot: HubSpot
  readonly database: Database
  readonly run: RunIdentity
  readonly emit: Emit
  /** Error texts that are stored in the database must not name hosts or users. */
  readonly redactText: (text: string) => string
  /** Ends the calls to HubSpot; it aborts when the run is cancelled. */
  readonly reading: AbortController
}

/** The results of the passes, updated while they run. */
export interface PassResults {
  readonly tally: Tally
  readonly reports: PassReport[]
  /** Counts the rows that were marked as deleted. */
  readonly brake: Brake
  /** Passes to skip, because another pass has read the same data. */
  readonly covered: Set<string>
  /** The first failure that did not end the run. */
  failure: HubgenError | null
}

/**
 * Runs passes one after another. If a pass fails with an error that concerns only itself, the others still
 * run. Rejects with the error that ended the run: a cancellation, a bug, or an error that the other passes
 * would hit as well.
 */
export async function runPasses(
  runner: PassRunner,
  chosen: readonly ChosenPass[],
  results: PassResults,
): Promise<void> {
  for (const one of chosen) {
    runner.reading.signal.throwIfAborted()
    if (one.pass.everyMs > 0 && results.covered.has(one.pass.name)) continue
    try {
      await resumeOnce(runner, results.reports, waitingOf(runner), () =>
        runOne(runner, one, results),
      )
    } catch (error) {
      if (!(error instanceof HubgenError) || runner.reading.signal.aborted) throw error
      if (one.pass.endsRun || error.ends !== 'pass') throw error
      results.failure ??= error
    }
  }
}

async function runOne(runner: PassRunner, chosen: ChosenPass, results: PassResults): Promise<void> {
  const { hubspot, emit } = runner
  const { name, unit = null } = chosen.pass
  const tally = emptyTally()
  const startedMs = machine.elapsedMs()
  const callsBefore = hubspot.calls
  const report = (counts: PassResult, error: unknown) => {
    addToTally(results.tally, tally, unit === null ? counts : {})
    const known = error instanceof HubgenError ? error : null
    results.reports.push({
      pass: name,
      unit,
      outcome: outcomeOf(counts, error),
      ...countsOf({ ...noCounts, ...counts }),
      calls: hubspot.calls - callsBefore,
      seconds: (machine.elapsedMs() - startedMs) / 1000,
      error: known === null ? null : { code: known.code, message: known.message },
    })
  }
  let counts: PassResult
  try {
    const context = await openContext(runner, chosen, { tally, brake: results.brake })
    counts = await chosen.pass.run(context)
    if (unit === null) await checkRefused(chosen.pass, context)
    if (chosen.remembered) await finish(runner, chosen, counts, context)
    if (counts.again !== undefined && mayReadAgain(runner)) {
      const again = await beginAgain(runner, chosen, context, counts.again)
      counts = await chosen.pass.run(again)
      await finish(runner, chosen, counts, again)
    }
    if (chosen.remembered && counts.skipped === undefined) {
      for (const { pass } of coveredBy(chosen.pass, runner.entity, context))
        results.covered.add(pass)
    }
  } catch (error) {
    if (error !== overtaken) {
      report(countsOf(tally), error)
      throw error
    }
    // The saved state of the pass belongs to the other run.
    counts = { skipped: overtaken.message }
  }
  report(counts, null)
  const last = results.reports.at(-1)
  if (last !== undefined) emit({ type: 'pass_finished', report: last })
}

function outcomeOf({ skipped }: PassResult, error: unknown): PassReport['outcome'] {
  if (error === null) return skipped === undefined ? 'completed' : 'skipped'
  const isFailure = error instanceof HubgenError && !isLimit(error)
  return isFailure ? 'failed' : 'ended'
}

async function openContext(
  runner: PassRunner,
  chosen: ChosenPass,
  counting: Pick<PassContext, 'tally' | 'brake'>,
): Promise<PassContext> {
  const { entity, options, hubspot, database, run, emit, reading } = runner
  const { pass, remembered } = chosen
  const key = keyOf(chosen, entity)
  const patience = waitingOf(runner)
  const states = await retrying(database, () => readPassStates(database, [key.entity]), patience)
  const state = stateOf(pass, entity, states)
  const isNew = state !== null && newlyRead(pass, entity, state).length > 0
  const resumed = !chosen.fromStart && canResume(pass, entity, state) ? state : null
  emit({
    type: 'pass_started',
    pass: pass.name,
    resumedFrom: resumed?.begunAt.toISOString() ?? null,
    position: resumed === null ? null : (pass.describePosition?.(resumed.position) ?? null),
  })
  const begin = () =>
    commitRetrying(
      database,
      async (transaction) => {
        const begunAt = await beginPass(
          transaction,
          run,
          key,
          pass.reads?.(entity, state?.unanswered ?? []) ?? null,
        )
        await proveLease(transaction, run)
        return begunAt
      },
      patience,
    )
  const startedAt = await (remembered && resumed === null ? begin() : readClock(database, patience))
  return {
    entity,
    options,
    hubspot,
    database,
    run,
    emit,
    signal: reading.signal,
    begunAt: resumed?.begunAt ?? startedAt,
    startedAt,
    databaseAheadMs: aheadOfHubSpot(startedAt, hubspot),
    position: resumed?.position ?? null,
    freshAsOf: chosen.since ?? (isNew ? null : (state?.freshAsOf ?? null)),
    ...counting,
    commit: openCommit(
      runner,
      remembered ? key : null,
      // Passes of records commit positions at which nothing is written, too; links are not counted in batches.
      () => pass.unit !== undefined || counting.tally.batches > 0,
    ),
    stopReading: (reason) => reading.abort(reason),
  }
}

/** With a budget of calls or of time, runs would reread the same records forever. */
function mayReadAgain({ options }: PassRunner): boolean {
  return options.connect?.budget === undefined && options.until === undefined
}

/**
 * Records the pass as completed, as fresh as its first start, and starts it over from the time at which
 * this run reached it.
 */
async function beginAgain(
  runner: PassRunner,
  chosen: ChosenPass,
  context: PassContext,
  position: unknown,
): Promise<PassContext> {
  const { entity, database, run } = runner
  const key = keyOf(chosen, entity)
  const begunAt = context.startedAt
  await commitRetrying(
    database,
    async (transaction) => {
      await beginPassAgain(transaction, run, key, { begunAt, position })
      await proveLease(transaction, run)
    },
    waitingOf(runner),
  )
  return { ...context, begunAt, position }
}

/** Without a pass key, positions are not saved. */
function openCommit(runner: PassRunner, key: PassKey | null, hasAdvanced: () => boolean): Commit {
  const { options, database, run, reading } = runner
  return (write, position) =>
    commitRetrying(
      database,
      async (transaction) => {
        await proveShared(transaction, run, key)
        const written = await write(transaction)
        const moved = key === null || position === undefined ? undefined : { ...key, position }
        return { written, state: await proveLease(transaction, run, moved) }
      },
      waitingOf(runner),
    ).then(({ written, state }) => {
      if (state === 'cancel requested') reading.abort(cancelRequested)
      else if (key !== null && position !== undefined && hasAdvanced() && isSliceOver(options)) {
        reading.abort(sliceOver)
      }
      return written
    })
}

function finish(
  runner: PassRunner,
  chosen: ChosenPass,
  { skipped, refusal }: PassResult,
  context: PassContext,
): Promise<void> {
  const { entity, database, run, redactText } = runner
  const key = keyOf(chosen, entity)
  const { databaseAheadMs } = context
  const end = {
    covered: coveredBy(chosen.pass, entity, context),
    databaseAheadMs,
    refusal: refusal === undefined ? null : redactText(refusal),
  }
  return commitRetrying(
    database,
    async (transaction) => {
      await proveShared(transaction, run, key)
      if (skipped !== undefined) await refusePass(transaction, key, redactText(skipped))
      else await finishPass(transaction, run, key, end)
      await proveLease(transaction, run)
    },
    waitingOf(runner),
  )
}

/** The lease protects passes of the entity itself; only shared passes need this proof. */
async function proveShared(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  key: PassKey | null,
): Promise<void> {
  if (key !== null && key.entity !== run.entity) await provePass(transaction, run, key)
}

function waitingOf({ options, emit, reading }: PassRunner): Patience {
  return patienceOf({ options, emit, signal: reading.signal })
}

function keyOf({ pass }: ChosenPass, entity: Entity): PassKey {
  return { entity: stateNameOf(pass, entity), pass: pass.name }
}
