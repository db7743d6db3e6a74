import { nextMidnight } from '../hubspot/limits/daily-reset.ts'
import { lastMidnight } from './read-status.ts'

/** The days that a history shows, today included. */
export const historyDays = 30
/** A day is divided into this many spans, so that several runs a day can be distinguished. */
export const spansOfDay = 4

const dayMs = 86_400_000

/**
 * The starts of all spans of the last 30 days in order, and the end of today. Days are those of the time zone;
 * on a day when clocks change, the spans are shorter or longer.
 */
export function historyBounds(timeZone: string, now: Date): readonly Date[] {
  const nowMs = now.getTime()
  const days = [nextMidnight(timeZone, nowMs) ?? startOfUtcDay(nowMs) + dayMs]
  while (days.length <= historyDays) {
    const before = (days[0] ?? nowMs) - 1
    days.unshift(lastMidnight(timeZone, before) ?? startOfUtcDay(before))
  }
  return days.flatMap((start, index) => {
    const end = days[index + 1]
    if (end === undefined) return [new Date(start)]
    return Array.from(
      { length: spansOfDay },
      (_, part) => new Date(start + ((end - start) * part) / spansOfDay),
    )
  })
}

function startOfUtcDay(atMs: number): number {
  return Math.floor(atMs / dayMs) * dayMs
}
