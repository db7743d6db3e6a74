/**
 * The proleptic Gregorian calendar, as in ISO 8601 and Postgres. Years are astronomical: 0 is 1 BC.
 * JavaScript's Date ends in the year 275,760, Postgres's timestamptz in 294,276.
 */
export interface CalendarDay {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
}

const monthDays = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
/** A cycle of 400 years repeats exactly. */
const daysPerCycle = 146_097
/** Days from 0000-03-01 to 1970-01-01. */
const daysToEpoch = 719_468

/** False for 2026-02-30 and for the 13th month. */
export function isCalendarDay({ year, month, day }: CalendarDay): boolean {
  const leapDay = month === 2 && isLeapYear(year) ? 1 : 0
  return day >= 1 && day <= (monthDays[month - 1] ?? 0) + leapDay
}

/** Days since 1970-01-01, negative before. */
export function daysSinceEpoch({ year, month, day }: CalendarDay): number {
  // Years that begin in March put the leap day last (Howard Hinnant's `days_from_civil`).
  const marchYear = month > 2 ? year : year - 1
  const cycle = Math.floor(marchYear / 400)
  const yearOfCycle = marchYear - cycle * 400
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  const leapDays = Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100)
  return cycle * daysPerCycle + yearOfCycle * 365 + leapDays + dayOfYear - daysToEpoch
}

/** The inverse of `daysSinceEpoch`. */
export function calendarDay(days: number): CalendarDay {
  const shifted = days + daysToEpoch
  const cycle = Math.floor(shifted / daysPerCycle)
  const dayOfCycle = shifted - cycle * daysPerCycle
  const yearOfCycle = Math.floor(
    (dayOfCycle -
      Math.floor(dayOfCycle / 1460) +
      Math.floor(dayOfCycle / 36_524) -
      Math.floor(dayOfCycle / 146_096)) /
      365,
  )
  const dayOfYear =
    dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100))
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
  return {
    year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  }
}

/**
 * Year, month and day as Postgres reads them under any DateStyle (with at least four digits for the year),
 * and the era to put after the time: "" or " BC".
 */
export function formatDay({ year, month, day }: CalendarDay): { day: string; era: string } {
  const shownYear = year > 0 ? year : 1 - year
  return {
    day: `${pad(shownYear, 4)}-${pad(month, 2)}-${pad(day, 2)}`,
    era: year > 0 ? '' : ' BC',
  }
}

/** The number with leading zeros up to `width`. */
export function pad(value: number, width: number): string {
  return String(value).padStart(width, '0')
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}
