import { nextMidnight } from '../limits/daily-reset.ts'
import type { ErrorBody } from './answer-body.ts'
import { quoteFromHubSpot, readErrorBody } from './answer-body.ts'
import type { HttpProxy } from './find-proxy.ts'
import { forbidden, type RefusalDetails } from './forbidden.ts'
import { HubSpotError } from './hubspot-error.ts'
import { nameToken, type TokenSource, tokenFix } from './token-source.ts'
import type { TransientFailure } from './transient-failure.ts'
import type { Answer, ApiRequest } from './transport.ts'

/** The facts about a call that an error message may show. */
export interface CallFacts {
  readonly request: ApiRequest
  readonly baseUrl: string
  readonly token: string
  readonly tokenSource?: TokenSource | undefined
  readonly nowMs: number
  /** The portal's time zone, if known by now. */
  readonly timeZone: string | null
  /** Undefined for direct calls. */
  readonly proxy?: HttpProxy | undefined
}

/** Whether an answer reports the daily limit, which short waits do not lift. */
export function isDailyLimit(answer: Answer): boolean {
  if (answer.status !== 429) return false
  const { policyName, message } = readErrorBody(answer)
  // Some of these answers lack the policy; then only the message identifies the limit.
  return policyName === 'DAILY' || (policyName === '' && /daily limit/i.test(message))
}

/** The error for an answer that retries would not change. */
export function refusal(answer: Answer, facts: CallFacts): HubSpotError {
  const { status } = answer
  const body = readErrorBody(answer)
  const said = quoteFromHubSpot(body.message || body.title, facts.token)
  const { tokenSource } = facts
  const details = { at: placeOf(facts), status, category: body.category, said }
  if (status === 401) return tokenRejected(body, details, tokenSource)
  if (status === 403) return forbidden(body, { path: facts.request.path, tokenSource }, details)
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

/** The error for a failure that persisted through all attempts. */
export function gaveUp(
  failure: TransientFailure,
  attempts: number,
  facts: CallFacts,
): HubSpotError {
  if (failure.cause instanceof HubSpotError) return failure.cause
  const details = { at: placeOf(facts), status: failure.status, cause: failure.cause }
  const host = new URL(facts.baseUrl).host
  const times = attempts === 1 ? '' : `, ${attempts} times`
  if (failure.reason === 'unreachable') {
    const { proxy } = facts
    const through = proxy === undefined ? '' : ` through the proxy \`${proxy.label}\``
    return new HubSpotError(
      'HUBSPOT_UNREACHABLE',
      `\`${host}\` ${failure.what}${through}${times}`,
      {
        ...details,
        fix:
          proxy === undefined
            ? 'check the network, a firewall, and HUBSPOT_API_URL; behind a proxy set HTTPS_PROXY'
            : `check ${proxy.variable}, its user and password, and whether that proxy allows \`${host}\`; NO_PROXY names hosts to reach directly`,
      },
    )
  }
  if (failure.reason === 'redirected') {
    return new HubSpotError('HUBSPOT_FAILED', `HubSpot ${failure.what}${times}`, {
      ...details,
      fix: 'check HUBSPOT_API_URL, and whether a proxy or sign-in page of this network redirects calls: the API never does',
    })
  }
  return new HubSpotError('HUBSPOT_FAILED', `HubSpot ${failure.what}${times}`, {
    ...details,
    fix: 'run the command again in a few minutes; https://status.hubspot.com shows outages',
  })
}

/** The error for a wait requested by HubSpot that is too long for a run. */
export function askedToWait(failure: TransientFailure, facts: CallFacts): HubSpotError {
  const resumesAt = new Date(facts.nowMs + (failure.retryAfterMs ?? 0))
  const until = resumesAt.toISOString()
  const why =
    failure.reason === 'migrating' ? ': it is moving this portal to another data centre' : ''
  return new HubSpotError(
    'HUBSPOT_PAUSED',
    `HubSpot ${failure.what} and asks to wait until ${until}${why}`,
    {
      at: placeOf(facts),
      status: failure.status,
      fix: `run the command again after ${until}`,
      resumesAt,
    },
  )
}

function tokenRejected(
  body: ErrorBody,
  details: RefusalDetails,
  source: TokenSource | undefined,
): HubSpotError {
  const token = nameToken(source)
  const message =
    body.category === 'EXPIRED_AUTHENTICATION'
      ? `${token} has expired`
      : `HubSpot does not accept ${token}`
  return new HubSpotError('TOKEN_REJECTED', message, { ...details, fix: tokenFix(source) })
}

function dailyLimitReached(facts: CallFacts, details: RefusalDetails): HubSpotError {
  const zone = facts.timeZone ?? ''
  const midnight = zone === '' ? null : nextMidnight(zone, facts.nowMs)
  const when =
    midnight === null
      ? "at midnight in the portal's time zone"
      : `at ${new Date(midnight).toISOString()} (midnight in ${zone})`
  return new HubSpotError(
    'DAILY_LIMIT_REACHED',
    `this account has used up HubSpot's daily calls; they start again ${when}`,
    {
      ...details,
      fix: 'run the command again after that',
      resumesAt: midnight === null ? null : new Date(midnight),
    },
  )
}

function placeOf({ request, baseUrl }: CallFacts): string {
  return `${request.method} ${baseUrl}${request.path}`
}
