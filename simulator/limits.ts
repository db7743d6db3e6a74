import type { Clock } from './clock.ts'
import { Refusal } from './http/refusal.ts'

/** Rate limits; `'none'` counts nothing and sends no rate headers. */
export type Limits = 'none' | LimitSettings

export interface LimitSettings {
  /** Calls in any ten seconds, without searches. */
  readonly burst?: number
  /** Calls until midnight in the portal's time zone, including searches. */
  readonly daily?: number
  /** Searches in any second. */
  readonly search?: number
}

export type RatePolicy = 'TEN_SECONDLY_ROLLING' | 'DAILY' | 'SECONDLY'

/** A Professional portal without the limit add-on. */
const defaultSettings: Required<LimitSettings> = { burst: 190, daily: 625_000, search: 5 }
const burstWindowMs = 10_000
const searchWindowMs = 1_000
/** In every time zone, midnight falls on a quarter of an hour. */
const quarterHourMs = 900_000

/** Counts calls against HubSpot's three budgets. Refused calls are not counted. */
export class RateLimits {
  readonly #settings: Required<LimitSettings> | undefined
  readonly #clock: Clock
  readonly #dayFormat: Intl.DateTimeFormat
  readonly #burst: number[] = []
  readonly #searches: number[] = []
  #quarterHour = -1
  #day = ''
  #today = 0

  constructor(limits: Limits, clock: Clock, timeZone: string) {
    this.#settings = limits === 'none' ? undefined : { ...defaultSettings, ...limits }
    this.#clock = clock
    this.#dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
  }

  /** The headers of an ordinary answer. Throws a Refusal with 429 if a budget is used up. */
  takeCall(): Readonly<Record<string, string>> {
    if (this.#settings === undefined) return {}
    this.#startDay()
    const nowMs = this.#clock.nowMs()
    dropBefore(this.#burst, nowMs - burstWindowMs)
    if (this.#today >= this.#settings.daily) throw rateRefusal('DAILY', this.#headers())
    if (this.#burst.length >= this.#settings.burst) {
      throw rateRefusal('TEN_SECONDLY_ROLLING', this.#headers())
    }
    this.#burst.push(nowMs)
    this.#today++
    return this.#headers()
  }

  /** Answers to searches have no rate headers, whether refused or not. */
  takeSearch(): void {
    if (this.#settings === undefined) return
    this.#startDay()
    const nowMs = this.#clock.nowMs()
    dropBefore(this.#searches, nowMs - searchWindowMs)
    if (this.#today >= this.#settings.daily) throw rateRefusal('DAILY')
    if (this.#searches.length >= this.#settings.search) throw rateRefusal('SECONDLY')
    this.#searches.push(nowMs)
    this.#today++
  }

  /** Calls of today and the daily budget; zeros without limits. */
  dailyUsage(): { limit: number; used: number } {
    return { limit: this.#settings?.daily ?? 0, used: this.#today }
  }

  #startDay(): void {
    const nowMs = this.#clock.nowMs()
    const quarterHour = Math.floor(nowMs / quarterHourMs)
    if (quarterHour === this.#quarterHour) return
    this.#quarterHour = quarterHour
    const day = this.#dayFormat.format(nowMs)
    if (day !== this.#day) this.#today = 0
    this.#day = day
  }

  #headers(): Readonly<Record<string, string>> {
    const { burst, daily } = this.#settings ?? defaultSettings
    const remaining = burst - this.#burst.length
    return {
      'X-HubSpot-RateLimit-Daily': String(daily),
      'X-HubSpot-RateLimit-Daily-Remaining': String(Math.max(0, daily - this.#today)),
      'X-HubSpot-RateLimit-Interval-Milliseconds': String(burstWindowMs),
      'X-HubSpot-RateLimit-Max': String(burst),
      'X-HubSpot-RateLimit-Remaining': String(Math.max(0, remaining)),
      'X-HubSpot-RateLimit-Secondly': String(Math.ceil(burst / 10)),
      'X-HubSpot-RateLimit-Secondly-Remaining': String(
        Math.max(0, Math.min(Math.ceil(burst / 10), remaining)),
      ),
    }
  }
}

const groupNames: Readonly<Record<RatePolicy, string>> = {
  TEN_SECONDLY_ROLLING: 'publicapi:private-app-api-calls-ten-secondly:8100142',
  DAILY: 'publicapi:private-app-api-calls-daily:8100142',
  SECONDLY: 'publicapi:crm:search:8100142',
}

const policyWords: Readonly<Record<RatePolicy, string>> = {
  TEN_SECONDLY_ROLLING: 'ten_secondly_rolling',
  DAILY: 'daily',
  SECONDLY: 'secondly',
}

/** The 429 of a policy. HubSpot documents no Retry-After for it, so there is none by default. */
export function rateRefusal(
  policy: RatePolicy,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  const body = {
    message: `You have reached your ${policyWords[policy]} limit.`,
    errorType: 'RATE_LIMIT',
    policyName: policy,
    groupName: groupNames[policy],
    ...(policy === 'DAILY' ? { requestId: '0a1b2c3d-0000-4000-8000-00000000daf1' } : {}),
  }
  return new Refusal(429, body, headers)
}

function dropBefore(times: number[], untilMs: number): void {
  let count = 0
  while (count < times.length && (times[count] ?? 0) <= untilMs) count++
  if (count > 0) times.splice(0, count)
}
