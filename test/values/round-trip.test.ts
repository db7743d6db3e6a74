import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bigintCodec } from '../../runtime/values/bigint.ts'
import { booleanCodec } from '../../runtime/values/boolean.ts'
import { calendarDay, daysSinceEpoch, formatDay } from '../../runtime/values/calendar.ts'
import { type Codec, type CodecType, Reject } from '../../runtime/values/codec.ts'
import { dateCodec } from '../../runtime/values/date.ts'
import { numericCodec } from '../../runtime/values/numeric.ts'
import { stripUnstorable } from '../../runtime/values/strip-unstorable.ts'
import { textCodec } from '../../runtime/values/text.ts'
import { timestamptzCodec } from '../../runtime/values/timestamptz.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

const codecs: readonly Codec[] = [
  textCodec,
  numericCodec,
  bigintCodec,
  booleanCodec,
  dateCodec,
  timestamptzCodec,
]

/** What Postgres stores, in a form that no session setting changes. */
const binaryOutput: Readonly<Record<CodecType, string>> = {
  text: 'textsend',
  numeric: 'numeric_send',
  bigint: 'int8send',
  boolean: 'boolsend',
  date: 'date_send',
  timestamptz: 'timestamptz_send',
}

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})

afterAll(async () => {
  await database.close()
})

const digits = (most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: most })
const twoDigits = fc.integer({ min: 0, max: 70 }).map((number) => String(number).padStart(2, '0'))

/** Texts around the grammar of numbers: many are numbers, many nearly. */
const numberLike = fc
  .tuple(
    fc.constantFrom('', '-', '+', ' '),
    fc.oneof(digits(30), digits(400), fc.constant('0'), fc.constant('')),
    fc.oneof(
      fc.constant(''),
      digits(60).map((text) => `.${text}`),
    ),
    fc.oneof(
      fc.constant(''),
      fc.integer({ min: -16_500, max: 131_500 }).map((power) => `e${power}`),
      fc.integer({ min: -25, max: 25 }).map((power) => `E${power < 0 ? '' : '+'}${power}`),
      fc.constantFrom(';1', ',000', 'e', 'x', 'e99999999999'),
    ),
  )
  .map((parts) => parts.join(''))

/** Texts around the grammar of dates and times. */
const timeLike = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: 0, max: 9999 }).map((year) => String(year).padStart(4, '0')),
      fc.integer({ min: 9999, max: 300_000 }).map(String),
      fc.integer({ min: -5000, max: 300_000 }).map((year) => {
        return `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`
      }),
    ),
    fc.integer({ min: 0, max: 13 }).map((month) => `-${String(month).padStart(2, '0')}`),
    fc.integer({ min: 0, max: 32 }).map((day) => `-${String(day).padStart(2, '0')}`),
    fc.oneof(
      fc.constant(''),
      fc
        .tuple(fc.constantFrom('T', ' '), twoDigits, twoDigits, twoDigits)
        .map(([mark, ...time]) => mark + time.join(':')),
    ),
    fc.oneof(
      fc.constant(''),
      digits(9).map((fraction) => `.${fraction}`),
    ),
    fc.oneof(
      fc.constantFrom('', 'Z', '+00', '-12:00', '+0530', '+15:59'),
      fc.tuple(fc.constantFrom('+', '-'), twoDigits, twoDigits).map((parts) => parts.join('')),
    ),
  )
  .map((parts) => parts.join(''))

const anything = fc.oneof(
  { weight: 3, arbitrary: numberLike },
  { weight: 3, arbitrary: timeLike },
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\0', '\ud800', '\udc00', 'a', '"', '\\', '🎉', ';', '') }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom('true', 'No', 'ON', 'null', 'NaN', '1 000', '\u2212' + '5', '', ' '),
)

describe('every codec', () => {
  test.each(codecs)('$type never throws, whatever the string', (codec) => {
    fc.assert(
      fc.property(anything, (raw) => {
        const value = codec.decode(raw)
        expect(
          value === null ||
            value instanceof Reject ||
            typeof value === (codec.type === 'boolean' ? 'boolean' : 'string'),
        ).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each(codecs)(
    '$type gives what Postgres reads to the same value in every session',
    async (codec) => {
      const samples = fc.sample(anything, 4_000)
      const accepted = samples
        .map((raw) => codec.decode(stripUnstorable(raw).text))
        .filter((value) => value !== null && !(value instanceof Reject))
        .map(String)
      expect(accepted.length).toBeGreaterThan(codec.type === 'boolean' ? 10 : 200)
      const read = (dateStyle: string, timeZone: string) =>
        database.query<{ bytes: string }>(
          `WITH session AS MATERIALIZED (
           SELECT set_config('datestyle', $2, true), set_config('timezone', $3, true)
         )
         SELECT encode(${binaryOutput[codec.type]}(value::${codec.type}), 'hex') AS bytes
         FROM session, unnest($1::text[]) WITH ORDINALITY AS sample (value, position)
         ORDER BY position`,
          [accepted, dateStyle, timeZone],
        )
      const usual = await read('ISO, MDY', 'UTC')
      expect(usual).toHaveLength(accepted.length)
      expect(await read('German, DMY', 'Asia/Kathmandu')).toEqual(usual)
      expect(await read('SQL, YMD', 'America/St_Johns')).toEqual(usual)
    },
  )
})

test('numbers keep every digit: Postgres and BigInt arithmetic agree', async () => {
  const samples = fc
    .sample(
      fc.record({
        sign: fc.constantFrom('', '-', '+'),
        whole: digits(40),
        fraction: fc.oneof(fc.constant(''), digits(60)),
        power: fc.integer({ min: -40, max: 40 }),
      }),
      2_000,
    )
    .map(({ sign, whole, fraction, power }) => ({
      raw: `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}e${power}`,
      // × 10^100, exactly.
      scaled:
        BigInt(`${sign === '-' ? '-' : ''}${whole}${fraction}`) *
        10n ** BigInt(100 + power - fraction.length),
    }))
  const rows = await database.query<{ scaled: string }>(
    `SELECT trim_scale(value::numeric * (10::numeric ^ 100))::text AS scaled
     FROM unnest($1::text[]) WITH ORDINALITY AS sample (value, position) ORDER BY position`,
    [samples.map(({ raw }) => numericCodec.decode(raw))],
  )
  expect(rows.map(({ scaled }) => BigInt(scaled))).toEqual(samples.map(({ scaled }) => scaled))
})

test('numbers at the edge of numeric are decided as Postgres decides', async () => {
  const inside = ['1e131071', `${'9'.repeat(131_072)}`, '1e-16383', `0.${'0'.repeat(16_382)}1`]
  const outside = ['1e131072', `1${'0'.repeat(131_072)}`, '1e-16384', `0.${'0'.repeat(16_383)}1`]
  const decoded = inside.map((raw) => numericCodec.decode(raw))
  const rows = await database.query<{ same: boolean }>(
    `SELECT decoded::numeric = raw::numeric AS same
     FROM unnest($1::text[], $2::text[]) AS sample (decoded, raw)`,
    [decoded, inside],
  )
  expect(rows).toEqual(inside.map(() => ({ same: true })))
  for (const raw of outside) {
    expect(numericCodec.decode(raw)).toEqual(new Reject('number_out_of_range'))
    await expect(database.query('SELECT $1::text::numeric', [raw])).rejects.toMatchObject({
      code: '22003',
    })
  }
})

test('bigints agree with BigInt', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }), fc.nat(20), (value, zeros) => {
      const raw = zeros === 0 ? String(value) : `${value}.${'0'.repeat(zeros)}`
      const decoded = bigintCodec.decode(raw)
      if (BigInt.asIntN(64, value) === value) expect(BigInt(String(decoded))).toBe(value)
      else expect(decoded).toEqual(new Reject('integer_out_of_range'))
    }),
    { numRuns: 2_000 },
  )
})

test('datetimes agree with Date where Date can say them', async () => {
  const dates = fc.sample(
    fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    }),
    2_000,
  )
  const spellings = dates.flatMap((date) => [
    { date, raw: date.toISOString() },
    { date, raw: date.toISOString().replace('T', ' ').replace('Z', '') },
  ])
  const rows = await database.query<{ ms: string }>(
    `SELECT round(extract(epoch FROM value::timestamptz) * 1000)::text AS ms
     FROM unnest($1::text[]) WITH ORDINALITY AS sample (value, position) ORDER BY position`,
    [spellings.map(({ raw }) => timestamptzCodec.decode(raw))],
  )
  expect(rows.map(({ ms }) => Number(ms))).toEqual(spellings.map(({ date }) => date.getTime()))
})

test('calendar days far outside of Date agree with Postgres', async () => {
  const days = fc.sample(fc.integer({ min: -2_440_588, max: 2_145_031_948 }), 2_000)
  const rows = await database.query<{ days: number }>(
    `SELECT value::date - '1970-01-01'::date AS days
     FROM unnest($1::text[]) WITH ORDINALITY AS sample (value, position) ORDER BY position`,
    [days.map((day) => Object.values(formatDay(calendarDay(day))).join(''))],
  )
  expect(rows.map((row) => row.days)).toEqual(days)
  expect(days.map((day) => daysSinceEpoch(calendarDay(day)))).toEqual(days)
})

test('a text without its unstorable characters is stored as it is', async () => {
  const raws = fc.sample(fc.string({ unit: 'binary', minLength: 1 }), 2_000)
  const stripped = raws.map(stripUnstorable)
  const rows = await database.query<{ value: string }>(
    `SELECT value FROM json_array_elements_text($1::json) WITH ORDINALITY AS sample (value, position)
     ORDER BY position`,
    [JSON.stringify(stripped.map(({ text }) => text))],
  )
  expect(rows.map(({ value }) => value)).toEqual(stripped.map(({ text }) => text))
  expect(stripUnstorable('a\0b\ud800c🎉\udc00')).toEqual({ text: 'abc🎉', removed: 3 })
})
