import { HubgenError } from '../../../runtime/errors.ts'
import type { Account } from '../../../runtime/hubspot/account.ts'
import { connectHubSpot, type HubSpot, type Retry } from '../../../runtime/hubspot/client.ts'
import type { DailyLimit } from '../../../runtime/hubspot/rate-limiter.ts'
import type { HubSpotSettings } from '../../../runtime/hubspot/settings.ts'
import { formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { type Finding, finding, findingOf, type Section, skippedChecks } from './finding.ts'
import { judgeClock } from './judge-clock.ts'

/** A portal that answers. */
export interface Portal {
  readonly hubspot: HubSpot
  readonly account: Account
}

/** Of a day's calls; with less a full sync may not end today. */
const scarceShare = 0.1
/** A sync is patient for minutes; somebody who waits for an answer is not. */
const mostAttempts = 3
/** Another program may use up the limit for a while. */
const mostWaits = 8

/** One call: who the token is, what is left of today, and what time it is there. */
export async function examineHubSpot(
  settings: HubSpotSettings | null,
): Promise<{ readonly section: Section; readonly portal: Portal | null; readonly calls: number }> {
  const title = 'HubSpot'
  if (settings === null) {
    const findings = skippedChecks(
      ['token', 'daily_limit', 'hubspot_clock'],
      'HubSpot cannot be asked before its settings are right',
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
    const message = `HubSpot ${what}, again and again`
    const fix = 'run the command again in a few minutes; https://status.hubspot.com shows outages'
    controller.abort(new HubgenError('HUBSPOT_FAILED', message, { fix }))
  }
  return connectHubSpot(settings, { onRetry, signal: controller.signal, requestTimeoutMs: 30_000 })
}

/**
 * What is left of a day's calls; null where HubSpot tells no limit.
 * @internal Exported for tests.
 */
export function judgeDailyLimit(limit: DailyLimit | null): Finding {
  if (limit === null) return finding('daily_limit', 'ok', 'HubSpot tells no daily limit for it')
  const { permitted, remaining } = limit
  const left = `${formatCount(remaining)} of ${formatCount(permitted)} calls are left today`
  if (remaining >= permitted * scarceShare) return finding('daily_limit', 'ok', left)
  return finding('daily_limit', 'warning', left, {
    fix: "wait until midnight in the portal's time zone, or see which other program calls HubSpot; `hubgen sync --all --plan` says what a sync takes",
  })
}

function describeClock({ clockAheadMs }: HubSpot): Finding {
  if (clockAheadMs === null) return finding('hubspot_clock', 'ok', 'HubSpot did not tell its time')
  return judgeClock('hubspot_clock', "HubSpot's", clockAheadMs)
}
