import { daysSinceEpoch, isCalendarDay } from './calendar.ts'
import { Reject } from './codec.ts'
import { type Decimal, parseDecimal, scaledMagnitude, wholeDigits } from './decimal.ts'

/**
 * The kind of time a number is read as: HubSpot stores a day as its midnight in UTC, an instant in
 * milliseconds.
 */
export type TimeUnit = 'day' | 'instant'

const microsPerMs = 1_000n
const microsPerSecond = 1_000_000n
const microsPerQuarterHour = 900n * microsPerSecond
const microsPerDay = 86_400n * microsPerSecond

/** `yyyymmdd`, `yyyymmddhh`, `yyyymmddhhmm` or `yyyymmddhhmmss`; also in the form of a float, `20260312.0`. */
const calendar = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(?:(\d{2})(?:(\d{2}))?)?)?(?:\.0+)?$/

/**
 * Below this (1970-04-26), milliseconds could also be seconds. From here on, seconds would lie after the
 * year 2286.
 */
const clearlyMs = 10_000_000_000n * microsPerMs

// Seconds are accepted from 1900 to the end of 2100, except within three years of 1970, which numbers with
// fewer than nine digits would mean: years, spreadsheet serial numbers, amounts.
const earliestSecond = microsOfYear(1900)
const latestSecond = microsOfYear(2101)
const fewestSeconds = 100_000_000n * microsPerSecond

// Milliseconds in these years are accepted as they are. Outside of them only placeholders such as
// 0001-01-01 and 9999-12-31 are: midnight, or the last second or millisecond of a day, in some time zone.
const earliestMs = microsOfYear(1900)
const latestMs = microsOfYear(2200)
const firstMs = microsOfYear(1)
const endMs = microsOfYear(10_000)
const beforeMidnight = [0n, microsPerMs, microsPerSecond]

/**
 * The time that a number means, in microseconds since 1970, rounded towards the past; undefined if the text
 * is not a number. A number specifies neither its unit nor whether it is a calendar day. Each reading must
 * be a likely one, and a number with two likely readings or none is refused (`ambiguous_digits`), so that
 * it never becomes a day in another century.
 *
 * - `20260312` and `20260312073623` from 1900 to 2100 are that day and that second in UTC.
 * - Milliseconds are HubSpot's own unit, and a day is a whole number of days: for a day these are always
 * milliseconds, also near 1970, where seconds would turn 1970-03-01 into 2131.
 * - From 1970-04-26 on, and equally far before 1970, other numbers are milliseconds too.
 * - In between, a number is seconds if that gives a year from 1900 to 2100 and it has at least nine digits;
 * it is milliseconds if that gives a whole quarter of an hour, as midnight is in any time zone. Zero is
 * both.
 * - `2026`, `202603` and `12345` are no time. `2026031207` and `202603120736` could be a calendar day or an
 * epoch.
 */
export function readDigits(text: string, unit: TimeUnit): bigint | Reject | undefined {
  if (text.includes(',')) return undefined
  const decimal = parseDecimal(text)
  if (decimal === undefined) return undefined
  if (wholeDigits(decimal) > 18) return new Reject('year_out_of_range')
  const asMs = signedFloor(decimal, 3)
  const isExact = scaledMagnitude(decimal, 3).exact
  const written = readCalendar(text)
  if (written?.clear === true) return written.micros
  if (unit === 'day' && isExact && asMs % microsPerDay === 0n) return believedMs(asMs)
  if (written !== undefined) return new Reject('ambiguous_digits')
  if (magnitude(asMs) >= clearlyMs) return believedMs(asMs)
  return nearEpoch(asMs, isExact, signedFloor(decimal, 6))
}

/** Eight and fourteen digits have no other likely reading; ten may also be seconds, twelve milliseconds. */
function readCalendar(
  text: string,
): { readonly micros: bigint; readonly clear: boolean } | undefined {
  const match = calendar.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  const date = { year: Number(year), month: Number(month), day: Number(day) }
  if (date.year < 1900 || date.year > 2100 || !isCalendarDay(date)) return undefined
  const [hours, minutes, seconds] = [Number(hour ?? 0), Number(minute ?? 0), Number(second ?? 0)]
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined
  const ofDay = BigInt(hours * 3600 + minutes * 60 + seconds)
  const micros = BigInt(daysSinceEpoch(date)) * microsPerDay + ofDay * microsPerSecond
  return { micros, clear: hour === undefined || second !== undefined }
}

function believedMs(micros: bigint): bigint | Reject {
  if (micros >= earliestMs && micros < latestMs) return micros
  if (micros < firstMs || micros >= endMs) return new Reject('year_out_of_range')
  const isPlaceholder = beforeMidnight.some((gap) => (micros + gap) % microsPerQuarterHour === 0n)
  return isPlaceholder ? micros : new Reject('ambiguous_digits')
}

function nearEpoch(asMs: bigint, isExact: boolean, asSeconds: bigint): bigint | Reject {
  if (isExact && asMs === 0n) return asMs
  const isMs = isExact && asMs % microsPerQuarterHour === 0n
  const isFew = magnitude(asSeconds) < fewestSeconds
  // Midnight in seconds is as likely as another time of day in milliseconds.
  const isMidnight = isMs && asMs % microsPerDay !== 0n && asSeconds % microsPerDay === 0n
  const isSeconds =
    (!isFew || isMidnight) && asSeconds >= earliestSecond && asSeconds < latestSecond
  if (isMs === isSeconds) return new Reject('ambiguous_digits')
  return isMs ? asMs : asSeconds
}

function microsOfYear(year: number): bigint {
  return BigInt(daysSinceEpoch({ year, month: 1, day: 1 })) * microsPerDay
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value
}

function signedFloor(decimal: Decimal, shift: number): bigint {
  const { whole, exact } = scaledMagnitude(decimal, shift)
  if (!decimal.negative) return whole
  return exact ? -whole : -whole - 1n
}
