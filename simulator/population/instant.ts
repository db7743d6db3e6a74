export const DAY_MS = 86_400_000

const TWO_DIGITS = digits(60, 2)
const THREE_DIGITS = digits(1_000, 3)
/** Cached texts of days; records lie within a few thousand days. */
const days = new Map<number, string>()

/**
 * An instant as HubSpot writes it: with milliseconds, or without a fraction if they are zero. Assembled
 * from cached pieces, because a third of all values are instants.
 */
export function isoInstant(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  const inDay = ms - day * DAY_MS
  const hours = (inDay / 3_600_000) | 0
  const minutes = ((inDay / 60_000) | 0) % 60
  const seconds = ((inDay / 1_000) | 0) % 60
  const fraction = inDay % 1_000
  const clock = `${dayText(day)}T${TWO_DIGITS[hours]}:${TWO_DIGITS[minutes]}:${TWO_DIGITS[seconds]}`
  return fraction === 0 ? `${clock}Z` : `${clock}.${THREE_DIGITS[fraction]}Z`
}

/** The UTC day of an instant, as in date properties. */
export function isoDay(ms: number): string {
  return dayText(Math.floor(ms / DAY_MS))
}

function dayText(day: number): string {
  let text = days.get(day)
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, 10)
    days.set(day, text)
  }
  return text
}

function digits(count: number, width: number): readonly string[] {
  return Array.from({ length: count }, (_, value) => String(value).padStart(width, '0'))
}
