import { describe, expect, test } from 'vitest'
import { bigintCodec } from '../../runtime/values/bigint.ts'
import { booleanCodec } from '../../runtime/values/boolean.ts'
import { type Codec, Reject } from '../../runtime/values/codec.ts'
import { dateCodec } from '../../runtime/values/date.ts'
import { jsonbCodec } from '../../runtime/values/jsonb.ts'
import { numericCodec } from '../../runtime/values/numeric.ts'
import { textCodec } from '../../runtime/values/text.ts'
import { timestamptzCodec } from '../../runtime/values/timestamptz.ts'

type Expected = string | boolean | null | { readonly rejected: string }

const rejected = (reason: string): Expected => ({ rejected: reason })

function decode(codec: Codec, raw: string): Expected {
  const value = codec.decode(raw)
  return value instanceof Reject ? { rejected: value.reason } : value
}

function rows(codec: Codec, table: readonly (readonly [string, Expected])[]): void {
  test.each(table)(`%j → %j`, (raw, expected) => {
    expect(decode(codec, raw)).toEqual(expected)
  })
}

describe('text keeps what HubSpot sends', () => {
  rows(textCodec, [
    ['', null],
    ['\n', '\n'],
    [' a;b ', ' a;b '],
    ['<p>Ünï 🎉</p>', '<p>Ünï 🎉</p>'],
  ])
})

describe('numeric', () => {
  const exact = '0.40000000000000002220446049250313080847263336181640625'
  rows(numericCodec, [
    ['10000', '10000'],
    ['-3', '-3'],
    ['0.4', '0.4'],
    ['5000.00', '5000.00'],
    [exact, exact],
    [
      '6000.00000000000033306690738754696212708950042724609375000',
      '6000.00000000000033306690738754696212708950042724609375000',
    ],
    ['1773300966332', '1773300966332'],
    ['1.5E7', '15e6'],
    ['-2.50e-3', '-250e-5'],
    ['+5', '5'],
    ['  7 ', '7'],
    ['.5', '5e-1'],
    ['5.', '5'],
    ['0e999999999999', '0'],
    ['1,234,567.89', '123456789e-2'],
    ['-1,000', '-1000'],
    ['', null],
    ['  ', null],
    ['1,23', rejected('not_a_number')],
    ['12,34,567', rejected('not_a_number')],
    ['0,123', rejected('not_a_number')],
    ['1,234e5', rejected('not_a_number')],
    ['1234,567', rejected('not_a_number')],
    ['1.234,56', rejected('not_a_number')],
    ['NaN', rejected('not_a_number')],
    ['Infinity', rejected('not_a_number')],
    ['-inf', rejected('not_a_number')],
    ['0x1F', rejected('not_a_number')],
    ['1_000', rejected('not_a_number')],
    ['١٢', rejected('not_a_number')],
    ['.', rejected('not_a_number')],
    ['e5', rejected('not_a_number')],
    ['twelve', rejected('not_a_number')],
    ['3092727991;3881228353;15895321999', rejected('several_values')],
    ['1e131072', rejected('number_out_of_range')],
    ['1e-16384', rejected('number_out_of_range')],
    ['1e99999999999999999999', rejected('number_out_of_range')],
  ])
})

describe('bigint', () => {
  rows(bigintCodec, [
    ['25374233668', '25374233668'],
    ['5.0', '5'],
    ['5.00', '5'],
    ['1.5E7', '15000000'],
    ['1500e-2', '15'],
    ['1,234,567', '1234567'],
    ['+7', '7'],
    ['-0', '-0'],
    ['007', '007'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['', null],
    [' ', null],
    ['9223372036854775808', rejected('integer_out_of_range')],
    ['-9223372036854775809', rejected('integer_out_of_range')],
    ['1e30', rejected('integer_out_of_range')],
    ['1e999999999', rejected('integer_out_of_range')],
    ['5.5', rejected('not_an_integer')],
    ['1e-1', rejected('not_an_integer')],
    ['1e-999999999', rejected('not_an_integer')],
    ['abc', rejected('not_a_number')],
    ['1;2', rejected('several_values')],
  ])
})

describe('boolean', () => {
  for (const word of ['true', 'TRUE', 't', 'Yes', 'y', 'on', '1', ' true ']) {
    test(`${word} is true`, () => expect(booleanCodec.decode(word)).toBe(true))
  }
  for (const word of ['false', 'False', 'f', 'NO', 'n', 'off', '0']) {
    test(`${word} is false`, () => expect(booleanCodec.decode(word)).toBe(false))
  }
  rows(booleanCodec, [
    ['', null],
    [' ', null],
    ['2', rejected('not_a_boolean')],
    ['maybe', rejected('not_a_boolean')],
    ['true;false', rejected('several_values')],
  ])
})

describe('timestamptz', () => {
  rows(timestamptzCodec, [
    ['2026-03-12T07:36:23.415Z', '2026-03-12T07:36:23.415Z'],
    ['2026-12-31T00:00:00Z', '2026-12-31 00:00:00+00'],
    ['2026-03-12T07:36:23.123456Z', '2026-03-12T07:36:23.123456Z'],
    ['2026-03-12T07:36:23.1234569Z', '2026-03-12 07:36:23.123456+00'],
    ['2026-03-12 07:36:23', '2026-03-12 07:36:23+00'],
    ['2026-03-12t07:36z', '2026-03-12 07:36:00+00'],
    ['2026-03-12T01:00:00+02:00', '2026-03-11 23:00:00+00'],
    ['2026-03-12T01:00:00-0530', '2026-03-12 06:30:00+00'],
    ['2026-03-12T01:00:00,5+02', '2026-03-11 23:00:00.500000+00'],
    ['2026-03-12', '2026-03-12 00:00:00+00'],
    ['1653696000000', '2022-05-28 00:00:00+00'],
    ['1653696000', '2022-05-28 00:00:00+00'],
    ['1633996800000.0', '2021-10-12 00:00:00+00'],
    ['1.6339968E12', '2021-10-12 00:00:00+00'],
    ['1633996800.123456', '2021-10-12 00:00:00.123456+00'],
    ['1633996800000.5', '2021-10-12 00:00:00.000500+00'],
    ['0', '1970-01-01 00:00:00+00'],
    ['-86400000000', '1967-04-07 00:00:00+00'],
    ['10000000000', '1970-04-26 17:46:40+00'],
    ['-62135596800000', '0001-01-01 00:00:00+00'],
    ['253402300799999', '9999-12-31 23:59:59.999000+00'],
    ['32503701600000', '3000-01-01 06:00:00+00'],
    // Calendar days in digits.
    ['20260312', '2026-03-12 00:00:00+00'],
    ['20260312.0', '2026-03-12 00:00:00+00'],
    ['20240229', '2024-02-29 00:00:00+00'],
    ['19000101', '1900-01-01 00:00:00+00'],
    ['21001231', '2100-12-31 00:00:00+00'],
    ['20260312073623', '2026-03-12 07:36:23+00'],
    ['20260229', rejected('ambiguous_digits')],
    ['18991231', rejected('ambiguous_digits')],
    ['31122026', rejected('ambiguous_digits')],
    ['12312026', rejected('ambiguous_digits')],
    ['20260312250000', rejected('ambiguous_digits')],
    ['2026031207', rejected('ambiguous_digits')],
    ['202603120736', rejected('ambiguous_digits')],
    ['202603', rejected('ambiguous_digits')],
    ['2026', rejected('ambiguous_digits')],
    // Near 1970: milliseconds where only these are likely, seconds where only these are.
    ['86400000', '1970-01-02 00:00:00+00'],
    ['-86400000', '1969-12-31 00:00:00+00'],
    ['18000000', '1970-01-01 05:00:00+00'],
    ['5097600000', '1970-03-01 00:00:00+00'],
    ['-2678400000', '1969-12-01 00:00:00+00'],
    ['946684800', '2000-01-01 00:00:00+00'],
    ['-315619200', '1960-01-01 00:00:00+00'],
    ['4102444800', '2100-01-01 00:00:00+00'],
    ['1555200000', rejected('ambiguous_digits')],
    ['43200000', rejected('ambiguous_digits')],
    ['2869200000', rejected('ambiguous_digits')],
    ['5097600001', rejected('ambiguous_digits')],
    ['9999999999', rejected('ambiguous_digits')],
    ['46093', rejected('ambiguous_digits')],
    ['12345', rejected('ambiguous_digits')],
    ['-1', rejected('ambiguous_digits')],
    ['0.5', rejected('ambiguous_digits')],
    // A leap second is the first instant of the next minute; 24:00 is the next midnight.
    ['2016-12-31T23:59:60Z', '2017-01-01 00:00:00+00'],
    ['2016-12-31T23:59:60.9Z', '2017-01-01 00:00:00+00'],
    ['2026-03-12T24:00:00Z', '2026-03-13 00:00:00+00'],
    ['2024-02-29T00:00:00Z', '2024-02-29 00:00:00+00'],
    ['0001-01-01T00:00:00Z', '0001-01-01 00:00:00+00'],
    ['+012345-06-07T08:09:10Z', '12345-06-07 08:09:10+00'],
    ['294276-12-31T23:59:59.999999Z', '294276-12-31 23:59:59.999999+00'],
    ['-000043-03-15T00:00:00Z', '0044-03-15 00:00:00+00 BC'],
    ['-004713-11-24T00:00:00Z', '4714-11-24 00:00:00+00 BC'],
    ['', null],
    [' ', null],
    ['2026-02-30T00:00:00Z', rejected('not_a_datetime')],
    ['2025-02-29', rejected('not_a_datetime')],
    ['1900-02-29', rejected('not_a_datetime')],
    ['2026-13-01', rejected('not_a_datetime')],
    ['2026-00-10', rejected('not_a_datetime')],
    ['2026-03-12T25:00:00Z', rejected('not_a_datetime')],
    ['2026-03-12T24:00:01Z', rejected('not_a_datetime')],
    ['2026-03-12T24:00:00.5Z', rejected('not_a_datetime')],
    ['2026-03-12T07:60:00Z', rejected('not_a_datetime')],
    ['2026-03-12T07:00:61Z', rejected('not_a_datetime')],
    ['2026-03-12T07:00:00+16:00', rejected('not_a_datetime')],
    ['12/03/2026', rejected('not_a_datetime')],
    ['yesterday', rejected('not_a_datetime')],
    ['infinity', rejected('not_a_datetime')],
    ['1,653,696,000,000', rejected('not_a_datetime')],
    ['2026-03-12;2026-03-13', rejected('several_values')],
    ['0000-00-00', rejected('not_a_datetime')],
    ['0000-01-01T00:00:00Z', rejected('year_out_of_range')],
    ['294276-12-31T23:59:59-01:00', rejected('year_out_of_range')],
    ['-004713-11-24T00:00:00+01:00', rejected('year_out_of_range')],
    ['9999999999999999999', rejected('year_out_of_range')],
    ['1e400', rejected('year_out_of_range')],
  ])
})

describe('date', () => {
  rows(dateCodec, [
    ['2026-03-12', '2026-03-12'],
    ['1582416000000', '2020-02-23'],
    ['1582502399999', '2020-02-23'],
    ['-86400000000', '1967-04-07'],
    ['0', '1970-01-01'],
    // A whole number of days is milliseconds, whatever seconds would make of it.
    ['86400000', '1970-01-02'],
    ['-86400000', '1969-12-31'],
    ['1555200000', '1970-01-19'],
    ['5097600000', '1970-03-01'],
    ['-2678400000', '1969-12-01'],
    ['-2208988800000', '1900-01-01'],
    ['-315619200000', '1960-01-01'],
    ['1585612800', '2020-03-31'],
    ['20260312', '2026-03-12'],
    [' 19850101 ', '1985-01-01'],
    ['20260312073623', '2026-03-12'],
    ['20261332', rejected('ambiguous_digits')],
    ['31122026', rejected('ambiguous_digits')],
    ['+20260312', rejected('ambiguous_digits')],
    ['-20260312', rejected('ambiguous_digits')],
    ['202603', rejected('ambiguous_digits')],
    ['2026', rejected('ambiguous_digits')],
    ['12345', rejected('ambiguous_digits')],
    ['-1', rejected('ambiguous_digits')],
    ['2026031207', rejected('ambiguous_digits')],
    ['43200000', rejected('ambiguous_digits')],
    // The day as written: its owner saw that date.
    ['2026-03-12T01:00:00+02:00', '2026-03-12'],
    ['2026-03-12T23:59:59.999Z', '2026-03-12'],
    ['5874897-12-31', '5874897-12-31'],
    ['-000043-03-15', '0044-03-15 BC'],
    ['', null],
    ['2026-02-30', rejected('not_a_date')],
    ['2026-2-3', rejected('not_a_date')],
    ['0000-01-01', rejected('year_out_of_range')],
    ['5874898-01-01', rejected('year_out_of_range')],
    ['1e17', rejected('year_out_of_range')],
    ['1773300966332000', rejected('year_out_of_range')],
    ['2026-03-12;2026-03-13', rejected('several_values')],
    ['soon', rejected('not_a_date')],
  ])
})

describe('jsonb', () => {
  const taken = [
    '{"b":1,"a":[true,null,"ü🎉"]}',
    ' [1.50, -0, 1E400, 1e-16383]\n',
    'null',
    '"text"',
    '12345678901234567890123456789012345678901234567890',
    '{"a":{"a":1},"b":{"a":2}}',
    '["\\\\u0000", "\\ud83d\\ude00", "\\u00e9"]',
    '{"1e5":"1e999999"}',
    `${'['.repeat(1000)}${']'.repeat(1000)}`,
  ]
  rows(
    jsonbCodec,
    taken.map((raw) => [raw, raw]),
  )
  rows(jsonbCodec, [
    ['', null],
    [' \n', null],
    ['a;b', rejected('not_json')],
    ["{'a': 1}", rejected('not_json')],
    ['{"a": 1', rejected('not_json')],
    ['NaN', rejected('not_json')],
    ['[1,]', rejected('not_json')],
    ['01', rejected('not_json')],
    ['"\ttab"', rejected('not_json')],
    ['{"a": "\\u0000"}', rejected('unstorable_escape')],
    ['{"\\u0000": 1}', rejected('unstorable_escape')],
    ['["\\ud83d"]', rejected('unstorable_escape')],
    ['["\\ude00\\ud83d"]', rejected('unstorable_escape')],
    ['{"a": 1, "a": 1}', rejected('duplicate_key')],
    ['[{"a": 1, "b": [{}], "\\u0061": 2}]', rejected('duplicate_key')],
    ['1e131072', rejected('number_out_of_range')],
    ['[0.1e-16383]', rejected('number_out_of_range')],
    ['{"a": 1e99999999999999999999}', rejected('number_out_of_range')],
    [`${'['.repeat(1001)}${']'.repeat(1001)}`, rejected('nested_too_deep')],
  ])
})
