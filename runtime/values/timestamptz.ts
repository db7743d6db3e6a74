import type { PropertyCodec } from '../entity.ts'
import { calendarDay, daysSinceEpoch, formatDay, pad } from './calendar.ts'
import { type Codec, Reject } from './codec.ts'
import { readDigits } from './digits.ts'
import { parseIso, type WrittenInstant } from './instant.ts'

// The form of nearly all values, with a day that every month has: matching is fifty times faster than
// parsing.
const ordinary =
  /^[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z$/

const microsPerDay = 86_400_000_000n
const secondsPerDay = 86_400

// Postgres's range: 4714-11-24 BC to the end of the year 294276, in UTC.
const firstDay = daysSinceEpoch({ year: -4713, month: 11, day: 24 })
const lastDay = daysSinceEpoch({ year: 294_276, month: 12, day: 31 })

/**
 * Instants to the microsecond: ISO 8601 (UTC without an offset, midnight without a time), calendar days in
 * digits (`20260312`), and epoch seconds or milliseconds where unambiguous (`readDigits`). Passed to
 * Postgres in UTC.
 */
export const timestamptzCodec: Codec<'timestamptz'> = {
  type: 'timestamptz',
  output: 'plain',
  decode(raw) {
    if (ordinary.test(raw)) return raw
    const text = raw.trim()
    if (text === '') return null
    const written = parseIso(text)
    if (written !== undefined) return decodeWritten(written)
    const micros = readDigits(text, 'instant')
    if (micros instanceof Reject) return micros
    if (micros !== undefined) return decodeEpoch(micros)
    return new Reject(text.includes(';') ? 'several_values' : 'not_a_datetime')
  },
}

/** A timestamptz column filled from this property. */
export function timestamptz(property: string): PropertyCodec<Codec<'timestamptz'>> {
  return { property, codec: timestamptzCodec }
}

function decodeWritten(written: WrittenInstant): string | Reject {
  // Year 0000 is how software writes "no date", not 1 BC.
  if (written.day.year === 0) return new Reject('year_out_of_range')
  const second = written.second - written.offsetSeconds
  const days = Math.floor(second / secondsPerDay)
  return formatInstant(
    daysSinceEpoch(written.day) + days,
    second - days * secondsPerDay,
    written.microsecond,
  )
}

function decodeEpoch(micros: bigint): string | Reject {
  const remainder = micros % microsPerDay
  const microOfDay = Number(remainder < 0n ? remainder + microsPerDay : remainder)
  const days = Number((micros - BigInt(microOfDay)) / microsPerDay)
  return formatInstant(days, Math.floor(microOfDay / 1_000_000), microOfDay % 1_000_000)
}

function formatInstant(days: number, second: number, microsecond: number): string | Reject {
  if (days < firstDay || days > lastDay) return new Reject('year_out_of_range')
  const { day, era } = formatDay(calendarDay(days))
  const minute = Math.floor(second / 60)
  const time = `${pad(Math.floor(minute / 60), 2)}:${pad(minute % 60, 2)}:${pad(second % 60, 2)}`
  const fraction = microsecond === 0 ? '' : `.${pad(microsecond, 6)}`
  return `${day} ${time}${fraction}+00${era}`
}
