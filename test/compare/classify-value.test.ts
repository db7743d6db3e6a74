import fc from 'fast-check'
import { expect, test } from 'vitest'
import { familyOf, matchValues, type TypeFamily } from '../../runtime/compare/classify-value.ts'

const match = (
  ours: string | null,
  theirs: string | null,
  left: TypeFamily = 'text',
  right: TypeFamily = left,
) => matchValues({ ours, theirs }, { ours: left, theirs: right })

test.each([
  ['integer', 'number'],
  ['double precision', 'number'],
  ['numeric', 'number'],
  ['boolean', 'boolean'],
  ['timestamp with time zone', 'instant'],
  ['timestamp without time zone', 'instant'],
  ['date', 'date'],
  ['jsonb', 'json'],
  ['character varying', 'text'],
  ['text[]', 'text'],
] as const)('%s is compared as %s', (type, family) => {
  expect(familyOf(type)).toBe(family)
})

test.each([
  ['1', '1.0', 'number', 'number'],
  ['150', '1.5e2', 'number', 'number'],
  ['0.00001', '1e-05', 'number', 'number'],
  ['-0', '0', 'number', 'number'],
  ['51626.70', '51626.7', 'number', 'text'],
  ['9007199254740993', '9007199254740992', 'number', 'number'],
  ['t', 'true', 'boolean', 'text'],
  ['false', '0', 'boolean', 'number'],
  ['2024-02-29 08:00:00.123+00', '2024-02-29 08:00:00.123', 'instant', 'instant'],
  ['2024-02-29 08:00:00+00', '2024-02-29T09:00:00+01:00', 'instant', 'text'],
  ['2024-02-29 08:00:00+00', '1709193600000', 'instant', 'number'],
  ['2024-02-29', '2024-02-29 00:00:00', 'date', 'instant'],
  ['{"a":1,"b":[2]}', '{"b": [2.0], "a": 1}', 'json', 'json'],
  [null, '', 'text', 'text'],
  ['', null, 'text', 'number'],
  ['a;b', 'b;a', 'text', 'text'],
  ['a;b', '["a","b"]', 'text', 'text'],
  ['a;b', '{b,a}', 'text', 'text'],
  [' Acme\r\n', 'Acme', 'text', 'text'],
] as const)('%j and %j are forms of one value', (ours, theirs, left, right) => {
  expect(match(ours, theirs, left, right)).toBe('representation')
})

test.each([
  ['1', '2', 'number', 'number'],
  ['1', null, 'number', 'number'],
  ['9007199254740993', '9007199254740995', 'number', 'number'],
  ['0.1', '0.2', 'number', 'text'],
  ['true', 'false', 'boolean', 'text'],
  ['2024-02-29 08:00:00.123+00', '2024-02-29 08:00:00', 'instant', 'instant'],
  ['2024-02-29', '2024-02-29 05:00:00', 'date', 'instant'],
  ['{"a":1}', '{"a":2}', 'json', 'json'],
  ['{"a":9007199254740993}', '{"a":9007199254740992}', 'json', 'json'],
  ['Acme', 'acme', 'text', 'text'],
  ['a;b', 'a', 'text', 'text'],
  ['1', '1.0', 'text', 'text'],
] as const)('%j and %j are two values', (ours, theirs, left, right) => {
  expect(match(ours, theirs, left, right)).toBe('different')
})

test('the order of both copies does not matter, and a value is the same as itself', () => {
  const text = fc.oneof(
    fc.string(),
    fc.double().map(String),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    fc.json(),
    fc.constantFrom('', 'true', 'f', 'a;b', '{b,a}'),
  )
  const family = fc.constantFrom<TypeFamily>('number', 'boolean', 'instant', 'date', 'json', 'text')
  fc.assert(
    fc.property(text, text, family, family, (one, other, left, right) => {
      expect(match(one, other, left, right)).toBe(match(other, one, right, left))
      expect(match(one, one, left, right)).toBe('same')
    }),
  )
})

test('numbers are equal exactly if they are so in exact arithmetic', () => {
  const number = fc.record({
    digits: fc.bigInt({ min: 0n, max: 10n ** 14n }),
    scale: fc.integer({ min: 0, max: 10 }),
    exponent: fc.integer({ min: -6, max: 6 }),
  })
  const written = ({
    digits,
    scale,
    exponent,
  }: {
    digits: bigint
    scale: number
    exponent: number
  }) => {
    const text = digits.toString().padStart(scale + 1, '0')
    const point = text.length - scale
    return `${text.slice(0, point)}.${text.slice(point)}e${exponent}`
  }
  // As a multiple of 10^-16, which no number of the property falls below.
  const exact = ({
    digits,
    scale,
    exponent,
  }: {
    digits: bigint
    scale: number
    exponent: number
  }) => digits * 10n ** BigInt(16 + exponent - scale)
  fc.assert(
    fc.property(number, number, (one, other) => {
      const isSame = match(written(one), written(other), 'number') !== 'different'
      expect(isSame).toBe(exact(one) === exact(other))
      const shifted = { ...one, digits: one.digits * 10n, scale: one.scale + 1 }
      if (shifted.scale <= 10)
        expect(match(written(one), written(shifted), 'number')).not.toBe('different')
    }),
  )
})
