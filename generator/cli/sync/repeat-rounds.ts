import type { Clock } from '../../../runtime/hubspot/clock.ts'

export interface Rounds {
  /** From one start to the next. */
  readonly everyMs: number
  /** What it shows is printed: a wall clock, which may be set back. */
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  /** Ends the waiting at once; a round that is under way has to end itself. */
  readonly signal: AbortSignal
  /** Numbered from 1; must not reject. */
  run(round: number): Promise<void>
  /** When the next one begins, in ms since 1970. */
  onWait(round: number, nextMs: number): void
}

/** Machines that were started together are not to call together, and nobody waits for more than a minute. */
const jitterShare = 0.1
const longestJitterMs = 60_000

/**
 * Runs rounds until the signal aborts, one after another: a long one delays the next, and those that were
 * missed are not made up for. Says where the end met it.
 */
export async function repeatRounds(rounds: Rounds): Promise<'in a round' | 'waiting'> {
  const { everyMs, clock, random, signal } = rounds
  for (let round = 1; ; round += 1) {
    const startedMs = clock.now()
    await rounds.run(round)
    if (signal.aborted) return 'in a round'
    const nowMs = clock.now()
    const waitMs = waitBefore({ startedMs, nowMs, everyMs, random: random() })
    rounds.onWait(round, nowMs + waitMs)
    try {
      await clock.sleep(waitMs, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
    if (signal.aborted) return 'waiting'
  }
}

/**
 * How long until the next round. Never more than an interval and its jitter, wherever the clock was set to.
 * @internal Exported for tests.
 */
export function waitBefore({
  startedMs,
  nowMs,
  everyMs,
  random,
}: {
  readonly startedMs: number
  readonly nowMs: number
  readonly everyMs: number
  readonly random: number
}): number {
  const jitterMs = (2 * random - 1) * Math.min(everyMs * jitterShare, longestJitterMs)
  const distanceMs = Math.round(everyMs + jitterMs)
  return Math.min(distanceMs, Math.max(0, startedMs + distanceMs - nowMs))
}
