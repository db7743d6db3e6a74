import type { ErrorBody } from './answer-body.ts'
import { quoteFromHubSpot, readErrorBody } from './answer-body.ts'
import { nextMidnight } from './daily-reset.ts'
import type { Fault } from './fault.ts'
import { HubSpotError } from './hubspot-error.ts'
import { usualScope } from './scopes.ts'
import { tokenFix } from './settings.ts'
import type { Answer, ApiRequest } from './transport.ts'

/** What an error message may say about the call it is about. */
export interface CallFacts {
  readonly request: ApiRequest
  readonly baseUrl: string
  readonly token: string
  readonly nowMs: number
  /** The portal's, where it is known by now. */
  readonly timeZone: string | null
}

/** Whether an answer is the daily limit, which no waiting of seconds will lift. */
export function isDailyLimit(answer: Answer): boolean {
  if (answer.status !== 429) return false
  const { policyName, message } = readErrorBody(answer)
  // HubSpot leaves the policy out of some of these answers; then only its sentence tells.
  return policyName === 'DAILY' || (policyName === '' && /daily limit/i.test(message))
}

/** The error for an answer that will be the same next time. */
export function refusal(answer: Answer, facts: CallFacts): HubSpotError {
  const { status } = answer
  const body = readErrorBody(answer)
  const said = quoteFromHubSpot(body.message, facts.token)
  const details = { at: placeOf(facts), status, category: body.category, said }
  if (status === 401) return tokenRejected(body, details)
  if (status === 403) return scopeMissing(body, facts, details)
  if (status === 429) return dailyLimitReached(facts, details)
  const sentence = said === '' ? 'and gave no reason' : `and says: ${said}`
  if (status === 404) {
    return new HubSpotError('HUBSPOT_NOT_FOUND', `HubSpot does not know this address ${sentence}`, {
      ...details,
      fix: 'check that the object type exists in this portal and that the API version is right',
    })
  }
  return new HubSpotError('HUBSPOT_REJECTED', `HubSpot answered ${status} ${sentence}`, {
    ...details,
    fix: 'if a property or object type changed in HubSpot, run `hubgen explore` and `hubgen generate` again',
  })
}

/** The error for a fault that did not go away. */
export function gaveUp(fault: Fault, attempts: number, facts: CallFacts): HubSpotError {
  const details = { at: placeOf(facts), status: fault.status, cause: fault.cause }
  const host = new URL(facts.baseUrl).host
  const times = attempts === 1 ? '' : `, ${attempts} times`
  if (fault.reason === 'unreachable') {
    return new HubSpotError('HUBSPOT_UNREACHABLE', `\`${host}\` ${fault.what}${times}`, {
      ...details,
      fix: 'check the network, a proxy or firewall, and HUBSPOT_API_URL',
    })
  }
  return new HubSpotError('HUBSPOT_FAILED', `HubSpot ${fault.what}${times}`, {
    ...details,
    fix: 'run the command again in a few minutes; https://status.hubspot.com tells of outages',
  })
}

/** The error for a wait that HubSpot asks for and that is longer than a run should sleep. */
export function askedToWait(fault: Fault, facts: CallFacts): HubSpotError {
  const until = new Date(facts.nowMs + (fault.retryAfterMs ?? 0)).toISOString()
  const why =
    fault.reason === 'migrating' ? ': it is moving this portal to another data centre' : ''
  return new HubSpotError(
    'HUBSPOT_PAUSED',
    `HubSpot ${fault.what} and asks to wait until ${until}${why}`,
    { at: placeOf(facts), status: fault.status, fix: `run the command again after ${until}` },
  )
}

interface Details {
  readonly at: string
  readonly status: number
  readonly category: string
  readonly said: string
}

function tokenRejected(body: ErrorBody, details: Details): HubSpotError {
  const message =
    body.category === 'EXPIRED_AUTHENTICATION'
      ? 'the token in HUBSPOT_API_TOKEN has expired'
      : 'HubSpot does not accept the token in HUBSPOT_API_TOKEN'
  return new HubSpotError('TOKEN_REJECTED', message, { ...details, fix: tokenFix })
}

function scopeMissing(body: ErrorBody, facts: CallFacts, details: Details): HubSpotError {
  const usual = usualScope(facts.request.path)
  if (body.scopes.length > 0) {
    const scopes = body.scopes.map((scope) => `\`${scope}\``).join(', ')
    return new HubSpotError('SCOPE_MISSING', `the token lacks a scope for this call: ${scopes}`, {
      ...details,
      scopes: body.scopes,
      fix: `add ${scopes} to the key in HubSpot, then run the command again`,
    })
  }
  const guess = usual === null ? '' : `; it usually needs \`${usual}\``
  return new HubSpotError('SCOPE_MISSING', `HubSpot forbids this call and names no scope${guess}`, {
    ...details,
    scopes: usual === null ? [] : [usual],
    fix: `add ${usual === null ? 'the read scope of this object type' : `\`${usual}\``} to the key in HubSpot, then run the command again`,
  })
}

function dailyLimitReached(facts: CallFacts, details: Details): HubSpotError {
  const zone = facts.timeZone ?? ''
  const midnight = zone === '' ? null : nextMidnight(zone, facts.nowMs)
  const when =
    midnight === null
      ? "at midnight in the portal's time zone"
      : `at ${new Date(midnight).toISOString()} (midnight in ${zone})`
  return new HubSpotError(
    'DAILY_LIMIT_REACHED',
    `this account has used up HubSpot's daily calls; they start again ${when}`,
    { ...details, fix: 'run the command again after that' },
  )
}

function placeOf({ request, baseUrl }: CallFacts): string {
  return `${request.method} ${baseUrl}${request.path}`
}
