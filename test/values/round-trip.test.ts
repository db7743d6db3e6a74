import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bigintCodec } from '../../runtime/values/bigint.ts'
import { calendarDay, daysSinceEpoch, formatDay } from '../../runtime/values/calendar.ts'
import { type Codec, type CodecType, Reject } from '../../runtime/values/codec.ts'
import { codecs } from '../../runtime/values/codecs.ts'
import { jsonbCodec } from '../../runtime/values/jsonb.ts'
import { numericCodec } from '../../runtime/values/numeric.ts'
import { stripUnstorable } from '../../runtime/values/strip-unstorable.ts'
import { timestamptzCodec } from '../../runtime/values/timestamptz.ts'
import { anyCharacter } from '../support/any-character.ts'
import { plainDecimal } from '../support/expected-value.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { anyRaw, digits } from '../support/raw-values.ts'

const everyCodec: readonly Codec[] = Object.values(codecs)

/** The value that Postgres stores, in a form that no session setting changes; numbers have up to 131,072 digits. */
const binaryOutput: Readonly<Record<CodecType, string>> = {
  text: 'textsend',
  numeric: 'numeric_send',
  bigint: 'int8send',
  boolean: 'boolsend',
  date: 'date_send',
  timestamptz: 'timestamptz_send',
  jsonb: 'jsonb_send',
}

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})

afterAll(async () => {
  await database.close()
})

describe('every codec', () => {
  test.each(everyCodec)('$type never throws, whatever the string', (codec) => {
    fc.assert(
      fc.property(anyRaw, (raw) => {
        const value = codec.decode(raw)
        return (
          value === null ||
          value instanceof Reject ||
          typeof value === (codec.type === 'boolean' ? 'boolean' : 'string')
        )
      }),
      { numRuns: 2_000 },
    )
  })

  test.each(everyCodec)(
    '$type gives what Postgres reads to the same value in every session',
    async (codec) => {
      const samples = fc.sample(anyRaw, 4_000)
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
         SELECT md5(${binaryOutput[codec.type]}(value::${codec.type})) AS bytes
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
  const raws = fc.sample(fc.string({ unit: anyCharacter, minLength: 1 }), 2_000)
  const stripped = raws.map(stripUnstorable)
  const rows = await database.query<{ value: string }>(
    `SELECT value FROM json_array_elements_text($1::json) WITH ORDINALITY AS sample (value, position)
     ORDER BY position`,
    [JSON.stringify(stripped.map(({ text }) => text))],
  )
  expect(rows.map(({ value }) => value)).toEqual(stripped.map(({ text }) => text))
  expect(stripUnstorable('a\0b\ud800c🎉\udc00')).toEqual({ text: 'abc🎉', removed: 3 })
})

test('jsonb holds every key, text and digit of what its codec takes, and refuses nothing of it', async () => {
  const taken = fc
    .sample(anyRaw, 8_000)
    .map((raw) => stripUnstorable(raw).text)
    .filter((raw) => jsonbCodec.decode(raw) === raw)
  expect(taken.length).toBeGreaterThan(500)
  const rows = await database.query<{ value: string }>(
    `SELECT value::jsonb::text AS value
     FROM unnest($1::text[]) WITH ORDINALITY AS sample (value, position) ORDER BY position`,
    [taken],
  )
  expect(rows.map(({ value }) => exactly(value))).toEqual(taken.map(exactly))
})

/** With every number as its exact decimal, as text. */
function exactly(json: string): unknown {
  const withMarks = json.replace(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify({ decimal: plainDecimal(token) }),
  )
  return JSON.parse(withMarks)
}
