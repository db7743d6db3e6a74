import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'

/**
 * Time and chance of the machine that hubgen runs on. All other files of `runtime/`, `generator/` and `dashboard/`
 * take them from here, which a test holds, so that one place decides what a run sees of both.
 */
export const machine = {
  /** Milliseconds since 1970, by a clock that may be set back. */
  nowMs: (): number => Date.now(),
  now: (): Date => new Date(),
  /** Milliseconds since some moment; never goes backwards, and says nothing about the date. */
  elapsedMs: (): number => performance.now(),
  /** Milliseconds since 1970 as they were when this process began, plus what has passed since. */
  steadyMs: (): number => performance.timeOrigin + performance.now(),
  /** Rejects with an AbortError as soon as the signal aborts. */
  pause: (durationMs: number, signal?: AbortSignal): Promise<void> =>
    delay(durationMs, undefined, signal === undefined ? {} : { signal }),
  /** Ends with `clearTimeout`. */
  after: (delayMs: number, act: () => void): NodeJS.Timeout => setTimeout(act, delayMs),
  /** Ends with `clearInterval`. */
  every: (intervalMs: number, act: () => void): NodeJS.Timeout => setInterval(act, intervalMs),
  /** From 0 to below 1. */
  random: (): number => Math.random(),
  /** For secrets; base64url. */
  secret: (bytes: number): string => randomBytes(bytes).toString('base64url'),
}
