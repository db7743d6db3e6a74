import { expect, it } from 'vitest'
import { rhythmOf } from '../../runtime/queue/portal-schedule.ts'

const at = (cron: string) => ({ schedule: { kind: 'at', cron, timeZone: 'UTC' } }) as const
const hours = (count: number) => count * 3_600

it.each([
  ['*/5 9-16 * * mon-fri', '2026-11-26T09:00:00Z', 300, hours(64) + 300],
  ['0 5 * * *', '2026-11-26T05:00:00Z', hours(24), hours(24)],
  ['0 5 * * mon-fri', '2026-11-27T05:00:00Z', hours(72), hours(72)],
  ['0 * * * *', '2026-11-27T05:00:00Z', hours(1), hours(1)],
  // So far apart that pg-boss gives up on a list of many.
  ['0 5 * * sun', '2026-11-29T05:00:00Z', hours(7 * 24), hours(7 * 24)],
  ['0 5 1 * *', '2026-11-01T05:00:00Z', hours(30 * 24), hours(31 * 24)],
  ['0 5 29 2 *', '2028-02-29T05:00:00Z', hours(1461 * 24), hours(1461 * 24)],
])('the rhythm of %s at %s', (cron, from, nextSeconds, longestSeconds) => {
  expect(rhythmOf(at(cron), new Date(from))).toEqual({ nextSeconds, longestSeconds })
})

it('of an interval is the interval', () => {
  const schedule = { kind: 'every', seconds: 900 } as const
  expect(rhythmOf({ schedule }, new Date())).toEqual({ nextSeconds: 900, longestSeconds: 900 })
})
