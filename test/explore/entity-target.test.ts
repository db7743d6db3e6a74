import { describe, expect, test } from 'vitest'
import { customTargets, unseenCustomTarget } from '../../generator/explore/entity-target.ts'
import {
  type CustomObject,
  readCustomObjects,
} from '../../generator/explore/read-custom-objects.ts'
import { resolveTarget } from '../../generator/explore/resolve-targets.ts'
import { connectScripted } from '../support/hubspot/connect-scripted.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

function customObject(name: string, typeId: string): CustomObject {
  return {
    typeId,
    name,
    fullyQualifiedName: `p123_${name}`,
    singularLabel: name,
    pluralLabel: `${name} ✨`,
    primaryDisplayProperty: 'VIN',
  }
}

const objects = [
  customObject('Car', '2-1'),
  customObject('Deals', '2-2'),
  customObject('Ticket', '2-3'),
  customObject('migrations', '2-4'),
]
const custom = { objects, targets: customTargets(objects), note: null }

describe('custom objects', () => {
  test('get names of their own, also where theirs means something else', () => {
    expect(
      custom.targets.map(({ entity, table, objectType }) => [entity, table, objectType.id]),
    ).toEqual([
      ['car', 'car', '2-1'],
      ['p123_deals', 'p123_deals', '2-2'],
      ['p123_migrations', 'p123_migrations', '2-4'],
      ['p123_ticket', 'p123_ticket', '2-3'],
    ])
  })

  test('keep a folder that they had before HubSpot had a standard object of that name', () => {
    const contract = customObject('contract', '2-8')
    const targets = customTargets([contract], new Map([['2-8', 'contract']]))
    const known = { objects: [contract], targets, note: null }
    expect(resolveTarget('contract', known).objectType.id).toBe('2-8')
    expect(resolveTarget('contracts', known).objectType.id).toBe('contracts')
    expect(customTargets([contract])[0]?.entity).toBe('p123_contract')
    expect(customTargets([customObject('Payment', '2-9')])[0]?.entity).toBe('payment')
  })

  test.each([
    ['property', 'p123_property'],
    ['property_option', 'p123_property_option'],
    ['Deal_labelled', 'p123_deal_labelled'],
    ['sync_deals', 'p123_sync_deals'],
    ['Team', 'p123_team'],
    ['compat', 'p123_compat'],
    ['select', 'select'],
  ])('called `%s` do not take a name of ours', (name, entity) => {
    expect(customTargets([customObject(name, '2-7')]).map((one) => one.entity)).toEqual([entity])
  })

  test.each(['aux', 'CON', 'Nul', 'prn', 'COM1', 'com9', 'lpt1', 'LPT9'])(
    'called `%s` get another folder, because Windows cannot hold that one',
    (name) => {
      const plain = name.toLowerCase()
      expect(customTargets([customObject(name, '2-7')])[0]?.entity).toBe(`p123_${plain}`)
      expect(unseenCustomTarget(name).entity).toBe(`custom_${plain}`)
    },
  )

  test.each([
    ['com10', 'com10'],
    ['lpt', 'lpt'],
    ['Console', 'console'],
    ['aux.txt', 'aux_txt'],
    ['nul.', 'nul_'],
  ])('called `%s` get a folder that Windows can hold', (name, entity) => {
    expect(customTargets([customObject(name, '2-7')])[0]?.entity).toBe(entity)
    expect(unseenCustomTarget(name).entity).toBe(entity)
  })

  test('that differ in letter case only are distinguished by their type ids', () => {
    const cars = [customObject('Car', '2-7'), customObject('CAR', '2-8')]
    expect(customTargets(cars).map(({ entity }) => entity)).toEqual([
      'p123_car_2_7',
      'p123_car_2_8',
    ])
  })

  test('that are called like another one is qualified keep their name', () => {
    const objects = [customObject('p123_deals', '2-7'), customObject('Deals', '2-8')]
    expect(customTargets(objects).map(({ entity }) => entity)).toEqual([
      'p123_deals',
      'p123_deals_2_8',
    ])
  })

  test('get names that leave room for what is put behind them', () => {
    const [long] = customTargets([customObject('x'.repeat(80), '2-7')])
    expect(long?.table).toMatch(/^x{41}_[0-9a-f]{8}$/)
  })

  test('that are archived are not there', async () => {
    const schema = (name: string, archived: boolean) => ({
      objectTypeId: '2-1',
      name,
      fullyQualifiedName: `p1_${name}`,
      archived,
    })
    await using server = await scriptHubSpot(() => ({
      body: { results: [schema('here', false), schema('gone', true)] },
    }))
    const objects = await readCustomObjects(connectScripted(server).hubspot)
    expect(objects.map(({ name }) => name)).toEqual(['here'])
  })

  test('that look alike go by their fully qualified names', () => {
    const alike = [
      { ...customObject('a-b', '2-8'), fullyQualifiedName: 'p1_a-b' },
      { ...customObject('a b', '2-9'), fullyQualifiedName: 'p2_a b' },
    ]
    expect(customTargets(alike).map(({ entity }) => entity)).toEqual(['p1_a_b', 'p2_a_b'])
  })

  test.each([
    ['deals', '0-3'],
    ['DEALS', '0-3'],
    ['p123_Deals', '2-2'],
    ['p123_deals', '2-2'],
    ['2-2', '2-2'],
    ['ticket', '0-5'],
    ['p123_ticket', '2-3'],
    ['CAR', '2-1'],
  ])('`%s` means %s', (typed, typeId) => {
    expect(resolveTarget(typed, custom).objectType.id).toBe(typeId)
  })
})
