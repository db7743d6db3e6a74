import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../../runtime/hubspot/limits/clock.ts'

/** A clock with many concurrent sleepers; time moves only while it runs. */
export interface VirtualClock extends Clock {
  /** Wakes sleepers in the order of their times until the clock reaches this one. */
  runUntil(timeMs: number): Promise<void>
}

interface Sleeper {
  readonly wakeMs: number
  wake(): void
}

export function createVirtualClock(startMs = Date.parse('2026-11-12T10:00:00Z')): VirtualClock {
  let nowMs = startMs
  const sleepers: Sleeper[] = []
  const earliest = () => {
    let index = 0
    for (const [candidate, { wakeMs }] of sleepers.entries()) {
      if (wakeMs < (sleepers[index]?.wakeMs ?? 0)) index = candidate
    }
    return index
  }
  return {
    now: () => nowMs,
    sleep(durationMs, signal) {
      return new Promise((resolve, reject) => {
        sleepers.push({ wakeMs: nowMs + Math.max(0, durationMs), wake: resolve })
        signal?.addEventListener('abort', () => reject(signal.reason))
      })
    },
    async runUntil(timeMs) {
      for (;;) {
        await nextTurn()
        const index = earliest()
        const next = sleepers[index]
        if (next === undefined || next.wakeMs > timeMs) break
        sleepers.splice(index, 1)
        nowMs = next.wakeMs
        next.wake()
      }
      nowMs = timeMs
    },
  }
}
