import type { Fault } from './fault.ts'
import { expiredToken } from './http/access.ts'
import { type Answer, htmlAnswer, jsonAnswer } from './http/answer.ts'
import { Refusal } from './http/refusal.ts'
import { rateRefusal } from './limits.ts'

const defaultRetryAfterSeconds = 30

/** The answer that replaces the route's. Undefined for faults that only change how the answer is delivered. */
export function faultAnswer(fault: Fault, nowMs: number): Answer | Refusal | undefined {
  switch (fault.kind) {
    case 'html_502':
      return htmlAnswer(502, '502: Bad gateway')
    case 'html_504':
      return htmlAnswer(504, '504: Gateway time-out')
    case 'html_524':
      return htmlAnswer(524, '524: A timeout occurred')
    case 'error_500':
      return new Refusal(500, { message: 'internal error' })
    case 'empty_404':
      return { status: 404, body: '' }
    case 'locked_423':
      return new Refusal(423, { message: 'The resource is locked. Try again later.' })
    case 'migration_477':
      return new Refusal(
        477,
        { message: 'This account is being moved to another data center. Try again later.' },
        retryAfter(fault.retryAfterSeconds ?? defaultRetryAfterSeconds),
      )
    case 'rate_limited_429':
      return rateRefusal(
        fault.policy ?? 'TEN_SECONDLY_ROLLING',
        fault.retryAfterSeconds === undefined ? {} : retryAfter(fault.retryAfterSeconds),
      )
    case 'expired_401':
      return expiredToken(nowMs)
    case 'forbidden_403':
      return new Refusal(403, {
        message: 'The IP address is not in the allow list of this account',
      })
    case 'error_in_200':
      return jsonAnswer({ status: 'error', message: 'internal error' })
    case 'redirect_302':
      return { status: 302, body: '', headers: { Location: '/login' } }
    default:
      return undefined
  }
}

function retryAfter(seconds: number): Readonly<Record<string, string>> {
  return { 'Retry-After': String(seconds) }
}
