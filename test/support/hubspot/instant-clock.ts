import type { Clock } from '../../../runtime/hubspot/limits/clock.ts'

/** A clock on which every sleep ends at once and moves the time forward. */
export interface InstantClock extends Clock {
  /** How long each sleep was, in ms, in order. */
  readonly sleeps: readonly number[]
}

export function createInstantClock(startMs = Date.parse('2026-11-12T10:00:00Z')): InstantClock {
  let nowMs = startMs
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => nowMs,
    async sleep(durationMs, signal) {
      signal?.throwIfAborted()
      sleeps.push(durationMs)
      nowMs += durationMs
    },
  }
}
