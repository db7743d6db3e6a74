import fc from 'fast-check'
import { beforeEach, describe, expect, test } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'
import type { Property, Store } from '../../simulator/store.ts'

const DEALS = '0-3'
const CONTACTS = '0-1'
const COMPANIES = '0-2'
const AFTER_MS = Date.parse('2026-11-01T00:00:00Z')
const LATEST_MS = Date.parse('2100-01-01T00:00:00Z')

let store: Store
let ids: string[]

beforeEach(() => {
  store = createStore({ records: { deals: 300, contacts: 200, companies: 100 } })
  ids = liveIds(store)
})

function liveIds(portal: Store): string[] {
  return [...portal.scan(DEALS, 0n, { archived: false })].map((record) => record.id)
}

function id(place: number): string {
  return ids[place] ?? ''
}

function archivedIds(): string[] {
  return [...store.scan(DEALS, 0n, { archived: true })].map((record) => record.id)
}

describe('mutations', () => {
  test('an update shows in every reading and moves the record to the end', () => {
    store.update(DEALS, id(7), { dealname: 'Neu', amount: null, closed_lost_reason: '' })
    const record = store.record(DEALS, id(7))
    expect(record?.value('dealname')).toBe('Neu')
    expect(record?.value('amount')).toBeUndefined()
    expect(record?.value('closed_lost_reason')).toBe('')
    expect(record?.updatedAt).toBe('2026-11-01T00:00:00Z')
    expect(record?.value('hs_lastmodifieddate')).toBe(record?.updatedAt)
    expect(record?.properties).not.toHaveProperty('amount')
    const changed = [...store.scanByModified(DEALS, AFTER_MS)]
    expect(changed.map((each) => each.id)).toEqual([id(7)])
    expect(store.countByModified(DEALS, AFTER_MS, LATEST_MS)).toBe(1)
    expect(store.countByModified(DEALS, 0, AFTER_MS - 1)).toBe(ids.length - 1)
    expect(liveIds(store)).toEqual(ids)
    expect(store.history(DEALS, id(7), 'dealname')[0]).toMatchObject({
      value: 'Neu',
      timestamp: '2026-11-01T00:00:00Z',
    })
  })

  test('a silent update leaves the stamp alone', () => {
    const before = store.record(DEALS, id(3))?.updatedAt
    store.update(DEALS, id(3), { hs_deal_score: '12' }, { silently: true })
    expect(store.record(DEALS, id(3))?.value('hs_deal_score')).toBe('12')
    expect(store.record(DEALS, id(3))?.updatedAt).toBe(before)
    expect(store.countByModified(DEALS, AFTER_MS, LATEST_MS)).toBe(0)
  })

  test('archive, restore and purge', () => {
    const count = store.count(DEALS)
    store.archive(DEALS, id(5))
    expect(store.count(DEALS)).toBe(count - 1)
    expect(liveIds(store)).not.toContain(id(5))
    expect(archivedIds()).toContain(id(5))
    expect(store.record(DEALS, id(5))).toMatchObject({
      archived: true,
      archivedAt: '2026-11-01T00:00:00Z',
    })
    store.restore(DEALS, id(5))
    expect(liveIds(store)).toEqual(ids)
    expect(archivedIds()).not.toContain(id(5))
    store.purge(DEALS, id(5))
    expect(store.record(DEALS, id(5))).toBeUndefined()
    expect(liveIds(store)).not.toContain(id(5))
    expect(archivedIds()).not.toContain(id(5))
    expect(store.survivorOf(DEALS, id(5))).toBeUndefined()
    expect(() => store.update(DEALS, id(5), { dealname: 'x' })).toThrow(/no record/)
  })

  test('one that was archived from the start can be restored', () => {
    const [first = ''] = archivedIds()
    store.restore(DEALS, first)
    expect(liveIds(store)).toContain(first)
    expect(store.count(DEALS)).toBe(ids.length + 1)
  })

  test('created records get new ids, some of them below existing ones', () => {
    const created = Array.from({ length: 10 }, (_, at) =>
      store.create(DEALS, { dealname: `Neu ${at}` }),
    )
    const last = Math.max(...ids.map(Number))
    expect(created.some((record) => Number(record.id) > last)).toBe(true)
    expect(created.some((record) => Number(record.id) < last)).toBe(true)
    expect(new Set([...ids, ...created.map((record) => record.id)]).size).toBe(ids.length + 10)
    expect(liveIds(store)).toEqual(
      [...ids, ...created.map((record) => record.id)].sort((a, b) => Number(a) - Number(b)),
    )
    expect(created[0]?.properties).toMatchObject({
      dealname: 'Neu 0',
      createdate: '2026-11-01T00:00:00Z',
      hs_object_id: created[0]?.id,
    })
    expect(store.countByModified(DEALS, AFTER_MS, LATEST_MS)).toBe(10)
  })

  test('a merge keeps the primary, fills its gaps, takes its links, and resolves through chains', () => {
    const company = [...store.scan(COMPANIES, 0n, { archived: false })].at(-1)?.id ?? ''
    store.unlink(DEALS, id(1), COMPANIES, company)
    store.update(DEALS, id(1), { description: null })
    store.update(DEALS, id(2), { description: 'from the other', dealname: 'loses' })
    store.link(DEALS, id(2), COMPANIES, company, { category: 'HUBSPOT_DEFINED', typeId: 341 })
    const name = store.record(DEALS, id(1))?.value('dealname')
    expect(store.merge(DEALS, id(1), id(2))).toBe(id(1))
    const survivor = store.record(DEALS, id(1))
    expect(survivor?.value('dealname')).toBe(name)
    expect(survivor?.value('description')).toBe('from the other')
    expect(survivor?.value('hs_object_id')).toBe(id(1))
    expect(survivor?.value('hs_merged_object_ids')?.split(';')).toContain(id(2))
    expect(store.record(DEALS, id(2))).toBeUndefined()
    expect(archivedIds()).not.toContain(id(2))
    expect(liveIds(store)).toEqual(ids.filter((each) => each !== id(2)))
    expect(store.links(DEALS, id(1), COMPANIES).map((link) => link.toId)).toContain(company)
    expect(store.links(COMPANIES, company, DEALS).map((link) => link.toId)).toContain(id(1))
    expect(store.links(COMPANIES, company, DEALS).map((link) => link.toId)).not.toContain(id(2))
    expect(store.merge(DEALS, id(4), id(1))).toBe(id(4))
    expect(store.survivorOf(DEALS, id(2))).toBe(id(4))
    expect(store.record(DEALS, id(4))?.value('hs_merged_object_ids')?.split(';')).toEqual(
      expect.arrayContaining([id(1), id(2)]),
    )
  })

  test('a merge may create a new id that keeps the primary’s values', () => {
    const name = store.record(DEALS, id(1))?.value('dealname')
    const createdAt = store.record(DEALS, id(1))?.createdAt
    const survivor = store.merge(DEALS, id(1), id(2), { newId: true })
    expect(ids).not.toContain(survivor)
    expect(store.record(DEALS, survivor)?.value('dealname')).toBe(name)
    expect(store.record(DEALS, survivor)?.value('hs_object_id')).toBe(survivor)
    expect(store.record(DEALS, survivor)?.createdAt).toBe(createdAt)
    expect(store.record(DEALS, survivor)?.value('hs_merged_object_ids')?.split(';')).toEqual(
      expect.arrayContaining([id(1), id(2)]),
    )
    expect(store.survivorOf(DEALS, id(1))).toBe(survivor)
    expect(store.survivorOf(DEALS, id(2))).toBe(survivor)
    expect(store.count(DEALS)).toBe(ids.length - 1)
  })

  test('links made and cut show from both sides', () => {
    const [contact = ''] = [...store.scan(CONTACTS, 0n, { archived: false })].map((each) => each.id)
    store.unlink(DEALS, id(0), CONTACTS, contact)
    expect(store.links(CONTACTS, contact, DEALS).map((link) => link.toId)).not.toContain(id(0))
    store.link(DEALS, id(0), CONTACTS, contact, { category: 'HUBSPOT_DEFINED', typeId: 3 })
    store.link(DEALS, id(0), CONTACTS, contact, { category: 'USER_DEFINED', typeId: 10 })
    const there = store.links(CONTACTS, contact, DEALS).find((link) => link.toId === id(0))
    expect(there?.types.map((type) => type.typeId)).toEqual([4, 9])
  })

  test('properties are added, archived, restored and retyped; values stay', () => {
    const find = (name: string): Property | undefined =>
      store.properties(DEALS).find((property) => property.name === name)
    const amount = find('amount')
    if (amount === undefined) {
      throw new Error('deals have an amount')
    }
    store.addProperty(DEALS, { ...amount, name: 'neu', label: 'Neu' })
    expect(store.record(DEALS, id(0))?.value('neu')).toBeUndefined()
    store.update(DEALS, id(0), { neu: '5' })
    expect(store.record(DEALS, id(0))?.value('neu')).toBe('5')
    expect(() => store.addProperty(DEALS, amount)).toThrow(/exists/)
    store.archiveProperty(DEALS, 'amount')
    expect(find('amount')).toMatchObject({ archived: true, archivedAt: '2026-11-01T00:00:01.003Z' })
    store.restoreProperty(DEALS, 'amount')
    store.retypeProperty(DEALS, 'amount', 'string', 'text')
    expect(find('amount')).toMatchObject({ archived: false, type: 'string', fieldType: 'text' })
    expect(find('amount')).not.toHaveProperty('archivedAt')
    expect(() => store.update(DEALS, id(0), { amoumt: '1' })).toThrow(/no property `amoumt`/)
  })

  test('stores do not share what was changed', () => {
    store.update(DEALS, id(0), { dealname: 'hier' })
    store.archiveProperty(DEALS, 'amount')
    const other = createStore({ records: { deals: 300, contacts: 200, companies: 100 } })
    expect(other.record(DEALS, id(0))?.value('dealname')).not.toBe('hier')
    expect(other.properties(DEALS).find((each) => each.name === 'amount')?.archived).not.toBe(true)
  })

  test('whatever happens, all listings and counts agree', () => {
    const step = fc.tuple(
      fc.constantFrom(
        'update',
        'silent',
        'archive',
        'purge',
        'restore',
        'create',
        'merge',
        'renew',
      ),
      fc.nat(),
      fc.nat(),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const portal = createStore({ records: { deals: 40, contacts: 10, companies: 10 } })
        for (const [kind, left, right] of steps) {
          apply(portal, kind, left, right)
        }
        const live = liveIds(portal)
        expect(live).toEqual([...live].sort((a, b) => Number(a) - Number(b)))
        expect(portal.count(DEALS)).toBe(live.length)
        const byModified = [...portal.scanByModified(DEALS, 0)]
        expect(byModified.map((each) => each.id).toSorted()).toEqual(live.toSorted())
        const stamps = byModified.map((each) => Date.parse(each.updatedAt))
        expect(stamps).toEqual(stamps.toSorted((a, b) => a - b))
        for (const edge of [0, stamps[5] ?? 0, AFTER_MS]) {
          expect(portal.countByModified(DEALS, edge, LATEST_MS)).toBe(
            stamps.filter((ms) => ms >= edge).length,
          )
        }
        const archived = [...portal.scan(DEALS, 0n, { archived: true })].map((each) => each.id)
        expect(archived.filter((each) => live.includes(each))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })
})

function apply(portal: Store, kind: string, left: number, right: number): void {
  const live = liveIds(portal)
  const archived = [...portal.scan(DEALS, 0n, { archived: true })].map((each) => each.id)
  const one = live[left % Math.max(1, live.length)]
  const other = live[right % Math.max(1, live.length)]
  const gone = archived[left % Math.max(1, archived.length)]
  if (kind === 'create') {
    portal.create(DEALS, { dealname: 'neu' })
  } else if (kind === 'restore' && gone !== undefined) {
    portal.restore(DEALS, gone)
  } else if (one !== undefined && other !== undefined) {
    if (kind === 'update' || kind === 'silent') {
      portal.update(DEALS, one, { dealname: 'anders' }, { silently: kind === 'silent' })
    } else if (kind === 'archive') {
      portal.archive(DEALS, one)
    } else if (kind === 'purge') {
      portal.purge(DEALS, one)
    } else if (one !== other) {
      portal.merge(DEALS, one, other, { newId: kind === 'renew' })
    }
  }
}
