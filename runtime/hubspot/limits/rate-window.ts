import type { Clock } from './clock.ts'

/** The number of calls that fit into any interval. */
export interface RateLimit {
  /** Infinite for a server that does not count. */
  readonly permitted: number
  readonly intervalMs: number
}

/** The limit from an answer's headers, and how much of it all users had taken, including that call. */
export interface CountedLimit extends RateLimit {
  readonly taken: number
}

/** A call that was allowed to start and counts from then on. */
export interface AdmittedCall {
  /** Reports the limit from the answer; null if the answer has none. */
  answered(limit: CountedLimit | null): void
  /** Reports a 429: no call starts during the pause, and the pace is lower afterwards. */
  refused(pauseMs: number): void
}

/** Free calls are spread over this share of the interval, to avoid bursts. */
const horizonShare = 0.2
/**
 * Upper bound for the pace relative to the average: a burst would return every interval and then be too
 * fast for the readers.
 */
const mostAboveAverage = 1.25
/** Waits are re-evaluated after this time, because an answer may have changed them. */
const recheckMs = 100
/** After a refusal the pace halves, but not below this share; it recovers within half an interval. */
const leastPace = 1 / 16
const recoveryShare = 0.5
/** Even if other users of the account take everything, this share remains ours; otherwise we would starve. */
const leastShare = 0.05
/**
 * Calls kept free, because calls do not arrive as evenly as they start and other users' rates vary. Fewer
 * cause refusals, more leave calls unused. Determined by the simulation in the limiter's tests.
 */
const reserveCalls = 1
const reserveShare = 0.005
const othersSpread = 0.3
/**
 * How quickly estimates of other users' calls change: upwards fast, downwards slowly, because a program
 * that calls in bursts will do so again.
 */
const riseWeight = 0.5
const fallShare = 0.1

/**
 * A rolling window of calls as HubSpot counts them: own calls by start time, and other users' calls as
 * reported by answers.
 */
export class RateWindow {
  readonly #clock: Clock
  #permitted: number
  #intervalMs: number
  #counted = false
  /** Start times of own calls within the interval, oldest first. */
  readonly #starts: number[] = []
  #others = 0
  #othersAtMs = 0
  #plannedMs = Number.NEGATIVE_INFINITY
  #pausedUntilMs = Number.NEGATIVE_INFINITY
  #pace = 1
  #paceAtMs = 0

  constructor(clock: Clock, limit: RateLimit) {
    this.#clock = clock
    this.#permitted = limit.permitted
    this.#intervalMs = limit.intervalMs
  }

  pause(durationMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + durationMs)
  }

  /** How long until a call may start, as far as is known; zero or less if it may start now. */
  waitMs(): number {
    const nowMs = this.#clock.now()
    if (nowMs < this.#pausedUntilMs) return this.#pausedUntilMs - nowMs
    if (this.#permitted === Number.POSITIVE_INFINITY) return 0
    this.#forgetOldStarts(nowMs)
    const free = this.#free(nowMs)
    if (free >= 1) return Math.min(recheckMs, this.#plannedMs + this.#spacingMs(nowMs) - nowMs)
    const blocking = this.#starts[Math.ceil(1 - free) - 1] ?? nowMs
    return Math.min(recheckMs, Math.max(1, blocking + this.#intervalMs - nowMs))
  }

  /** Counts a call from now on. */
  start(): AdmittedCall {
    const startedMs = this.#clock.now()
    if (this.#permitted !== Number.POSITIVE_INFINITY) {
      const spacingMs = this.#spacingMs(startedMs)
      // A timer that fires late delays one call, not all following ones.
      this.#plannedMs = Math.max(this.#plannedMs + spacingMs, startedMs - spacingMs)
    }
    this.#forgetOldStarts(startedMs)
    this.#starts.push(startedMs)
    const own = this.#starts.length
    return {
      answered: (limit) => this.#learn(limit, own),
      refused: (pauseMs) => this.#refuse(startedMs, own, pauseMs),
    }
  }

  #free(nowMs: number): number {
    const permitted = this.#permitted
    const known = this.#othersNow(nowMs)
    const others = known + othersSpread * Math.sqrt(known)
    const usable = permitted - others - reserveCalls - permitted * reserveShare
    return Math.max(1, permitted * leastShare, usable) - this.#starts.length
  }

  /** Distributes calls that are free now or soon evenly. */
  #spacingMs(nowMs: number): number {
    const horizonMs = this.#intervalMs * horizonShare
    const leavingMs = nowMs + horizonMs - this.#intervalMs
    const stays = this.#starts.findIndex((startedMs) => startedMs > leavingMs)
    const leaving = stays === -1 ? this.#starts.length : stays
    const calls = Math.max(1, this.#free(nowMs) + leaving) * this.#paceAt(nowMs)
    const leastMs = this.#intervalMs / this.#permitted / mostAboveAverage
    return Math.max(horizonMs / calls, leastMs)
  }

  /** Reports of other users' calls expire after an interval. */
  #othersNow(nowMs: number): number {
    return nowMs - this.#othersAtMs < this.#intervalMs ? this.#others : 0
  }

  #paceAt(nowMs: number): number {
    const recovered = (nowMs - this.#paceAtMs) / (this.#intervalMs * recoveryShare)
    return Math.min(1, this.#pace + recovered)
  }

  #learn(limit: CountedLimit | null, own: number): void {
    if (limit === null) {
      if (!this.#counted) this.#permitted = Number.POSITIVE_INFINITY
      return
    }
    this.#counted = true
    this.#permitted = limit.permitted
    this.#intervalMs = limit.intervalMs
    this.#hearOfOthers(limit.taken - own)
  }

  #hearOfOthers(found: number): void {
    const nowMs = this.#clock.now()
    const elapsedMs = nowMs - this.#othersAtMs
    const known = this.#othersNow(nowMs)
    this.#othersAtMs = nowMs
    const fallWeight = 1 - Math.exp(-elapsedMs / (this.#intervalMs * fallShare))
    const weight = found > known ? riseWeight : fallWeight
    this.#others = known + (Math.max(0, found) - known) * weight
  }

  #refuse(startedMs: number, own: number, pauseMs: number): void {
    const nowMs = this.#clock.now()
    this.pause(pauseMs)
    if (this.#permitted === Number.POSITIVE_INFINITY) this.#permitted = smallestLimit
    const index = this.#starts.lastIndexOf(startedMs)
    // HubSpot does not count refused calls.
    if (index >= 0) this.#starts.splice(index, 1)
    this.#others = Math.max(this.#othersNow(nowMs), this.#permitted - own + 1)
    this.#othersAtMs = nowMs
    // Concurrent calls that meet the same full window count as one refusal.
    if (startedMs < this.#paceAtMs) return
    this.#pace = Math.max(leastPace, this.#paceAt(nowMs) / 2)
    this.#paceAtMs = nowMs
  }

  #forgetOldStarts(nowMs: number): void {
    const oldestMs = nowMs - this.#intervalMs
    const current = this.#starts.findIndex((startedMs) => startedMs > oldestMs)
    this.#starts.splice(0, current === -1 ? this.#starts.length : current)
  }
}

/** HubSpot's limit for the smallest account in ten seconds, assumed until an answer says more. */
export const smallestLimit = 100
