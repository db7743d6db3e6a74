import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { AdmittedCall, CountedLimit } from './rate-window.ts'
import { RateWindow, smallestLimit } from './rate-window.ts'
import type { HubSpotSettings } from './settings.ts'

/** HubSpot counts searches by the account and second, everything else by the key and ten seconds. */
export type Bucket = 'general' | 'search'

/**
 * Decides when a call may start, so that the limit is used and a normal run hardly ever sees a 429.
 * Calls of a bucket start in the order in which they asked.
 */
export interface RateLimiter {
  /** Resolves when a call of this bucket may start; it counts as started then. */
  admit(bucket: Bucket, signal?: AbortSignal): Promise<AdmittedCall>
  /** Lets no call of any bucket start for a while. */
  pause(durationMs: number): void
  /** Calls that wait to start; while there are none, more of them side by side would be faster. */
  waiting(bucket: Bucket): number
}

/** @internal Exported for tests. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const general = new RateWindow(clock, { permitted: smallestLimit, intervalMs: 10_000 })
  // Answers to searches have no headers: five a second, as HubSpot documents, and shared by the account.
  const search = new RateWindow(clock, { permitted: 5, intervalMs: 1_000 })
  const lines: Record<Bucket, Line> = { general: openLine(general), search: openLine(search) }
  return {
    admit: (bucket, signal) => lines[bucket].admit(signal),
    pause(durationMs) {
      general.pause(durationMs)
      search.pause(durationMs)
    },
    waiting: (bucket) => lines[bucket].waiting(),
  }
}

const limiters = new Map<string, RateLimiter>()

/** The one limiter of this process for a key: every run and every entity shares it. */
export function sharedRateLimiter(settings: HubSpotSettings): RateLimiter {
  const key = `${settings.baseUrl} ${settings.token}`
  const limiter = limiters.get(key) ?? createRateLimiter(systemClock)
  limiters.set(key, limiter)
  return limiter
}

/**
 * The limit in the `X-HubSpot-RateLimit-*` headers of an answer; null where they are missing or make
 * no sense.
 */
export function readRateLimit(headers: Headers): CountedLimit | null {
  const permitted = readCount(headers, 'x-hubspot-ratelimit-max') ?? 0
  const intervalMs = readCount(headers, 'x-hubspot-ratelimit-interval-milliseconds') ?? 0
  const remaining = readCount(headers, 'x-hubspot-ratelimit-remaining') ?? permitted
  if (permitted < 1 || intervalMs < 1) return null
  return { permitted, intervalMs, taken: permitted - remaining }
}

/** Calls of a key from midnight to midnight, in the portal's time zone. */
export interface DailyLimit {
  readonly permitted: number
  readonly remaining: number
}

/** Null where the headers are missing: OAuth tokens have no such limit of their own. */
export function readDailyLimit(headers: Headers): DailyLimit | null {
  const permitted = readCount(headers, 'x-hubspot-ratelimit-daily')
  const remaining = readCount(headers, 'x-hubspot-ratelimit-daily-remaining')
  return permitted === null || remaining === null ? null : { permitted, remaining }
}

interface Line {
  admit(signal?: AbortSignal): Promise<AdmittedCall>
  waiting(): number
}

/** Lets one after another ask the window. */
function openLine(window: RateWindow): Line {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    async admit(signal) {
      waiting++
      const turn = last.then(() => {
        signal?.throwIfAborted()
        return window.admit(signal)
      })
      last = turn.catch(() => {})
      try {
        return await orAborted(turn, signal)
      } finally {
        waiting--
      }
    },
    waiting: () => waiting,
  }
}

/** Leaves the line at once, even while someone before us waits for long. */
function orAborted<T>(work: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const leave = () => signal.removeEventListener('abort', onAbort)
    work.then(resolve, reject).finally(leave)
  })
}

function readCount(headers: Headers, name: string): number | null {
  const value = headers.get(name)
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null
}
