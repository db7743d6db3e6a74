import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { bodyObject, type Call, requiredText } from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import { invalidRequest } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'

export const accountRoutes: readonly Route[] = [
  {
    name: 'account',
    method: 'GET',
    pattern: 'account-info/details',
    versions: v3AndDated,
    answer: accountDetails,
  },
  {
    name: 'api_usage',
    method: 'GET',
    pattern: 'account-info/api-usage/daily/private-apps',
    versions: v3AndDated,
    answer: dailyUsage,
  },
  {
    name: 'introspection',
    method: 'POST',
    pattern: 'oauth/v2/private-apps/get/access-token-info',
    versions: [''],
    budget: 'free',
    answer: introspectToken,
  },
]

/** The portal was created on 2019-04-02; this API uses ms. */
const portalCreatedMs = 1_554_163_200_000

function accountDetails(call: Call, { store, clock }: Context): Answer {
  const { portalId, accountType, timeZone, currency, uiDomain, dataHostingLocation } = store.portal
  const offsetMs = utcOffsetMs(clock.nowMs(), timeZone)
  return jsonAnswer({
    portalId,
    accountType,
    timeZone,
    companyCurrency: currency,
    additionalCurrencies: ['USD'],
    utcOffset: offsetText(offsetMs),
    utcOffsetMilliseconds: offsetMs,
    uiDomain,
    dataHostingLocation,
    ...(call.version === '2026-09' ? { createdAt: portalCreatedMs } : {}),
  })
}

function utcOffsetMs(nowMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(nowMs)
    .find((part) => part.type === 'timeZoneName')?.value
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)$/.exec(parts ?? '') ?? []
  if (sign === undefined) return 0
  const ms = (Number(hours) * 60 + Number(minutes)) * 60_000
  return sign === '-' ? -ms : ms
}

function offsetText(offsetMs: number): string {
  const minutes = Math.abs(offsetMs) / 60_000
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0')
  return `${offsetMs < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}

function dailyUsage(_call: Call, { limits, clock }: Context): Answer {
  const { limit, used } = limits.dailyUsage()
  const result = {
    name: 'private-apps-api-calls-daily',
    usageLimit: limit,
    currentUsage: used,
    collectedAt: new Date(clock.nowMs()).toISOString(),
    fetchStatus: 'SUCCESS',
    resetsAt: new Date(clock.nowMs() + 86_400_000).toISOString(),
  }
  return jsonAnswer({ results: [result] })
}

/** The token is in the body, so this route needs no Authorization header. */
function introspectToken(call: Call, { access, store }: Context): Answer {
  if (requiredText(bodyObject(call), 'tokenKey') !== access.token) {
    throw invalidRequest('The token is not valid')
  }
  return jsonAnswer({
    userId: 4_810_022,
    hubId: store.portal.portalId,
    appId: 3_141_592,
    scopes: access.granted(store),
  })
}
