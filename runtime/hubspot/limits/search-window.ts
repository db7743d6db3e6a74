/*
 * Answers to searches say nothing about the limit, so only a refusal shows that other programs search the same
 * account. The pace then falls and returns along a cubic curve: quickly to the pace that was refused, slowly
 * around it, faster again beyond it. A program that searches all the time thus costs about one refusal in a
 * hundred searches, and one that has ended costs nothing after a minute.
 */

import type { Clock } from './clock.ts'
import type { AdmittedCall } from './rate-window.ts'

/** HubSpot documents five searches per second, shared by the account. */
const permitted = 5
const intervalMs = 1_000
/** Calls that start this far apart may arrive together: connections and servers delay them unequally. */
const toleratedMs = 75

/** Searches per second when nobody else searches. */
const fullPace = permitted / ((intervalMs + toleratedMs) / 1000)
/** Even if others take everything. */
const leastPace = permitted / 20
const shareAfterRefusal = 0.75
/** The pace that was refused is reached again after this time. */
const recoveryMs = 30_000

/** A rolling window of searches, which start evenly. */
export class SearchWindow {
  readonly #clock: Clock
  /** Start times within the interval and the tolerance, oldest first. */
  readonly #starts: number[] = []
  #plannedMs = Number.NEGATIVE_INFINITY
  #pausedUntilMs = Number.NEGATIVE_INFINITY
  #refusedPace = fullPace
  #refusedAtMs = Number.NEGATIVE_INFINITY

  constructor(clock: Clock) {
    this.#clock = clock
  }

  pause(durationMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + durationMs)
  }

  /** How long until a search may start, as far as is known; zero or less if it may start now. */
  waitMs(): number {
    const nowMs = this.#clock.now()
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs
    this.#forgetOldStarts(nowMs)
    const [oldest = nowMs] = this.#starts
    const full = this.#starts.length < permitted ? 0 : oldest + intervalMs + toleratedMs - nowMs
    return Math.max(full, this.#plannedMs + 1000 / this.#pace(nowMs) - nowMs)
  }

  /** Counts a search from now on. */
  start(): AdmittedCall {
    const startedMs = this.#clock.now()
    const spacingMs = 1000 / this.#pace(startedMs)
    // A timer that fires late delays one search, not all following ones.
    this.#plannedMs = Math.max(this.#plannedMs + spacingMs, startedMs - spacingMs)
    this.#starts.push(startedMs)
    return { answered() {}, refused: (pauseMs) => this.#refuse(startedMs, pauseMs) }
  }

  #pace(nowMs: number): number {
    const recovered = (nowMs - this.#refusedAtMs) / recoveryMs
    const pace = this.#refusedPace * (1 + (1 - shareAfterRefusal) * (recovered - 1) ** 3)
    return Math.min(fullPace, Math.max(leastPace, pace))
  }

  #refuse(startedMs: number, pauseMs: number): void {
    const nowMs = this.#clock.now()
    this.pause(pauseMs)
    // Concurrent searches that meet the same full window count as one refusal.
    if (startedMs < this.#refusedAtMs) return
    this.#refusedPace = this.#pace(nowMs)
    this.#refusedAtMs = nowMs
  }

  #forgetOldStarts(nowMs: number): void {
    const oldestMs = nowMs - intervalMs - toleratedMs
    const current = this.#starts.findIndex((startedMs) => startedMs > oldestMs)
    this.#starts.splice(0, current === -1 ? this.#starts.length : current)
  }
}
