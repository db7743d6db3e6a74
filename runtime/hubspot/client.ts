import { machine } from '../machine.ts'
import type { Account } from './account.ts'
import { readAccount } from './account.ts'
import { type AnswerFormat, parseJson, textOf } from './answer-body.ts'
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

/**
 * A GET, or with a body a POST.
 *
 * @internal Exported for tests.
 */
export interface ReadCall {
  readonly path: string
  readonly query?: Query | undefined
  readonly body?: unknown
}

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
  /** The parsed JSON body. */
  get(path: string, query?: Query): Promise<unknown>
  /** The same; 207 is a success. */
  post(path: string, body: unknown, query?: Query): Promise<unknown>
  /** The body as a format reads it. */
  read<T>(call: ReadCall, format: AnswerFormat<T>): Promise<T>
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
    get: (path, query = {}) => connection.read({ path, query }, parsedBody),
    post: (path, body, query = {}) => connection.read({ path, query, body }, parsedBody),
    read: (call, format) => connection.read(call, format),
    sleep: (durationMs) => connection.sleep(durationMs),
  }
}

const parsedBody: AnswerFormat<unknown> = { read: (body) => body }

type Body<T> = { readonly scanned: T } | { readonly parsed: unknown }
type Scan<T> = AnswerFormat<T>['scan']

type Outcome<T> =
  | { readonly body: Body<T> }
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

  async read<T>({ path, query = {}, body }: ReadCall, format: AnswerFormat<T>): Promise<T> {
    const method = body === undefined ? 'GET' : 'POST'
    const answer = await this.#call({ method, path, query, body }, format.scan)
    return 'scanned' in answer ? answer.scanned : format.read(answer.parsed, `${method} ${path}`)
  }

  async #call<T>(request: ApiRequest, scan: Scan<T>): Promise<Body<T>> {
    let backoffMs = 0
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.#attempt(request, scan)
      if ('body' in outcome) return outcome.body
      const { failure } = outcome
      const delayMs = delayBefore(failure, attempt, this.#options.random ?? machine.random)
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

  async #attempt<T>(request: ApiRequest, scan: Scan<T>): Promise<Outcome<T>> {
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
    if (!Number.isNaN(date)) this.clockAheadMs = machine.nowMs() - date
    return this.#judge(request, scan, answer, admitted)
  }

  #judge<T>(
    request: ApiRequest,
    scan: Scan<T>,
    answer: Answer,
    admitted: AdmittedCall,
  ): Outcome<T> {
    if (isDailyLimit(answer)) throw refusal(answer, this.#facts(request))
    const body = readBody(scan, answer)
    const { token } = this.#settings
    const moment = { request, token, nowMs: this.#clock.now() }
    // What was scanned has been understood.
    const failure = 'scanned' in body ? null : failureInAnswer(answer, body.parsed, moment)
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
    const body = await this.read({ path }, parsedBody)
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

function readBody<T>(scan: Scan<T>, answer: Answer): Body<T> {
  const isSuccess = answer.status === 200 || answer.status === 207
  const scanned = isSuccess ? scan?.(answer.body) : undefined
  return scanned === undefined ? { parsed: parseJson(textOf(answer)) } : { scanned }
}

function bucketOf(request: ApiRequest): Bucket {
  return request.method === 'POST' && request.path.endsWith('/search') ? 'search' : 'general'
}
