import { HubgenError } from '../../../runtime/errors.ts'
import { readDuration } from '../../config/read-duration.ts'

/** HubSpot's search index trails by seconds, and a round of many entities asks some calls of each. */
const shortestMs = 60_000
/** Timers end at 24 days; a process that does less than something a week is a matter for cron. */
const longestMs = 7 * 86_400_000

/** `90s`, `15m`, `2h`, `1d` in milliseconds, from a minute to a week. Fails with USAGE. */
export function readInterval(text: string): number {
  const ms = readDuration(text) * 1_000
  if (ms >= shortestMs && ms <= longestMs) return ms
  const why = Number.isNaN(ms)
    ? 'takes a number and a unit'
    : ms < shortestMs
      ? 'takes at least `1m`'
      : 'takes at most `7d`'
  throw new HubgenError('USAGE', `\`--every\` ${why}, found \`${text}\``, {
    fix: 'write how long from one start to the next: 15m, 2h, 1d',
  })
}
