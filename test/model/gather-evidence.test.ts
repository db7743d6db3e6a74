import { describe, expect, test } from 'vitest'
import { gatherEvidence, shapeOf } from '../../generator/model/gather-evidence.ts'

describe('the shape of a value', () => {
  test.each([
    ['42', 'number', 'integer'],
    ['-7', 'number', 'integer'],
    ['6000.000000000000333', 'number', 'decimal'],
    ['1.5E7', 'number', 'scientific'],
    ['1,234,567.89', 'number', 'grouped_digits'],
    ['3092727991;3881228353', 'number', 'list'],
    [';a', 'enumeration', 'list'],
    ['1773300966332', 'number', 'epoch_milliseconds'],
    ['1653696000', 'number', 'integer'],
    ['1653696000', 'datetime', 'epoch_seconds'],
    ['1653696000000', 'datetime', 'epoch_milliseconds'],
    ['1633996800000.0', 'datetime', 'epoch_milliseconds'],
    ['946684800000', 'date', 'epoch_milliseconds'],
    ['2026-12-31T00:00:00Z', 'datetime', 'iso_datetime'],
    ['2026-03-12T07:36:23.415+02:00', 'datetime', 'iso_datetime'],
    ['2026-03-12', 'date', 'iso_date'],
    ['TRUE', 'bool', 'boolean'],
    ['false', 'enumeration', 'boolean'],
    ['next week', 'datetime', 'text'],
    ['\n', 'string', 'text'],
    ['a;b\nc', 'string', 'text'],
    [`${'a;'.repeat(600)}`, 'string', 'text'],
  ])('%j of a %s is %s', (value, type, shape) => {
    expect(shapeOf(value, type)).toBe(shape)
  })
})

test('evidence adds up counts, digits and lengths, and holds no value', () => {
  const gatherer = gatherEvidence('number')
  for (const value of ['1200.50', '3', '4', 'soon']) gatherer.add(value, value !== 'soon')
  expect(gatherer.evidence()).toEqual({
    filled: 4,
    longest: 7,
    unparsable: 1,
    shapes: [
      { shape: 'integer', count: 2 },
      { shape: 'decimal', count: 1 },
      { shape: 'text', count: 1 },
    ],
    integerDigits: 4,
    decimalDigits: 2,
  })
})
