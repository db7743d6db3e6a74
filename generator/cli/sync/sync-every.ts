import type { Entity } from '../../../runtime/entity.ts'
import type { Clock } from '../../../runtime/hubspot/clock.ts'
import { systemClock } from '../../../runtime/hubspot/clock.ts'
import { machine } from '../../../runtime/machine.ts'
import { finishing, listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { openForTerminal, prepareForSync } from '../../../runtime/terminal/open-for-terminal.ts'
import { cancelledExitCode, reportFailure } from '../../../runtime/terminal/report-failure.ts'
import { repeatRounds } from './repeat-rounds.ts'
import { importEntities, type SyncRequest, syncOneAfterAnother } from './sync-entities.ts'

export interface EveryOptions {
  readonly clock?: Clock
  /** From 0 to 1, for jitter. */
  readonly random?: () => number
}

/** Rounds begin by the clock on the wall, whose time is printed. */
const wallClock: Clock = { now: machine.nowMs, sleep: systemClock.sleep }

/**
 * Syncs entities in rounds until Ctrl-C or `kill`, and gives the exit code: 130 when that cut a run, else 0.
 * What fails is printed and tried again in the next round; only what never heals by itself (settings,
 * generated files) rejects, before the first one.
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
      cut = (await syncRound(entities, request, signal, say)) === cancelledExitCode
    },
    onWait(round, nextMs) {
      state = 'waiting'
      printWaiting(request.format, round, clock.now(), nextMs)
    },
  })
  return cut && end === 'in a round' ? cancelledExitCode : 0
}

/**
 * Opens the database for this round alone: while nothing is synced no connection keeps a Neon compute awake,
 * and a database that is away is looked for again in the next round.
 */
async function syncRound(
  entities: readonly Entity[],
  request: SyncRequest,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<number> {
  try {
    await using database = await openForTerminal(say)
    const runs = await syncOneAfterAnother(entities, request, { database, signal }, 'recurring')
    printNotBegun(request.format, entities.slice(runs.length))
    return Math.max(...runs.map(({ exitCode }) => exitCode))
  } catch (failure) {
    return reportFailure(failure)
  }
}

function printNotBegun(format: 'json' | 'text', entities: readonly Entity[]): void {
  if (entities.length === 0 || format === 'json') return
  process.stdout.write(`not begun: ${entities.map(({ name: entity }) => entity).join(', ')}\n`)
}

/** For programs an event beside those of the runs, which are of an entity each. */
function printWaiting(format: 'json' | 'text', round: number, nowMs: number, nextMs: number): void {
  const [at, nextAt] = [new Date(nowMs).toISOString(), new Date(nextMs).toISOString()]
  const line =
    format === 'json'
      ? JSON.stringify({ at, type: 'waiting', round, nextAt })
      : `round ${round} is over, the next one begins at ${nextAt}`
  process.stdout.write(`${line}\n`)
}

/** Which database it is, at the first round and not at every one. */
function sayOnce({ format }: SyncRequest): (line: string) => void {
  let said = format === 'json'
  return (line) => {
    if (!said) process.stdout.write(`${line}\n`)
    said = true
  }
}
