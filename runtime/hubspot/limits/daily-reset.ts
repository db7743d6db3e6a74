/**
 * The next midnight in a time zone, when HubSpot's daily limit resets, as epoch ms; null if this machine
 * does not know the zone.
 */
export function nextMidnight(timeZone: string, nowMs: number): number | null {
  try {
    return instantOf(timeZone, nowMs, { days: 1, hour: 0, minute: 0 })
  } catch {
    return null
  }
}

/** The last and the next time, as epoch ms, at which the clocks of a time zone show this; null for an unknown zone. */
export function aroundTimeOfDay(
  timeZone: string,
  time: { readonly hour: number; readonly minute: number },
  nowMs: number,
): { readonly lastMs: number; readonly nextMs: number } | null {
  try {
    const times = [-1, 0, 1].map((days) => instantOf(timeZone, nowMs, { days, ...time }))
    const lastMs = Math.max(...times.filter((timeMs) => timeMs <= nowMs))
    const nextMs = Math.min(...times.filter((timeMs) => timeMs > nowMs))
    return { lastMs, nextMs }
  } catch {
    return null
  }
}

interface TimeOfDay {
  /** 0 is the day of now in that zone. */
  readonly days: number
  readonly hour: number
  readonly minute: number
}

function instantOf(timeZone: string, nowMs: number, { days, hour, minute }: TimeOfDay): number {
  const today = localTime(timeZone, nowMs)
  const local = Date.UTC(today.year, today.month - 1, today.day + days, hour, minute)
  // If clocks change that day, there are two offsets: both may give this time, or none where the clocks skip it.
  const times = [local - dayMs, local + dayMs].map((ms) => local - offsetAt(timeZone, ms))
  const shown = times.filter((timeMs) => offsetAt(timeZone, timeMs) === local - timeMs)
  return shown.length > 0 ? Math.min(...shown) : Math.max(...times)
}

const dayMs = 86_400_000

function offsetAt(timeZone: string, instantMs: number): number {
  const local = localTime(timeZone, instantMs)
  const asUtc = Date.UTC(
    local.year,
    local.month - 1,
    local.day,
    local.hour,
    local.minute,
    local.second,
  )
  return asUtc - Math.floor(instantMs / 1000) * 1000
}

type LocalTime = Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>

function localTime(timeZone: string, instantMs: number): LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const local: LocalTime = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 }
  for (const part of format.formatToParts(instantMs)) {
    if (part.type in local) local[part.type as keyof LocalTime] = Number(part.value)
  }
  return local
}
