import fc from 'fast-check'
import { anyCharacter } from './any-character.ts'

/** Up to N of them. */
export const digits = (most: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: most })
const twoDigits = fc.integer({ min: 0, max: 70 }).map((number) => String(number).padStart(2, '0'))

/** Texts near the grammar of numbers: many are numbers, many nearly. */
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

/** Texts near the grammar of dates and times. */
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

/** Texts near the grammar of JSON: accepted by jsonb, changed or refused by it, or not JSON. */
const jsonLike = fc.oneof(
  fc.json(),
  fc.json().map((text) => ` ${text.replaceAll(',', ' ,\n')}\t`),
  fc.json().map((text) => text.slice(0, -1)),
  numberLike.map((number) => `{"n": [${number}, -0]}`),
  fc
    .tuple(fc.constantFrom('a', '\\u0061', 'b'), fc.constantFrom('a', '\\u0061', 'b'))
    .map(([one, other]) => `[{"${one}": {"a": 1}, "${other}": 2}, {"a": 3}]`),
  fc
    .constantFrom(
      '\\u0000',
      '\\\\u0000',
      '\\ud83d',
      '\\ud83d\\ude00',
      '\\udead',
      '\\u00e9',
      'é',
      '\\n',
    )
    .map((escaped) => `{"${escaped}": "x${escaped}"}`),
  fc.nat(1_200).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
)

/** Texts of which each codec accepts some. */
export const anyRaw = fc.oneof(
  { weight: 3, arbitrary: numberLike },
  { weight: 3, arbitrary: timeLike },
  { weight: 3, arbitrary: jsonLike },
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: fc.constantFrom('\0', '\ud800', '\udc00', 'a', '"', '\\', '🎉', ';', '') }),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.constantFrom('true', 'No', 'ON', 'null', 'NaN', '1 000', '\u2212' + '5', '', ' '),
)
