import type { Entity } from '../../../runtime/entity.ts'
import type { Clock } from '../../../runtime/hubspot/clock.ts'
import { systemClock } from '../../../runtime/hubspot/clock.ts'
import { machine } from '../../../runtime/machine.ts'
import { finishing, listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { openForTerminal, prepareForSync } from '../../../runtime/terminal/open-for-terminal.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { cancelledExitCode, reportFailure } from '../../../runtime/terminal/report-failure.ts'
import { alertDatabaseAway } from '../alert/alert-after-run.ts'
import { repeatRounds } from './repeat-rounds.ts'
import {
  alertAfterSync,
  importEntities,
  orderByTurn,
  type SyncRequest,
  syncOneAfterAnother,
} from './sync-entities.ts'

export interface EveryOptions {
  readonly clock?: Clock
  /** From 0 to 1, for jitter. */
  readonly random?: () => number
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
  { clock = wallClock, random = machine.random }: EveryOptions = {},
): Promise<number> {
  const entities = await importEntities(request)
  prepareForSync()
  let state: 'syncing' | 'waiting' = 'syncing'
  let cut = false
  const signal = listenForInterrupt(() =>
    state === 'syncing' ? finishing : 'Stopped between two rounds.',
  )
  const say = sayOnce(request)
  const end = await repeatRounds({
    everyMs,
    clock,
    random,
    signal,
    async run() {
      state = 'syncing'
      const place = { signal, everySeconds: everyMs / 1000 }
      cut = (await syncRound(entities, request, place, say)) === cancelledExitCode
    },
    onWait(round, nextMs) {
      state = 'waiting'
      printWaiting(request.format, round, clock.now(), nextMs)
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
  place: { readonly signal: AbortSignal; readonly everySeconds: number },
  say: (line: string) => void,
): Promise<number> {
  try {
    await using database = await openForTerminal(say)
    const ordered = await orderByTurn(database, entities)
    const runs = await syncOneAfterAnother(ordered, request, { database, ...place }, 'recurring')
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
function printWaiting(format: 'json' | 'text', round: number, nowMs: number, nextMs: number): void {
  const [at, nextAt] = [new Date(nowMs).toISOString(), new Date(nextMs).toISOString()]
  if (format === 'text') print(`round ${round} finished; the next one starts at ${nextAt}`)
  else process.stdout.write(`${JSON.stringify({ at, type: 'waiting', round, nextAt })}\n`)
}

/** Prints the database's description in the first round only. */
function sayOnce({ format }: SyncRequest): (line: string) => void {
  let said = format === 'json'
  return (line) => {
    if (!said) print(line)
    said = true
  }
}
