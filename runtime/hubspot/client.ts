import type { Account } from './account.ts'
import { readAccount } from './account.ts'
import { parseJson, textOf } from './answer-body.ts'
import type { CallBudget } from './call-budget.ts'
import type { Clock } from './clock.ts'
import { systemClock } from './clock.ts'
import type { HubSpotPaths } from './paths.ts'
import { hubSpotPaths } from './paths.ts'
import type { Bucket, RateLimiter } from './rate-limiter.ts'
import {
  type DailyLimit,
  readDailyLimit,
  readRateLimit,
  sharedRateLimiter,
} from './rate-limiter.ts'
import type { AdmittedCall, RateLimit } from './rate-window.ts'
import type { CallFacts } from './refusal.ts'
import { askedToWait, gaveUp, isDailyLimit, refusal } from './refusal.ts'
import type { HubSpotSettings } from './settings.ts'
import type { RetryReason, TransientFailure } from './transient-failure.ts'
import { delayBefore, failureInAnswer, failureInError, notAccepted } from './transient-failure.ts'
import type { Answer, ApiRequest, Send } from './transport.ts'

type Query = Readonly<Record<string, string>>
type ReadBody = ApiRequest['read']

/**
 * A portal to read. Calls respect HubSpot's limits, are repeated when that can help, and otherwise
 * fail with HubSpotError: TOKEN_REJECTED, SCOPE_MISSING, HUBSPOT_FORBIDDEN, HUBSPOT_NOT_FOUND, HUBSPOT_REJECTED,
 * DAILY_LIMIT_REACHED, HUBSPOT_PAUSED, HUBSPOT_UNREACHABLE, HUBSPOT_FAILED. When the signal it was
 * connected with aborts, they reject with the signal's reason.
 */
export interface HubSpot {
  readonly paths: HubSpotPaths
  /** API calls made so far, repeated ones included. */
  readonly calls: number
  /** How many of them were repetitions. */
  readonly retries: number
  /** Calls of any user of the same limiter, searches aside, that wait for HubSpot's limit. */
  readonly waiting: number
  /** As the last answer told them; null before the first one, and where HubSpot tells none. */
  readonly limit: RateLimit | null
  readonly dailyLimit: DailyLimit | null
  /** How far this machine's clock is ahead of HubSpot's, to the second; null where HubSpot tells no time. */
  readonly clockAheadMs: number | null
  /** Whose data the token reads; asked once. */
  account(): Promise<Account>
  /** The parsed JSON body, or what `read` makes of its bytes unless that is undefined. */
  get(path: string, query?: Query, read?: ReadBody): Promise<unknown>
  /** The same; 207 is a success. */
  post(path: string, body: unknown, query?: Query, read?: ReadBody): Promise<unknown>
  /** Waits by the clock of the connection. */
  sleep(durationMs: number): Promise<void>
}

/** A call that is about to be made once more. */
export interface Retry {
  readonly reason: RetryReason
  /** Null when no answer came. */
  readonly status: number | null
  readonly method: string
  readonly path: string
  /** What HubSpot did, to follow its name: `answered 502`. */
  readonly what: string
  /** How often the call was made so far. */
  readonly attempt: number
  readonly delayMs: number
}

export interface ConnectOptions {
  readonly onRetry?: ((retry: Retry) => void) | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** From 0 to 1, for jitter. */
  readonly random?: (() => number) | undefined
  readonly rateLimiter?: RateLimiter | undefined
  /** A hard ceiling for the calls of all connections that are given the same one. */
  readonly budget?: CallBudget | undefined
  /** Longer than the 100 s after which HubSpot's edge gives up with a 524. */
  readonly requestTimeoutMs?: number | undefined
}

/** A longer wait ends the run with a message instead: nobody watches a process sleep for hours. */
const longestPauseMs = 10 * 60_000
/** All delays of one call together, those that HubSpot asked for aside. */
const longestBackoffMs = 5 * 60_000

export function connectHubSpot(settings: HubSpotSettings, options: ConnectOptions = {}): HubSpot {
  const connection = new Connection(settings, options)
  return {
    paths: connection.paths,
    get calls() {
      return connection.calls
    },
    get retries() {
      return connection.retries
    },
    get waiting() {
      return connection.waiting
    },
    get limit() {
      return connection.limit
    },
    get dailyLimit() {
      return connection.dailyLimit
    },
    get clockAheadMs() {
      return connection.clockAheadMs
    },
    account: () => connection.account(),
    get: (path, query = {}, read) => connection.call({ method: 'GET', path, query, read }),
    post: (path, body, query = {}, read) =>
      connection.call({ method: 'POST', path, query, body, read }),
    sleep: (durationMs) => connection.sleep(durationMs),
  }
}

type Outcome =
  | { readonly body: unknown }
  | { readonly failure: TransientFailure; readonly admitted: AdmittedCall }

class Connection {
  readonly paths: HubSpotPaths
  calls = 0
  retries = 0
  limit: RateLimit | null = null
  dailyLimit: DailyLimit | null = null
  clockAheadMs: number | null = null
  readonly #settings: HubSpotSettings
  readonly #options: ConnectOptions
  readonly #clock: Clock
  readonly #limiter: RateLimiter
  #send: Promise<Send> | undefined
  #account: Promise<Account> | undefined
  #timeZone: string | null = null
  #answered = false
  #accepted = false

  constructor(settings: HubSpotSettings, options: ConnectOptions) {
    this.paths = hubSpotPaths(settings.apiVersion)
    this.#settings = settings
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#limiter = options.rateLimiter ?? sharedRateLimiter(settings)
  }

  get waiting(): number {
    return this.#limiter.waiting('general')
  }

  account(): Promise<Account> {
    this.#account ??= this.#readAccount()
    return this.#account
  }

  sleep(durationMs: number): Promise<void> {
    return this.#clock.sleep(durationMs, this.#options.signal)
  }

  async call(request: ApiRequest): Promise<unknown> {
    let backoffMs = 0
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request)
      if ('body' in outcome) return outcome.body
      const { failure } = outcome
      const delayMs = delayBefore(failure, attempt, this.#options.random ?? Math.random)
      if (delayMs > (failure.retryAfterMs ?? 0) + 250) backoffMs += delayMs
      if ((failure.retryAfterMs ?? 0) > longestPauseMs)
        throw askedToWait(failure, this.#facts(request))
      if (attempt >= failure.attempts || backoffMs > longestBackoffMs) {
        throw gaveUp(failure, attempt, this.#facts(request))
      }
      // The others would meet the same, so they wait as well.
      if (failure.reason === 'rate_limited') outcome.admitted.refused(delayMs)
      if (failure.reason === 'migrating') this.#limiter.pause(delayMs)
      await this.#waitToRetry(request, failure, attempt, delayMs)
    }
  }

  async #attempt(request: ApiRequest): Promise<Outcome> {
    const { signal } = this.#options
    const send = await this.#transport()
    this.#options.budget?.take()
    const admitted = await this.#limiter.admit(bucketOf(request), signal)
    this.calls++
    let answer: Answer
    try {
      answer = await send(request, signal)
    } catch (error) {
      signal?.throwIfAborted()
      const failure = failureInError(error, this.#answered)
      if (failure === null) throw error
      return { failure, admitted }
    }
    this.#answered = true
    const date = Date.parse(answer.headers.get('date') ?? '')
    if (!Number.isNaN(date)) this.clockAheadMs = Date.now() - date
    return this.#judge(request, answer, admitted)
  }

  #judge(request: ApiRequest, answer: Answer, admitted: AdmittedCall): Outcome {
    if (isDailyLimit(answer)) throw refusal(answer, this.#facts(request))
    const body = readBody(request, answer)
    const { token } = this.#settings
    const failure = failureInAnswer(answer, body, { request, token, nowMs: this.#clock.now() })
    if (failure !== null) return { failure, admitted }
    if (answer.status >= 200 && answer.status < 300) {
      // Searches are answered without these headers.
      if (bucketOf(request) === 'general') {
        this.limit = readRateLimit(answer.headers)
        this.dailyLimit = readDailyLimit(answer.headers)
        admitted.answered(readRateLimit(answer.headers))
      }
      this.#accepted = true
      return { body }
    }
    const refused = refusal(answer, this.#facts(request))
    if (answer.status === 401 && this.#accepted) return { failure: notAccepted(refused), admitted }
    throw refused
  }

  async #waitToRetry(
    request: ApiRequest,
    failure: TransientFailure,
    attempt: number,
    delayMs: number,
  ): Promise<void> {
    this.retries++
    const { reason, status, what } = failure
    const { method, path } = request
    this.#options.onRetry?.({ reason, status, what, method, path, attempt, delayMs })
    await this.#clock.sleep(delayMs, this.#options.signal)
  }

  async #readAccount(): Promise<Account> {
    const path = this.paths.account()
    const body = await this.call({ method: 'GET', path, query: {} })
    const account = readAccount(body, `GET ${this.#settings.baseUrl}${path}`)
    this.#timeZone = account.timeZone
    return account
  }

  /** HubSpot's client takes a tenth of a second to load, which commands without a call do not pay. */
  #transport(): Promise<Send> {
    this.#send ??= import('./transport.ts').then(({ openTransport }) =>
      openTransport(this.#settings, this.#options.requestTimeoutMs ?? 110_000),
    )
    return this.#send
  }

  #facts(request: ApiRequest): CallFacts {
    const { baseUrl, token } = this.#settings
    return { request, baseUrl, token, nowMs: this.#clock.now(), timeZone: this.#timeZone }
  }
}

function readBody({ read }: ApiRequest, answer: Answer): unknown {
  const value = answer.status === 200 || answer.status === 207 ? read?.(answer.body) : undefined
  return value ?? parseJson(textOf(answer))
}

function bucketOf(request: ApiRequest): Bucket {
  return request.method === 'POST' && request.path.endsWith('/search') ? 'search' : 'general'
}
