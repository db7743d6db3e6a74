import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byteLength } from '../../generator/model/column-name.ts'
import { fivetranColumns, fivetranName } from '../../generator/model/fivetran-columns.ts'

function columnsOf(
  ...properties: readonly (string | { name: string; createdAt?: string; hubspotDefined?: true })[]
) {
  const given = properties.map((one) => (typeof one === 'string' ? { name: one } : one))
  return Object.fromEntries(
    fivetranColumns(given.map((one) => ({ hubspotDefined: false, ...one }))).entries(),
  )
}

describe("Fivetran's column names", () => {
  test.each([
    ['amount', 'amount'],
    ['address2', 'address_2'],
    ['hs_v2_date_entered_1', 'hs_v_2_date_entered_1'],
    ['hs_date_entered_61bafb31_e7fa_46ed', 'hs_date_entered_61_bafb_31_e_7_fa_46_ed'],
    ['comments__c', 'comments_c'],
    ['how_did_you_hear_about_us_', 'how_did_you_hear_about_us_'],
    ['dealName', 'deal_name'],
    ['VINNumber', 'vin_number'],
    ['a-b c', 'a_b_c'],
    ['größe', 'gr_e'],
    ['2nd', '2_nd'],
  ])('%s becomes %s', (name, wanted) => {
    expect(fivetranName(name)).toBe(wanted)
    expect(columnsOf(name)[name]).toBe(fivetranName(`property_${wanted}`))
  })

  test("of several properties with one name, HubSpot's own keeps it, then the oldest", () => {
    const first = columnsOf(
      { name: 'address_2', createdAt: '2020-01-01T00:00:00Z' },
      { name: 'address2', hubspotDefined: true },
    )
    expect(first['address2']).toBe('property_address_2')
    expect(first['address_2']).toMatch(/^property_address_2_[0-9a-f]{8}$/)
    const second = columnsOf(
      { name: 'tier_1', createdAt: '2024-01-01T00:00:00Z' },
      { name: 'tier1', createdAt: '2023-01-01T00:00:00Z' },
    )
    expect(second['tier1']).toBe('property_tier_1')
    const third = columnsOf('tier__x', 'tier_x')
    expect(third['tier_x']).toBe('property_tier_x')
  })

  test('a name beyond 63 bytes is cut and ends in a hash of the whole name', () => {
    const long = `hs_v2_${'a'.repeat(80)}`
    expect(columnsOf(long)[long]).toMatch(/^property_hs_v_2_a+_[0-9a-f]{8}$/)
    expect(byteLength(columnsOf(long)[long] ?? '')).toBe(63)
  })

  test('names are always valid, different, and do not depend on the order or on later properties', () => {
    const name = fc.string({ minLength: 1, maxLength: 90, unit: 'grapheme' })
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), name, (names, later) => {
        const old = names.map((one) => ({ name: one, hubspotDefined: false, createdAt: '2020' }))
        const columns = fivetranColumns(old)
        expect(new Set(columns.values()).size).toBe(names.length)
        for (const column of columns.values()) expect(column).toMatch(/^[a-z0-9_]{1,63}$/)
        expect(fivetranColumns(old.toReversed())).toEqual(columns)
        if (names.includes(later)) return
        const more = fivetranColumns([
          ...old,
          { name: later, hubspotDefined: false, createdAt: '2021' },
        ])
        for (const [one, column] of columns) expect(more.get(one)).toBe(column)
      }),
    )
  })
})
