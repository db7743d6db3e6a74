import { describe, expect, test } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'

const store = createStore()
const types = store.objectTypes()

function active(typeId: string) {
  return store.properties(typeId).filter((property) => property.archived !== true)
}

function named(name: string) {
  const type = types.find((each) => each.name === name)
  if (type === undefined) {
    throw new Error(`no object type ${name}`)
  }
  return type
}

describe('the catalogue', () => {
  test.each([
    ['contacts', 360],
    ['companies', 240],
    ['deals', 200],
    ['tickets', 100],
    ['line_items', 60],
    ['products', 40],
    ['calls', 60],
    ['emails', 60],
    ['meetings', 60],
    ['notes', 40],
    ['tasks', 60],
    ['Vehicle', 40],
  ])('%s has at least %i properties', (name, least) => {
    expect(active(named(name).typeId).length).toBeGreaterThanOrEqual(least)
  })

  test.each(types.map((type) => [type.name, type] as const))(
    '%s: names are unique, groups exist, options are whole',
    (_name, type) => {
      const properties = store.properties(type.typeId)
      const groups = new Set(store.groups(type.typeId).map((group) => group.name))
      expect(new Set(properties.map((property) => property.name)).size).toBe(properties.length)
      expect(properties.filter((property) => !groups.has(property.groupName))).toEqual([])
      for (const { name, options } of properties) {
        expect(new Set(options.map((option) => option.value)).size, name).toBe(options.length)
      }
      for (const name of [
        'hs_object_id',
        type.createdProperty,
        type.modifiedProperty,
        type.primaryDisplayProperty,
        ...type.defaultProperties,
      ]) {
        expect(properties.map((property) => property.name)).toContain(name)
      }
    },
  )

  test('fields that HubSpot leaves out are absent, not undefined', () => {
    for (const type of types) {
      for (const property of store.properties(type.typeId)) {
        expect(Object.values(property)).not.toContain(undefined)
        expect('createdUserId' in property).toBe(!('hubspotDefined' in property))
      }
    }
  })

  test.each(['contacts', 'companies', 'deals', 'tickets'])(
    '%s has what real portals have',
    (name) => {
      const { typeId } = named(name)
      const properties = store.properties(typeId)
      const count = (test: (property: (typeof properties)[number]) => boolean) =>
        properties.filter(test).length
      expect(count((each) => each.archived === true)).toBeGreaterThan(0)
      expect(count((each) => each.hubspotDefined === undefined)).toBeGreaterThan(10)
      expect(count((each) => each.createdAt === undefined)).toBeGreaterThan(9)
      expect(count((each) => each.createdAt === undefined)).toBeLessThan(20)
      expect(count((each) => each.archived === undefined)).toBeGreaterThan(100)
      expect(count((each) => each.dataSensitivity === 'sensitive')).toBeGreaterThan(0)
      expect(count((each) => each.dataSensitivity === 'highly_sensitive')).toBeGreaterThan(0)
      expect(count((each) => Buffer.byteLength(each.name) > 63)).toBeGreaterThan(0)
      expect(count((each) => /__/.test(each.name))).toBeGreaterThan(0)
      expect(count((each) => each.name.endsWith('_'))).toBeGreaterThan(0)
      expect(count((each) => each.label.includes('*/'))).toBeGreaterThan(0)
      expect(count((each) => each.label.includes('\u0000'))).toBe(1)
      expect(new Set(properties.map((each) => each.label)).size).toBeLessThan(properties.length)
      expect(
        count(
          (each) =>
            each.type === 'enumeration' && each.options.length === 0 && !each.externalOptions,
        ),
      ).toBeGreaterThan(0)
      expect(count((each) => each.type === 'phone_number')).toBeGreaterThan(0)
      expect(count((each) => each.type === 'object_coordinates')).toBeGreaterThan(0)
      const pairs = new Set(properties.map((each) => `${each.type} ${each.fieldType}`))
      expect(pairs).toContain('datetime calculation_equation')
      expect(pairs).toContain('string file')
    },
  )

  test('a type is found by any of its names, a custom one not by its bare name', () => {
    for (const alias of ['contacts', 'contact', 'CONTACTS', '0-1']) {
      expect(store.findObjectType(alias)?.typeId).toBe('0-1')
    }
    const { typeId, fullyQualifiedName } = named('Vehicle')
    expect(store.findObjectType(fullyQualifiedName ?? '')?.typeId).toBe(typeId)
    expect(store.findObjectType(typeId)?.name).toBe('Vehicle')
    expect(store.findObjectType('Vehicle')).toBeUndefined()
    expect(store.findObjectType('butterflies')).toBeUndefined()
    expect(store.properties(typeId).map((property) => property.name)).toContain('VIN')
  })

  test('every stage has its properties', () => {
    for (const type of types) {
      const names = new Set(store.properties(type.typeId).map((property) => property.name))
      const stages = (store.pipelines(type.typeId) ?? []).flatMap((pipeline) => pipeline.stages)
      const entered = [...names].filter((name) => /^hs_v2_date_entered_(?!current)/.test(name))
      expect(entered.length).toBe(stages.length)
      expect(new Set(stages.map((stage) => stage.id)).size).toBe(stages.length)
    }
    expect(store.pipelines('0-48')).toBeUndefined()
    expect(store.properties('0-3').map((property) => property.name)).toContain(
      'hs_v2_date_entered_closedwon',
    )
  })

  test('owners: some archived without user id, some queues, one from 1970', () => {
    const owners = store.owners()
    expect(owners.length).toBe(25)
    expect(owners.filter((owner) => owner.archived).length).toBe(4)
    expect(owners.filter((owner) => owner.archived && owner.userId !== null)).toEqual([])
    expect(owners.filter((owner) => owner.type === 'QUEUE').length).toBe(2)
    expect(owners.filter((owner) => owner.createdAt === '1970-01-01T00:00:00Z').length).toBe(1)
    expect(new Set(owners.map((owner) => owner.id)).size).toBe(owners.length)
  })

  test('association types carry the ids that HubSpot uses', () => {
    const ids = (from: string, to: string) =>
      store.associationTypes(from, to).map((type) => type.typeId)
    expect(ids('0-1', '0-2')).toEqual(expect.arrayContaining([279, 1]))
    expect(ids('0-2', '0-1')).toEqual(expect.arrayContaining([280, 2]))
    expect(ids('0-3', '0-8')).toEqual([19])
    expect(ids('0-7', '0-1')).toEqual([])
  })
})
