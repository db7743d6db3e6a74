/**
 * The next midnight in a time zone, when HubSpot's daily limit resets, as epoch ms; null if this machine
 * does not know the zone.
 */
export function nextMidnight(timeZone: string, nowMs: number): number | null {
  try {
    const today = localTime(timeZone, nowMs)
    const midnight = Date.UTC(today.year, today.month - 1, today.day + 1)
    // If clocks change that day, the offset at the first guess may differ from the one at midnight.
    const guess = midnight - offsetAt(timeZone, midnight)
    return midnight - offsetAt(timeZone, guess)
  } catch {
    return null
  }
}

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
