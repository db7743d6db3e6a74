import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteLength, cutToBytes, nameColumns } from '../../generator/model/column-name.ts'
import { anyCharacter } from '../support/any-character.ts'

const longName = 'hs_analytics_last_touch_converting_campaign_timestamp_latest_value_81a64e30'

function namesOf(properties: readonly string[], given: Record<string, string> = {}) {
  const { columns, problems } = nameColumns(properties, new Map(Object.entries(given)))
  const names = Object.fromEntries([...columns].map(([property, { name }]) => [property, name]))
  return { names, problems, columns }
}

describe('column names', () => {
  test('a property becomes `property_` and its name, letter case kept', () => {
    expect(namesOf(['amount', 'VIN', 'vin']).names).toEqual({
      amount: 'property_amount',
      VIN: 'property_VIN',
      vin: 'property_vin',
    })
  })

  test('a name beyond 63 bytes is cut and ends in a hash of the whole name', () => {
    const { names, columns } = namesOf([longName])
    expect(names[longName]).toBe('property_hs_analytics_last_touch_converting_campaign_t_1d7de569')
    expect(columns.get(longName)?.reason).toContain('84 bytes, Postgres allows 63')
  })

  test('the limit counts bytes, and 63 of them are allowed', () => {
    const exact = 'a'.repeat(54)
    expect(namesOf([exact]).names[exact]).toBe(`property_${exact}`)
    const umlauts = 'ü'.repeat(40)
    const cut = namesOf([umlauts]).names[umlauts] ?? ''
    expect(cut).toMatch(/^property_ü{22}_[0-9a-f]{8}$/)
    expect(byteLength(cut)).toBe(62)
  })

  test('text is never cut inside a character', () => {
    expect(cutToBytes('a😀b', 4)).toBe('a')
    expect(cutToBytes('a😀b', 5)).toBe('a😀')
  })

  test('what Postgres cannot store is left out, and two such names stay apart', () => {
    const { names } = namesOf(['a\0b', 'ab', 'x\ud800', 'x\ud801'])
    expect(names).toMatchObject({ ab: 'property_ab' })
    expect(names['a\0b']).toMatch(/^property_ab_[0-9a-f]{8}$/)
    expect(names['x\ud800']).toMatch(/^property_x_[0-9a-f]{8}$/)
    expect(names['x\ud801']).not.toBe(names['x\ud800'])
  })

  test('an earlier name wins, and the property that would get it now gets the hash', () => {
    const { names, columns } = namesOf(['amount', 'price'], { price: 'property_amount' })
    expect(names).toEqual({
      price: 'property_amount',
      amount: expect.stringMatching(/^property_amount_[0-9a-f]{8}$/),
    })
    expect(columns.get('amount')?.reason).toContain('already the column of `price`')
  })

  test('a name made to collide with a hashed one gives way to a longer hash', () => {
    const taken = namesOf(['a\0']).names['a\0'] ?? ''
    const { names } = namesOf(['a\0', taken.replace('property_', '')])
    expect(names[taken.replace('property_', '')]).toBe(taken)
    expect(names['a\0']).toMatch(/^property_a_[0-9a-f]{16}$/)
  })

  test('one name given twice and a property without a name are problems, not exceptions', () => {
    const { problems } = namesOf([''], { a: 'property_x', b: 'property_x' })
    expect(problems).toEqual([
      'column `property_x` is given to both `a` and `b`',
      'a property has no name',
    ])
  })
})

const propertyName = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9_]{0,99}$/),
  fc.string({ minLength: 1, maxLength: 90, unit: anyCharacter }),
  fc.string({ minLength: 1, maxLength: 80 }).map((text) => `${longName}${text}`),
)

describe('any set of properties', () => {
  test('has unique, storable names of at most 63 bytes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(propertyName, { maxLength: 40 }), (properties) => {
        const { names, problems } = namesOf(properties)
        const values = Object.values(names)
        expect(problems).toEqual([])
        expect(values).toHaveLength(properties.length)
        expect(new Set(values).size).toBe(properties.length)
        for (const name of values) {
          expect(byteLength(name)).toBeLessThanOrEqual(63)
          expect(name.isWellFormed() && !name.includes('\0')).toBe(true)
        }
      }),
    )
  })

  test('keeps its names whatever comes and goes, and in whatever order it arrives', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(propertyName, { maxLength: 30 }),
        fc.uniqueArray(propertyName, { maxLength: 30 }),
        (before, others) => {
          const { names: earlier } = namesOf(before)
          expect(namesOf([...before].reverse()).names).toEqual(earlier)
          const { names: now } = namesOf([...others, ...before.slice(1)], earlier)
          expect(now).toMatchObject(earlier)
        },
      ),
    )
  })

  test('names a property that can be written as it is without a look at the others', () => {
    fc.assert(
      fc.property(fc.uniqueArray(propertyName, { maxLength: 30 }), (others) => {
        const { names } = namesOf([...others, 'amount'])
        expect(names).toMatchObject({ amount: 'property_amount' })
      }),
    )
  })
})
