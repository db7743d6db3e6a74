import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * The time and randomness of this machine. All other files of `runtime/`, `generator/` and `dashboard/`
 * must use it, which a test checks, so that tests can control both in one place.
 */
export const machine = {
  /** Milliseconds since 1970, by a clock that may be set back. */
  nowMs: (): number => Date.now(),
  now: (): Date => new Date(),
  /** Milliseconds since an arbitrary start; never goes backwards. */
  elapsedMs: (): number => performance.now(),
  /** Milliseconds since 1970 at the start of this process, plus the time passed since then. */
  steadyMs: (): number => performance.timeOrigin + performance.now(),
  /** Rejects with an AbortError as soon as the signal aborts. */
  pause: (durationMs: number, signal?: AbortSignal): Promise<void> =>
    delay(durationMs, undefined, signal === undefined ? {} : { signal }),
  /** Returns a timer for `clearTimeout`. */
  after: (delayMs: number, act: () => void): NodeJS.Timeout => setTimeout(act, delayMs),
  /** Returns a timer for `clearInterval`. */
  every: (intervalMs: number, act: () => void): NodeJS.Timeout => setInterval(act, intervalMs),
  /** From 0 to below 1. */
  random: (): number => Math.random(),
  /** For secrets; base64url. */
  secret: (bytes: number): string => randomBytes(bytes).toString('base64url'),
}
