import { type CalendarDay, isCalendarDay } from './calendar.ts'

/** A date with or without a time, as written. */
export interface WrittenInstant {
  readonly day: CalendarDay
  /** Seconds since that day's midnight; 86,400 for `24:00` and for a leap second at its end. */
  readonly second: number
  readonly microsecond: number
  /** The written offset; 0 if there is none, because HubSpot's times are UTC. */
  readonly offsetSeconds: number
}

const iso =
  /^([+-]?\d{4,7})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?(?: ?([Z]|[+-]\d{2}(?::?\d{2})?))?)?$/i

/** Parses ISO 8601; undefined for anything else and for days that do not exist. */
export function parseIso(text: string): WrittenInstant | undefined {
  const match = iso.exec(text)
  if (match === null) return undefined
  const [, year, month, date, hour, minute, second, fraction = '', offset] = match
  const day = { year: Number(year), month: Number(month), day: Number(date) }
  if (!isCalendarDay(day)) return undefined
  const secondOfDay = parseTime(Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0))
  const offsetSeconds = parseOffset(offset)
  if (secondOfDay === undefined || offsetSeconds === undefined) return undefined
  // Digits beyond microseconds are dropped, never rounded up into the future.
  const microsecond = Number(fraction.slice(0, 6).padEnd(6, '0'))
  const pastTheEnd = second === '60' || hour === '24'
  if (hour === '24' && microsecond > 0) return undefined
  return { day, second: secondOfDay, microsecond: pastTheEnd ? 0 : microsecond, offsetSeconds }
}

/** A leap second is the first instant of the next minute, as in Postgres. */
function parseTime(hour: number, minute: number, second: number): number | undefined {
  if (minute > 59 || second > 60) return undefined
  const secondOfDay = hour * 3600 + minute * 60 + second
  return hour < 24 || secondOfDay === 86_400 ? secondOfDay : undefined
}

function parseOffset(offset: string | undefined): number | undefined {
  if (offset === undefined || offset === 'Z' || offset === 'z') return 0
  const hours = Number(offset.slice(1, 3))
  const minutes = Number(offset.slice(3).replace(':', ''))
  if (hours > 15 || minutes > 59) return undefined
  const seconds = hours * 3600 + minutes * 60
  return offset.startsWith('-') ? -seconds : seconds
}
