import type { Clock } from '../../../runtime/hubspot/limits/clock.ts'

export interface Rounds {
  /** From one start to the next. */
  readonly everyMs: number
  /** A wall clock, because its times are printed; it may be set back. */
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  /** Ends the wait at once; an active round has to end itself. */
  readonly signal: AbortSignal
  /** Numbered from 1; must not reject. */
  run(round: number): Promise<void>
  /** `nextMs`: start of the next round in ms since 1970. */
  onWait(round: number, nextMs: number): void
}

/** Keeps machines that were started together from calling at the same time, by at most a minute. */
const jitterShare = 0.1
const longestJitterMs = 60_000

/**
 * Runs rounds one after another until the signal aborts. A long round delays the next one, and missed rounds
 * are skipped. Returns whether the signal came in a round or between two.
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
 * The time until the next round, at most one interval and its jitter, even if the clock was set back.
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
