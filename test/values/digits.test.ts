import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reject } from '../../runtime/values/codec.ts'
import { dateCodec } from '../../runtime/values/date.ts'
import { timestamptzCodec } from '../../runtime/values/timestamptz.ts'

/**
 * Expected values of numbers in time columns, by `Date`, which reads years from 1 to 9999 as the codecs do.
 */
const msPerDay = 86_400_000
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10)
const daysBetween = (first: string, last: string) =>
  fc
    .integer({ min: Date.parse(first) / msPerDay, max: Date.parse(last) / msPerDay })
    .map((day) => day * msPerDay)

/** The instant in ms, or undefined for a refused value. */
function instantOf(raw: string): number | undefined {
  const value = timestamptzCodec.decode(raw)
  if (value instanceof Reject) return undefined
  return Date.parse(String(value).replace(' ', 'T').replace('+00', 'Z'))
}

const often = { numRuns: 5_000 }

describe('a day that comes as a number', () => {
  test('is exactly that day in milliseconds, as HubSpot sends it, also around 1970', () => {
    for (const days of [
      daysBetween('1900-01-01', '2199-12-31'),
      daysBetween('1969-01-01', '1971-12-31'),
    ]) {
      fc.assert(
        fc.property(days, (ms) => {
          for (const raw of [`${ms}`, `${ms}.0`]) expect(dateCodec.decode(raw)).toBe(dayOf(ms))
        }),
        often,
      )
    }
  })

  test('is exactly that day in calendar digits, in both kinds of column', () => {
    fc.assert(
      fc.property(daysBetween('1900-01-01', '2100-12-31'), (ms) => {
        const digits = dayOf(ms).replaceAll('-', '')
        expect(dateCodec.decode(digits)).toBe(dayOf(ms))
        expect(instantOf(digits)).toBe(ms)
        expect(instantOf(`${digits}235958`)).toBe(ms + msPerDay - 2_000)
      }),
      often,
    )
  })

  test('is that day or refused in seconds, unless it is a whole number of days in milliseconds', () => {
    fc.assert(
      fc.property(daysBetween('1900-01-01', '2100-12-31'), (ms) => {
        const seconds = ms / 1000
        const value = dateCodec.decode(String(seconds))
        if (seconds % msPerDay === 0) expect(value).toBe(dayOf(seconds))
        else expect([dayOf(ms), new Reject('ambiguous_digits')]).toContainEqual(value)
      }),
      often,
    )
  })

  test('with the day before the year is refused: no reading gives it', () => {
    fc.assert(
      fc.property(daysBetween('1900-01-01', '2100-12-31'), (ms) => {
        const [year = '', month = '', day = ''] = dayOf(ms).split('-')
        for (const raw of [`${day}${month}${year}`, `${month}${day}${year}`, `${year}${month}`]) {
          expect(dateCodec.decode(raw)).toEqual(new Reject('ambiguous_digits'))
          expect(instantOf(raw)).toBe(undefined)
        }
      }),
      often,
    )
  })
})

describe('an instant that comes as a number', () => {
  const instants = fc
    .oneof(
      fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }),
      fc.date({ min: new Date('1969-09-01'), max: new Date('1970-05-01'), noInvalidDate: true }),
    )
    .map((date) => date.getTime())
  // All time zones in which an instant is midnight.
  const midnights = fc
    .tuple(daysBetween('1900-01-01', '2199-12-31'), fc.integer({ min: -56, max: 56 }))
    .map(([ms, quarters]) => ms + quarters * 900_000)

  test('is that instant or refused in milliseconds, except within four months of 1970', () => {
    fc.assert(
      fc.property(fc.oneof(instants, midnights), (ms) => {
        const value = instantOf(String(ms))
        if (Math.abs(ms) < 10_000_000_000 && ms % 900_000 !== 0) return
        if (value !== undefined) expect(value).toBe(ms)
        // Twelve digits of the year 1976 can be a calendar day.
        else if (Math.abs(ms) >= 10_000_000_000) expect(String(ms)).toMatch(/^(19|20)\d{10}$/)
      }),
      often,
    )
  })

  test('is that instant or refused in seconds', () => {
    fc.assert(
      fc.property(instants, (ms) => {
        if (ms >= Date.parse('2101-01-01')) return
        const seconds = Math.floor(ms / 1000)
        const value = instantOf(String(seconds))
        // A whole quarter of an hour in milliseconds near 1970 is that, where seconds are unlikely.
        if (value !== undefined && Math.abs(seconds) >= 100_000_000)
          expect(value).toBe(seconds * 1000)
        else expect(value === undefined || value === seconds).toBe(true)
      }),
      often,
    )
  })

  test('leaves the years 1900 to 2199 only for midnight in some zone or the moment before', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (number) => {
        for (const raw of [
          String(number),
          String(number % 10n ** 14n),
          String(number % 10n ** 11n),
        ]) {
          const value = instantOf(raw)
          if (value === undefined) continue
          const year = new Date(value).getUTCFullYear()
          const gaps = [0, 1, 1000].map((gap) => Math.abs((value + gap) % 900_000))
          expect((year >= 1900 && year < 2200) || gaps.includes(0)).toBe(true)
        }
      }),
      often,
    )
  })

  test('is nothing with fewer than eight digits, unless it is a quarter of an hour of 1970-01-01', () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_999_999, max: 9_999_999 }), (number) => {
        const value = instantOf(String(number))
        expect(value).toBe(number % 900_000 === 0 ? number : undefined)
      }),
      often,
    )
  })
})
