import { textOf } from './answer-body.ts'
import { RequestTimeout } from './request-timeout.ts'
import type { Answer } from './transport.ts'

/** Why a call is made once more; stable words for events and logs. */
export type RetryReason =
  | 'rate_limited'
  | 'locked'
  | 'migrating'
  | 'server_error'
  | 'unreadable_answer'
  | 'timeout'
  | 'connection'
  | 'unreachable'

/** Something that may go away by itself. */
export interface Fault {
  readonly reason: RetryReason
  /** Null when no answer came. */
  readonly status: number | null
  /** What HubSpot did, to follow its name: `answered 502`. */
  readonly what: string
  /** How often the call is made in all before giving up. */
  readonly attempts: number
  /** Upper bound of the first delay; it doubles up to the longest. */
  readonly firstDelayMs: number
  readonly longestDelayMs: number
  /** How long HubSpot asked to wait; null where it did not say. */
  readonly retryAfterMs: number | null
  readonly cause?: unknown
}

const usual = { attempts: 8, firstDelayMs: 500, longestDelayMs: 30_000, retryAfterMs: null }

/** The fault in an answer; null when it is a success with a body, or a refusal that will not change. */
export function faultInAnswer(answer: Answer, body: unknown, nowMs: number): Fault | null {
  const { status } = answer
  const common = { ...usual, status, retryAfterMs: readRetryAfter(answer.headers, nowMs) }
  const what = `answered ${status}`
  if (status === 429) {
    // Another user of the same key can keep its limit full for a while, so there is patience.
    return { ...common, reason: 'rate_limited', what, attempts: 20, longestDelayMs: 10_000 }
  }
  // HubSpot asks for at least two seconds before a locked record is tried again.
  if (status === 423) return { ...common, reason: 'locked', what, firstDelayMs: 4_000 }
  if (status === 477) return { ...common, reason: 'migrating', what, firstDelayMs: 60_000 }
  // The query was too heavy for 100 seconds: the reader asks for less sooner than the same again.
  if (status === 504 || status === 524) {
    return { ...common, reason: 'server_error', what, attempts: 2 }
  }
  if (status === 500) return { ...common, reason: 'server_error', what, attempts: 4 }
  if (status > 500 || status === 408 || status === 425) {
    return { ...common, reason: 'server_error', what }
  }
  if (status >= 200 && status < 300 && body === undefined) {
    return {
      ...common,
      reason: 'unreadable_answer',
      what: `${what} with ${describe(textOf(answer))}`,
    }
  }
  return null
}

/** The fault behind an error of `fetch`; null for anything else, which is a bug. */
export function faultInError(error: unknown, answeredBefore: boolean): Fault | null {
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
  const outage =
    /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENET\w+|EHOST\w+|UND_ERR_CONNECT\w*)$/.test(code)
  return {
    ...common,
    reason: 'unreachable',
    what: `cannot be reached${code === '' ? '' : ` (${code})`}`,
    // A first call that fails is a wrong address or no network: waiting would only hide it.
    attempts: answeredBefore && outage ? usual.attempts : 1,
  }
}

/** Full jitter: anywhere up to a bound that doubles, or what HubSpot asked for and a little more. */
export function delayBefore(fault: Fault, attempt: number, random: () => number): number {
  if (fault.retryAfterMs !== null) return fault.retryAfterMs + Math.round(random() * 250)
  const bound = Math.min(fault.longestDelayMs, fault.firstDelayMs * 2 ** (attempt - 1))
  const leastMs = fault.reason === 'locked' ? 2_000 : 0
  return Math.round(leastMs + random() * (bound - leastMs))
}

function networkCode(cause: unknown): string {
  const { code, errors } = cause as { code?: unknown; errors?: unknown }
  if (typeof code === 'string') return code
  return Array.isArray(errors) && errors.length > 0 ? networkCode(errors[0]) : ''
}

function describe(text: string): string {
  if (text.trim() === '') return 'an empty body'
  return /^\s*</.test(text) ? 'HTML' : 'a body that was cut short'
}

/** Seconds or an HTTP date. */
function readRetryAfter(headers: Headers, nowMs: number): number | null {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,7}$/.test(value)) return Number(value) * 1000
  const date = value === '' ? Number.NaN : Date.parse(value)
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs)
}
