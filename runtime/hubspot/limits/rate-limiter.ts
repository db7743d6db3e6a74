import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { AdmittedCall, CountedLimit } from './rate-window.ts'
import { RateWindow, smallestLimit } from './rate-window.ts'
import { SearchWindow } from './search-window.ts'

/** HubSpot counts searches per account and second, and all other calls per key and ten seconds. */
export type Bucket = 'general' | 'search'

/**
 * Decides when a call may start, so that the limit is fully used and 429 answers are rare. Calls of a
 * bucket start in the order of their requests.
 */
export interface RateLimiter {
  /** Resolves when a call of this bucket may start; the call then counts as started. */
  admit(bucket: Bucket, signal?: AbortSignal): Promise<AdmittedCall>
  /** Lets no call of any bucket start for this time. */
  pause(durationMs: number): void
  /** Calls waiting to start; if there are none, more parallel readers would be faster. */
  waiting(bucket: Bucket): number
}

/** @internal Exported for tests. */
export function createRateLimiter(clock: Clock): RateLimiter {
  const general = new RateWindow(clock, { permitted: smallestLimit, intervalMs: 10_000 })
  const search = new SearchWindow(clock)
  const lines: Record<Bucket, Line> = {
    general: openLine(general, clock),
    search: openLine(search, clock),
  }
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

/** HubSpot counts the calls of each key; the same token at another address is another key. */
interface CountedKey {
  readonly baseUrl: string
  readonly token: string
}

/** The single limiter of this process for a key; all runs and entities share it. */
export function sharedRateLimiter({ baseUrl, token }: CountedKey): RateLimiter {
  const key = `${baseUrl} ${token}`
  const limiter = limiters.get(key) ?? createRateLimiter(systemClock)
  limiters.set(key, limiter)
  return limiter
}

/**
 * Gives every key a new limiter from now on.
 * @internal Exported for tests, which run commands one after another in one process.
 */
export function forgetRateLimiters(): void {
  limiters.clear()
}

/** Reads the limit from an answer's `X-HubSpot-RateLimit-*` headers; null if they are missing or invalid. */
export function readRateLimit(headers: Headers): CountedLimit | null {
  const permitted = readCount(headers, 'x-hubspot-ratelimit-max') ?? 0
  const intervalMs = readCount(headers, 'x-hubspot-ratelimit-interval-milliseconds') ?? 0
  const remaining = readCount(headers, 'x-hubspot-ratelimit-remaining') ?? permitted
  if (permitted < 1 || intervalMs < 1) return null
  return { permitted, intervalMs, taken: permitted - remaining }
}

/** Calls of a key from midnight to midnight in the portal's time zone. */
export interface DailyLimit {
  readonly permitted: number
  readonly remaining: number
}

/** Null if the headers are missing: OAuth tokens have no separate daily limit. */
export function readDailyLimit(headers: Headers): DailyLimit | null {
  const permitted = readCount(headers, 'x-hubspot-ratelimit-daily')
  const remaining = readCount(headers, 'x-hubspot-ratelimit-daily-remaining')
  return permitted === null || remaining === null ? null : { permitted, remaining }
}

interface Line {
  admit(signal?: AbortSignal): Promise<AdmittedCall>
  waiting(): number
}

/** Starts the calls of a window one after another. */
function openLine(window: Pick<RateWindow, 'waitMs' | 'start'>, clock: Clock): Line {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    async admit(signal) {
      waiting++
      const turn = last.then(() => {
        signal?.throwIfAborted()
        return startWhenFree(window, clock, signal)
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

async function startWhenFree(
  window: Pick<RateWindow, 'waitMs' | 'start'>,
  clock: Clock,
  signal?: AbortSignal,
): Promise<AdmittedCall> {
  for (;;) {
    const waitMs = window.waitMs()
    if (waitMs <= 0) return window.start()
    await clock.sleep(waitMs, signal)
  }
}

/** Leaves the queue at once on abort, even while an earlier call waits for long. */
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
