import { describe, expect, test } from 'vitest'
import { nearestName } from '../../generator/model/nearest-name.ts'
import {
  findStandardObjectType,
  STANDARD_OBJECT_TYPES,
} from '../../generator/model/object-types.ts'

describe('standard object types', () => {
  test.each(['deals', 'deal', 'DEALS', 'Deal', ' deals ', '0-3'])('%j means deals', (typed) => {
    expect(findStandardObjectType(typed)).toMatchObject({ entity: 'deals', table: 'deal' })
  })

  test.each(['line_items', 'line items', 'Line-Item', '0-8'])('%j means line items', (typed) => {
    expect(findStandardObjectType(typed)?.entity).toBe('line_items')
  })

  test.each([
    ['contract', 'contracts'],
    ['partner client', 'partner_clients'],
    ['partner-services', 'partner_services'],
    ['deal splits', 'deal_splits'],
    ['payments', 'commerce_payments'],
    ['Goal', 'goal_targets'],
  ])('%j means %s', (typed, entity) => {
    expect(findStandardObjectType(typed)?.entity).toBe(entity)
  })

  test.each(['', 'dealz', '0-4', 'p123_deals', 'constructor'])('%j means none', (typed) => {
    expect(findStandardObjectType(typed)).toBeUndefined()
  })

  test('no name or id means two of them', () => {
    const names = STANDARD_OBJECT_TYPES.flatMap(({ id, entity, table, aliases = [] }) => [
      ...new Set([id, entity, table, ...aliases]),
    ])
    expect(new Set(names).size).toBe(names.length)
  })

  test('only contacts are modified by `lastmodifieddate`', () => {
    for (const { entity, modifiedProperty } of STANDARD_OBJECT_TYPES) {
      expect(modifiedProperty).toBe(
        entity === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate',
      )
    }
  })
})

describe('the nearest name', () => {
  const names = STANDARD_OBJECT_TYPES.flatMap(({ entity, table }) => [entity, table])
  test.each([
    ['dealz', 'deals'],
    ['contcats', 'contacts'],
    ['compnies', 'companies'],
    ['lineitems', 'line_items'],
    ['DAELS', 'deals'],
    ['tikets', 'tickets'],
  ])('%s was meant as %s', (typed, meant) => {
    expect(nearestName(typed, names)).toBe(meant)
  })

  test.each(['spaceships', 'xy', ''])('%j is near none', (typed) => {
    expect(nearestName(typed, names)).toBeNull()
  })
})
