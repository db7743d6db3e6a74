import type { PropertyCodec } from '../entity.ts'
import { calendarDay, daysSinceEpoch, formatDay } from './calendar.ts'
import { type Codec, Reject } from './codec.ts'
import { readDigits } from './digits.ts'
import { parseIso } from './instant.ts'

const microsPerDay = 86_400_000_000n

// Postgres's range: 4714-11-24 BC to the end of the year 5874897.
const firstDay = daysSinceEpoch({ year: -4713, month: 11, day: 24 })
const lastDay = daysSinceEpoch({ year: 5_874_897, month: 12, day: 31 })

/**
 * Calendar days: as written, ignoring any time and offset; in digits alone (`20260312`); or the UTC day of
 * an epoch (HubSpot sends a date as its midnight in UTC). `readDigits` decides about numbers.
 */
export const dateCodec: Codec<'date'> = {
  type: 'date',
  output: 'plain',
  decode(raw) {
    const text = raw.trim()
    if (text === '') return null
    const written = parseIso(text)
    if (written !== undefined) {
      // Year 0000 is how software writes "no date", not 1 BC.
      if (written.day.year === 0) return new Reject('year_out_of_range')
      return formatDate(daysSinceEpoch(written.day))
    }
    const micros = readDigits(text, 'day')
    if (micros instanceof Reject) return micros
    if (micros !== undefined) return formatDate(floorToDays(micros))
    return new Reject(text.includes(';') ? 'several_values' : 'not_a_date')
  },
}

/** A date column filled from this property. */
export function date(property: string): PropertyCodec<Codec<'date'>> {
  return { property, codec: dateCodec }
}

function floorToDays(micros: bigint): number {
  const days = micros / microsPerDay
  return Number(micros < 0n && micros % microsPerDay !== 0n ? days - 1n : days)
}

function formatDate(days: number): string | Reject {
  if (days < firstDay || days > lastDay) return new Reject('year_out_of_range')
  const { day, era } = formatDay(calendarDay(days))
  return day + era
}
