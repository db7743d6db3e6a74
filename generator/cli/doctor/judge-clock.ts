import { formatDuration } from '../../../runtime/words/numbers-as-text.ts'
import { type Check, type Finding, finding } from './finding.ts'

/** HubSpot's clock has a resolution of one second and answers take time: smaller differences mean nothing. */
const noticedMs = 2_000
/** Certificates and tokens are rejected from about this difference on. */
const wrongMs = 300_000

/** Judges by how much this machine's clock is ahead of another one (negative: behind). */
export function judgeClock(check: Check, whose: string, aheadMs: number): Finding {
  const apartMs = Math.abs(aheadMs)
  if (apartMs <= noticedMs) return finding(check, 'ok', `this machine's clock agrees with ${whose}`)
  const side = aheadMs > 0 ? 'ahead of' : 'behind'
  const state = apartMs > wrongMs ? 'failed' : 'warning'
  const found = `this machine's clock is ${formatDuration(apartMs / 1000)} ${side} ${whose}`
  return finding(check, state, found, {
    fix: 'synchronize the clock over the network (`timedatectl set-ntp true` on Linux); if it already is, the other clock is wrong',
  })
}
