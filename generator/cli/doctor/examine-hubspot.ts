import { HubgenError } from '../../../runtime/errors.ts'
import type { Account } from '../../../runtime/hubspot/client/account.ts'
import { connectHubSpot, type HubSpot, type Retry } from '../../../runtime/hubspot/client/client.ts'
import type { HubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import type { DailyLimit } from '../../../runtime/hubspot/limits/rate-limiter.ts'
import { formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { type Finding, finding, findingOf, type Section, skippedChecks } from './finding.ts'
import { judgeClock } from './judge-clock.ts'

/** The portal that the token reads. */
export interface Portal {
  readonly hubspot: HubSpot
  readonly account: Account
}

/** Share of the day's calls; with less, a full sync may not finish today. */
const scarceShare = 0.1
/** A sync retries for minutes; somebody who waits for doctor's answer should not have to. */
const mostAttempts = 3
/** Another program may use up the limit for a while. */
const mostWaits = 8

/** Makes one call: it returns the token's portal, the remaining calls of today and HubSpot's time. */
export async function examineHubSpot(
  settings: HubSpotSettings | null,
): Promise<{ readonly section: Section; readonly portal: Portal | null; readonly calls: number }> {
  const title = 'HubSpot'
  if (settings === null) {
    const findings = skippedChecks(
      ['token', 'daily_limit', 'hubspot_clock'],
      'the HubSpot settings are invalid',
    )
    return { section: { title, findings }, portal: null, calls: 0 }
  }
  const hubspot = connectImpatiently(settings)
  try {
    const account = await hubspot.account()
    const zone = account.timeZone === '' ? '' : ` (${account.timeZone})`
    const findings = [
      finding('token', 'ok', `the token reads portal ${account.portalId}${zone}`),
      judgeDailyLimit(hubspot.dailyLimit),
      describeClock(hubspot),
    ]
    return { section: { title, findings }, portal: { hubspot, account }, calls: hubspot.calls }
  } catch (error) {
    const rest = skippedChecks(
      ['daily_limit', 'hubspot_clock'],
      'HubSpot did not answer this token',
    )
    const findings = [findingOf('token', error), ...rest]
    return { section: { title, findings }, portal: null, calls: hubspot.calls }
  }
}

function connectImpatiently(settings: HubSpotSettings): HubSpot {
  const controller = new AbortController()
  const onRetry = ({ reason, what, attempt, delayMs }: Retry) => {
    const most = reason === 'rate_limited' ? mostWaits : mostAttempts
    if (attempt < most && delayMs <= 10_000) return
    const message = `HubSpot ${what} repeatedly`
    const fix = 'run the command again in a few minutes; https://status.hubspot.com lists outages'
    controller.abort(new HubgenError('HUBSPOT_FAILED', message, { fix }))
  }
  return connectHubSpot(settings, { onRetry, signal: controller.signal, requestTimeoutMs: 30_000 })
}

/**
 * Judges the remaining calls of the day; null if HubSpot reports no limit.
 * @internal Exported for tests.
 */
export function judgeDailyLimit(limit: DailyLimit | null): Finding {
  if (limit === null)
    return finding('daily_limit', 'ok', 'HubSpot reports no daily limit for this token')
  const { permitted, remaining } = limit
  const left = `${formatCount(remaining)} of ${formatCount(permitted)} calls are left today`
  if (remaining >= permitted * scarceShare) return finding('daily_limit', 'ok', left)
  return finding('daily_limit', 'warning', left, {
    fix: "wait until midnight in the portal's time zone, or find the other program that calls HubSpot; `hubgen sync --all --plan` estimates the calls of a sync",
  })
}

function describeClock({ clockAheadMs }: HubSpot): Finding {
  if (clockAheadMs === null)
    return finding('hubspot_clock', 'ok', 'HubSpot did not report its time')
  return judgeClock('hubspot_clock', "HubSpot's", clockAheadMs)
}
