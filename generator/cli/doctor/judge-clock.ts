import { formatDuration } from '../../../runtime/words/numbers-as-text.ts'
import { type Check, type Finding, finding } from './finding.ts'

/** HubSpot tells time to the second, and an answer takes its way: less says nothing. */
const noticedMs = 2_000
/** Certificates and tokens are rejected from about here on. */
const wrongMs = 300_000

/** What it means that this machine's clock is ahead of another, or behind it where the number is negative. */
export function judgeClock(check: Check, whose: string, aheadMs: number): Finding {
  const apartMs = Math.abs(aheadMs)
  if (apartMs <= noticedMs) return finding(check, 'ok', `this machine's clock agrees with ${whose}`)
  const side = aheadMs > 0 ? 'ahead of' : 'behind'
  const state = apartMs > wrongMs ? 'failed' : 'warning'
  const found = `this machine's clock is ${formatDuration(apartMs / 1000)} ${side} ${whose}`
  return finding(check, state, found, {
    fix: 'let the machine set its clock by the network (`timedatectl set-ntp true` on Linux); if it does, the other clock is wrong',
  })
}
