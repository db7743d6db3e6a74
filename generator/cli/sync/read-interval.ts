import { HubgenError } from '../../../runtime/errors.ts'
import { readDuration } from '../../config/read-duration.ts'

/** HubSpot's search index lags by seconds, and a round makes a few calls per entity. */
const shortestMs = 60_000
/** Timers are limited to 24 days; for longer intervals than a week cron is the better tool. */
const longestMs = 7 * 86_400_000

/** `90s`, `15m`, `2h`, `1d` in milliseconds, from a minute to a week. Fails with USAGE. */
export function readInterval(text: string): number {
  const ms = readDuration(text) * 1_000
  if (ms >= shortestMs && ms <= longestMs) return ms
  const why = Number.isNaN(ms)
    ? 'takes one number and one unit'
    : ms < shortestMs
      ? 'takes at least `1m`'
      : 'takes at most `7d`'
  throw new HubgenError('USAGE', `\`--every\` ${why}, found \`${text}\``, {
    fix: 'give the time from one start to the next: 15m, 2h, 1d',
  })
}
