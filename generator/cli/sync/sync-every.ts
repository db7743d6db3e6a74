import type { Entity } from '../../../runtime/entity.ts'
import { createCallBudget } from '../../../runtime/hubspot/limits/call-budget.ts'
import type { Clock } from '../../../runtime/hubspot/limits/clock.ts'
import { systemClock } from '../../../runtime/hubspot/limits/clock.ts'
import { machine } from '../../../runtime/machine.ts'
import { PortalWatch } from '../../../runtime/sync/portal-watch.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import { finishing, listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { openForTerminal, prepareForSync } from '../../../runtime/terminal/open-for-terminal.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { cancelledExitCode, reportFailure } from '../../../runtime/terminal/report-failure.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { alertDatabaseAway } from '../alert/alert-after-run.ts'
import { lookForNews, mayBeQuiet, type QuietRound, rememberRuns } from './look-for-news.ts'
import { repeatRounds } from './repeat-rounds.ts'
import {
  alertAfterSync,
  importEntities,
  orderByTurn,
  type SyncPlace,
  syncOneAfterAnother,
} from './sync-entities.ts'
import type { SyncRequest } from './sync-request.ts'

export interface EveryOptions {
  readonly clock?: Clock
  /** From 0 to 1, for jitter. */
  readonly random?: () => number
  /** Another clock or limiter for calls to HubSpot. */
  readonly connect?: NonNullable<SyncOptions['connect']>
}

/** Rounds start by the wall clock, because its time is printed. */
const wallClock: Clock = { now: machine.nowMs, sleep: systemClock.sleep }

/**
 * Syncs entities in rounds until Ctrl-C or `kill`, and returns the exit code: 130 if that interrupted a run,
 * otherwise 0. Prints failures and retries them in the next round. Rejects before the first round for errors
 * that need a person: settings, generated files.
 */
export async function syncEvery(
  request: SyncRequest,
  everyMs: number,
  options: EveryOptions = {},
): Promise<number> {
  return syncInRounds(await importEntities(request), request, everyMs, options)
}

/**
 * The same for imported entities.
 * @internal Exported for tests.
 */
export async function syncInRounds(
  entities: readonly Entity[],
  request: SyncRequest,
  everyMs: number,
  { clock = wallClock, random = machine.random, connect = {} }: EveryOptions = {},
): Promise<number> {
  prepareForSync()
  let state: 'syncing' | 'waiting' = 'syncing'
  let cut = false
  const signal = listenForInterrupt(() =>
    state === 'syncing' ? finishing : 'Stopped between two rounds.',
  )
  const say = sayOnce(request)
  const optionsOf = (entity: Entity) => ({ ...request.configured(entity), ...request.options })
  const watch = new PortalWatch(entities, { everyMs, clock, optionsOf })
  let quiet: QuietRound | null = null
  const end = await repeatRounds({
    everyMs,
    clock,
    random,
    signal,
    async run() {
      state = 'syncing'
      const { maxCalls } = request
      const budget = maxCalls === undefined ? undefined : createCallBudget(maxCalls)
      const round = { signal, connect: { ...connect, ...(budget !== undefined && { budget }) } }
      quiet = mayBeQuiet(request) ? await lookForNews(watch, round) : null
      if (quiet !== null || signal.aborted) return
      const place = { ...round, everySeconds: everyMs / 1000, watch }
      cut = (await syncRound(entities, request, place, say)) === cancelledExitCode
    },
    onWait(round, nextMs) {
      state = 'waiting'
      printWaiting(request.format, { round, nowMs: clock.now(), nextMs, quiet })
    },
  })
  return cut && end === 'in a round' ? cancelledExitCode : 0
}

/**
 * Opens the database for this round only, so that no connection keeps a Neon compute awake between rounds,
 * and the next round retries an unreachable database.
 */
async function syncRound(
  entities: readonly Entity[],
  request: SyncRequest,
  { watch, ...place }: Omit<SyncPlace, 'database' | 'watchOf'> & { readonly watch: PortalWatch },
  say: (line: string) => void,
): Promise<number> {
  try {
    await using database = await openForTerminal(say)
    const ordered = await orderByTurn(database, entities)
    const watchOf = (entity: Entity) => watch.watchOf(entity)
    const all = { database, watchOf, ...place }
    const runs = await syncOneAfterAnother(ordered, request, all, 'recurring')
    await rememberRuns(watch, database, ordered, runs)
    printNotBegun(request.format, ordered.slice(runs.length))
    if (!place.signal.aborted) await alertAfterSync(request.directory, database, runs)
    return Math.max(0, ...runs.map(({ exitCode }) => exitCode))
  } catch (failure) {
    await alertDatabaseAway(failure)
    return reportFailure(failure)
  }
}

function printNotBegun(format: 'json' | 'text', entities: readonly Entity[]): void {
  if (entities.length === 0 || format === 'json') return
  print(`not started: ${entities.map(({ name: entity }) => entity).join(', ')}`)
}

/** For programs this is an event in addition to the events of runs. */
function printWaiting(
  format: 'json' | 'text',
  {
    round,
    nowMs,
    nextMs,
    quiet,
  }: {
    readonly round: number
    readonly nowMs: number
    readonly nextMs: number
    readonly quiet: QuietRound | null
  },
): void {
  const [at, nextAt] = [new Date(nowMs).toISOString(), new Date(nextMs).toISOString()]
  if (format === 'json') {
    const calls = quiet === null ? {} : { quiet: true, calls: quiet.calls }
    process.stdout.write(`${JSON.stringify({ at, type: 'waiting', round, nextAt, ...calls })}\n`)
    return
  }
  const found = quiet === null ? '' : `, nothing new (${countOf(quiet.calls, 'call')})`
  print(`round ${round} finished${found}; the next one starts at ${nextAt}`)
}

/** Prints the database's description in the first round only. */
function sayOnce({ format }: SyncRequest): (line: string) => void {
  let said = format === 'json'
  return (line) => {
    if (!said) print(line)
    said = true
  }
}
