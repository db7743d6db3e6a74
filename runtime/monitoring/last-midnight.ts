import { nextMidnight } from '../hubspot/daily-reset.ts'

const hourMs = 3_600_000

/** When today began in a time zone, as epoch ms; null for a zone that this machine does not know. */
export function lastMidnight(timeZone: string, nowMs: number): number | null {
  // The longest day has 25 hours: from there on, one or two midnights lie before now.
  let last = nextMidnight(timeZone, nowMs - 26 * hourMs)
  for (let next = last; next !== null && next <= nowMs; next = nextMidnight(timeZone, next)) {
    last = next
  }
  return last
}
