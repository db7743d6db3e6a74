import { machine } from '../../machine.ts'
import type { CallBudget } from '../limits/call-budget.ts'
import type { Clock } from '../limits/clock.ts'
import { systemClock } from '../limits/clock.ts'
import type { Bucket, RateLimiter } from '../limits/rate-limiter.ts'
import {
  type DailyLimit,
  readDailyLimit,
  readRateLimit,
  sharedRateLimiter,
} from '../limits/rate-limiter.ts'
import type { AdmittedCall, RateLimit } from '../limits/rate-window.ts'
import { type Account, checkPortalId, readAccount } from './account.ts'
import { type AnswerFormat, parseJson, textOf } from './answer-body.ts'
import type { HubSpotPaths } from './paths.ts'
import { hubSpotPaths } from './paths.ts'
import type { CallFacts } from './refusal.ts'
import { askedToWait, gaveUp, isDailyLimit, refusal } from './refusal.ts'
import type { HubSpotSettings } from './settings.ts'
import type { RetryReason, TransientFailure } from './transient-failure.ts'
import { delayBefore, failureInAnswer, failureInError, notAccepted } from './transient-failure.ts'
import type { Answer, ApiRequest, Send } from './transport.ts'

type Query = ApiRequest['query']

/**
 * A GET, or a POST if there is a body.
 *
 * @internal Exported for tests.
 */
export interface ReadCall {
  readonly path: string
  readonly query?: Query | undefined
  readonly body?: unknown
}

/**
 * A connection to a portal. Calls respect HubSpot's limits and are retried if that can help; otherwise they
 * fail with a HubSpotError: TOKEN_REJECTED, SCOPE_MISSING, HUBSPOT_FORBIDDEN, HUBSPOT_NOT_FOUND,
 * HUBSPOT_REJECTED, DAILY_LIMIT_REACHED, HUBSPOT_PAUSED, HUBSPOT_UNREACHABLE, HUBSPOT_FAILED. If the signal
 * of the connection aborts, they reject with the signal's reason.
 */
export interface HubSpot {
  readonly paths: HubSpotPaths
  /** Whether other portals have the same generated files, which then name no portal. */
  readonly sharesFiles: boolean
  /** API calls made so far, including retries. */
  readonly calls: number
  /** The number of retries among the calls. */
  readonly retries: number
  /** Calls of all users of the same limiter, except searches, that wait for HubSpot's rate limit. */
  readonly waiting: number
  /** From the latest answer; null before the first one, or if HubSpot sends no limit. */
  readonly limit: RateLimit | null
  readonly dailyLimit: DailyLimit | null
  /** How far this machine's clock is ahead of HubSpot's, to the second; null if HubSpot sends no time. */
  readonly clockAheadMs: number | null
  /** The portal that the token reads; fetched once. */
  account(): Promise<Account>
  /** Returns the parsed JSON body. */
  get(path: string, query?: Query): Promise<unknown>
  /** Returns the parsed JSON body; status 207 counts as success. */
  post(path: string, body: unknown, query?: Query): Promise<unknown>
  /** Returns the body as parsed by the format. */
  read<T>(call: ReadCall, format: AnswerFormat<T>): Promise<T>
  /** Waits by the clock of the connection. */
  sleep(durationMs: number): Promise<void>
}

/** A call that is about to be retried. */
export interface Retry {
  readonly reason: RetryReason
  /** Null if no answer came. */
  readonly status: number | null
  readonly method: string
  readonly path: string
  /** A phrase that follows HubSpot's name: `answered 502`. */
  readonly what: string
  /** Number of attempts so far. */
  readonly attempt: number
  readonly delayMs: number
}

export interface ConnectOptions {
  readonly onRetry?: ((retry: Retry) => void) | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** Returns numbers from 0 to 1, for jitter. */
  readonly random?: (() => number) | undefined
  readonly rateLimiter?: RateLimiter | undefined
  /** A hard limit on the calls of all connections that share this budget. */
  readonly budget?: CallBudget | undefined
  /** Longer than the 100 s after which HubSpot's edge answers 524. */
  readonly requestTimeoutMs?: number | undefined
}

/** If HubSpot asks for a longer wait, the run ends with a message instead of sleeping for hours. */
const longestPauseMs = 10 * 60_000
/** Sum of the delays of one call, except those that HubSpot asked for. */
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
    sharesFiles: settings.sharesFiles === true,
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
      // Other calls would meet the same limit, so they wait as well.
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
    // The scanner has already understood the body.
    const failure = 'scanned' in body ? null : failureInAnswer(answer, body.parsed, moment)
    if (failure !== null) return { failure, admitted }
    if (answer.status >= 200 && answer.status < 300) {
      // Answers to searches lack these headers.
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
    checkPortalId(account, this.#settings.portalId)
    this.#timeZone = account.timeZone
    return account
  }

  /** Loading HubSpot's client takes a tenth of a second, so commands that make no call do not load it. */
  #transport(): Promise<Send> {
    this.#send ??= import('./transport.ts').then(({ openTransport }) =>
      openTransport(this.#settings, this.#options.requestTimeoutMs ?? 110_000),
    )
    return this.#send
  }

  #facts(request: ApiRequest): CallFacts {
    const { baseUrl, token, tokenSource, proxy } = this.#settings
    const moment = { nowMs: this.#clock.now(), timeZone: this.#timeZone }
    return { request, baseUrl, token, tokenSource, proxy, ...moment }
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
