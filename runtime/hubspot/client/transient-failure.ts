import { asObject, quoteFromHubSpot, readErrorBody, readId, textOf } from './answer-body.ts'
import type { HubSpotError } from './hubspot-error.ts'
import { whatAnswers } from './paths.ts'
import { RequestTimeout } from './request-timeout.ts'
import type { Answer, ApiRequest } from './transport.ts'

/** Why a call is retried; stable words for events and logs. */
export type RetryReason =
  | 'rate_limited'
  | 'locked'
  | 'migrating'
  | 'server_error'
  | 'unreadable_answer'
  | 'redirected'
  | 'not_accepted'
  | 'timeout'
  | 'connection'
  | 'unreachable'

/** A failure that may resolve without action. */
export interface TransientFailure {
  readonly reason: RetryReason
  /** Null if no answer came. */
  readonly status: number | null
  /** A phrase that follows HubSpot's name: `answered 502`. */
  readonly what: string
  /** Maximum number of attempts. */
  readonly attempts: number
  /** Upper bound of the first delay; doubles up to the longest. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** The wait that HubSpot asked for; null if it did not say. */
  readonly retryAfterMs: number | null
  readonly cause?: unknown
}

const usual = { attempts: 8, firstDelayMs: 500, longestDelayMs: 30_000, retryAfterMs: null }

/** The facts about a call besides its answer. */
export interface CallMoment {
  readonly request: Pick<ApiRequest, 'method' | 'path'>
  readonly token: string
  readonly nowMs: number
}

/** The failure in an answer; null if the answer is valid or is a refusal that retries would not change. */
export function failureInAnswer(
  answer: Answer,
  body: unknown,
  facts: CallMoment,
): TransientFailure | null {
  const { status } = answer
  const common = { ...usual, status, retryAfterMs: readRetryAfter(answer.headers, facts.nowMs) }
  const what = `answered ${status}`
  if (status === 429) {
    // Another user of the same key can use up its limit for a while, so the attempts are many.
    return { ...common, reason: 'rate_limited', what, attempts: 20, longestDelayMs: 10_000 }
  }
  // HubSpot asks for at least two seconds before a locked record is tried again.
  if (status === 423) return { ...common, reason: 'locked', what, firstDelayMs: 4_000 }
  if (status === 477) return { ...common, reason: 'migrating', what, firstDelayMs: 60_000 }
  // The query took more than 100 seconds: few attempts, so that the reader soon requests less.
  if (status === 504 || status === 524) {
    return { ...common, reason: 'server_error', what, attempts: 2 }
  }
  if (status === 500) return { ...common, reason: 'server_error', what, attempts: 4 }
  if (status > 500 || status === 408 || status === 425) {
    return { ...common, reason: 'server_error', what }
  }
  if (status >= 300 && status < 400) {
    return {
      ...common,
      reason: 'redirected',
      what: `${what}, a redirect to elsewhere`,
      attempts: 3,
    }
  }
  if (status < 200 || status >= 300) return null
  const instead = insteadOfAnswer(answer, body, facts)
  if (instead === null) return null
  const attempts = body === undefined ? usual.attempts : 4
  return { ...common, reason: 'unreadable_answer', what: `${what} with ${instead}`, attempts }
}

/** Describes the unexpected content of a successful answer; null if the answer is as expected. */
function insteadOfAnswer(answer: Answer, body: unknown, facts: CallMoment): string | null {
  if (body === undefined) return describe(textOf(answer))
  const expected = whatAnswers(facts.request)
  if (expected === null) return null
  const { results, id, status } = asObject(body)
  if (expected === 'results' ? Array.isArray(results) : readId(id) !== null) return null
  if (status !== 'error') return `a body without \`${expected}\``
  const { message } = readErrorBody(answer)
  const said = quoteFromHubSpot(message, facts.token)
  return said === '' ? 'an error that gives no reason' : `an error that says: ${said}`
}

/** HubSpot has accepted this token before, so the call is repeated once before `refusal` is reported. */
export function notAccepted(refusal: HubSpotError): TransientFailure {
  return {
    ...usual,
    reason: 'not_accepted',
    status: refusal.status,
    what: `answered ${refusal.status} to a token that it accepted before`,
    attempts: 2,
    firstDelayMs: 2_000,
    cause: refusal,
  }
}

/** The failure behind an error of `fetch`; null for any other error, which is a bug. */
export function failureInError(error: unknown, answeredBefore: boolean): TransientFailure | null {
  const common = { ...usual, status: null, cause: error }
  if (error instanceof RequestTimeout) {
    return { ...common, reason: 'timeout', what: 'did not answer in time', attempts: 3 }
  }
  if (!(error instanceof TypeError) || error.cause === undefined) return null
  const code = networkCode(error.cause)
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) {
    return { ...common, reason: 'timeout', what: 'did not answer in time', attempts: 3 }
  }
  if (/^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_.*|HPE_.*|Z_.*)$/.test(code)) {
    return { ...common, reason: 'connection', what: `broke the connection (${code})` }
  }
  const proxyStatus = readProxyStatus(error.cause)
  const detail = proxyStatus === undefined ? code : `the proxy answers ${proxyStatus}`
  const outage =
    proxyStatus !== undefined ||
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENET\w+|EHOST\w+|UND_ERR_CONNECT\w*)$/.test(code)
  return {
    ...common,
    reason: 'unreachable',
    what: `cannot be reached${detail === '' ? '' : ` (${detail})`}`,
    // If the first call fails, the address is wrong or there is no network; retries would only hide that.
    attempts: answeredBefore && outage ? usual.attempts : 1,
  }
}

/**
 * Full jitter: a random delay up to a bound that doubles, or slightly more than HubSpot asked for, if that
 * is longer. HubSpot may also refuse without asking for a wait.
 */
export function delayBefore(
  failure: TransientFailure,
  attempt: number,
  random: () => number,
): number {
  const ownMs = backOff(failure, attempt, random)
  if (failure.retryAfterMs === null) return ownMs
  return Math.max(ownMs, failure.retryAfterMs + Math.round(random() * 250))
}

function backOff(failure: TransientFailure, attempt: number, random: () => number): number {
  const bound = Math.min(failure.longestDelayMs, failure.firstDelayMs * 2 ** (attempt - 1))
  const leastMs = failure.reason === 'locked' ? 2_000 : 0
  return Math.round(leastMs + random() * (bound - leastMs))
}

function networkCode(cause: unknown): string {
  const { code, errors } = cause as { code?: unknown; errors?: unknown }
  if (typeof code === 'string') return code
  return Array.isArray(errors) && errors.length > 0 ? networkCode(errors[0]) : ''
}

/** The answer of a proxy that opens no tunnel; undici states it only in the message of the innermost cause. */
function readProxyStatus(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const status = /^Proxy response \((\d+)\)/.exec(cause.message)?.[1]
  return status ?? readProxyStatus(cause.cause)
}

function describe(text: string): string {
  if (text.trim() === '') return 'an empty body'
  return /^\s*</.test(text) ? 'HTML' : 'a body that was cut short'
}

/** HubSpot asks for a day while it moves a portal; much longer values are not credible. */
const longestRetryAfterMs = 48 * 3_600_000

/** Seconds, or an HTTP date, which is compared with HubSpot's clock if the answer has a date. */
function readRetryAfter(headers: Headers, nowMs: number): number | null {
  const value = headers.get('retry-after')?.trim() ?? ''
  const waitMs = /^\d+(?:\.\d+)?$/.test(value)
    ? Number(value) * 1000
    : readHttpDate(value) - (readHttpDate(headers.get('date') ?? '') || nowMs)
  return waitMs > 0 && waitMs <= longestRetryAfterMs ? waitMs : null
}

/** NaN for anything without a month name, because JavaScript would parse `-5` as a date. */
function readHttpDate(text: string): number {
  return /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN
}
