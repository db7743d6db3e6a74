import { describe, expect, test } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'
import type { Store, StoredRecord } from '../../simulator/store.ts'

const store = createStore()
const types = store.objectTypes().filter(({ typeId }) => store.count(typeId) > 0)
const LATEST_MS = Date.parse('2100-01-01T00:00:00Z')

function live(portal: Store, typeId: string): StoredRecord[] {
  return [...portal.scan(typeId, 0n, { archived: false })]
}

function take(records: Iterable<StoredRecord>, count: number): StoredRecord[] {
  return [...Iterator.from(records).take(count)]
}

describe('computed records', () => {
  test('a deal is closed exactly where its stage says so', () => {
    const deals = types.find(({ name }) => name === 'deals')?.typeId ?? ''
    const closed = new Map(
      (store.pipelines(deals) ?? []).flatMap(({ stages }) =>
        stages.map(({ id, metadata }) => [id, metadata['isClosed']]),
      ),
    )
    const wrong = live(store, deals).filter(
      ({ properties }) => properties['hs_is_closed'] !== closed.get(properties['dealstage'] ?? ''),
    )
    expect(wrong.map(({ id }) => id)).toEqual([])
  })

  test('the same seed gives the same portal, another seed another one', () => {
    const text = (portal: Store) =>
      types.map(({ typeId }) =>
        JSON.stringify(
          take(portal.scan(typeId, 0n, { archived: false }), 20).map((record) => ({
            ...record.properties,
            at: [record.id, record.createdAt, record.updatedAt],
          })),
        ),
      )
    expect(text(createStore())).toEqual(text(store))
    expect(text(createStore({ seed: 2 }))).not.toEqual(text(store))
  })

  test.each(types.map((type) => [type.name, type.typeId] as const))(
    '%s: every listing agrees',
    (_name, typeId) => {
      const records = live(store, typeId)
      const ids = records.map((record) => record.id)
      expect(ids.length).toBe(store.count(typeId))
      expect(ids).toEqual([...ids].sort((left, right) => Number(left) - Number(right)))
      const byModified = [...store.scanByModified(typeId, 0)]
      expect(new Set(byModified.map((record) => record.id))).toEqual(new Set(ids))
      const places = byModified.map((record) => [Date.parse(record.updatedAt), Number(record.id)])
      expect(places).toEqual([...places].sort(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d))
      expect(store.countByModified(typeId, 0, LATEST_MS)).toBe(ids.length)
      const middle = places[Math.floor(places.length / 2)]?.[0] ?? 0
      expect(store.countByModified(typeId, middle, LATEST_MS)).toBe(
        places.filter(([ms = 0]) => ms >= middle).length,
      )
      expect([...store.scanByModified(typeId, middle)].length).toBe(
        store.countByModified(typeId, middle, LATEST_MS),
      )
    },
  )

  test('a scan begins at the id, inclusive', () => {
    const records = live(store, '0-3')
    const [third, fourth] = [records[2], records[3]]
    const from = (id: bigint) => take(store.scan('0-3', id, { archived: false }), 1)[0]?.id
    expect(from(BigInt(third?.id ?? ''))).toBe(third?.id)
    expect(from(BigInt(third?.id ?? '') + 1n)).toBe(fourth?.id)
    expect(from(10n ** 18n)).toBeUndefined()
  })

  test('about one record in a hundred is archived, and listed only there', () => {
    const archived = [...store.scan('0-1', 0n, { archived: true })]
    expect(archived.length).toBeGreaterThan(10)
    expect(archived.length).toBeLessThan(30)
    expect(archived.length + store.count('0-1')).toBe(2_000)
    for (const record of archived) {
      expect(record.archived).toBe(true)
      expect(record.archivedAt).toMatch(/Z$/)
      expect(store.record('0-1', record.id)?.archived).toBe(true)
    }
  })

  test('ids are mostly beyond four bytes, of every length, and not in order of creation', () => {
    for (const { typeId } of types) {
      const records = live(store, typeId)
      const large = records.filter((record) => Number(record.id) > 2 ** 31)
      expect(large.length).toBeGreaterThan(records.length / 2)
      expect(new Set(records.map((record) => record.id.length)).size).toBeGreaterThan(9)
      const backwards = records.filter(
        (record, at) => at > 0 && record.createdAt < (records[at - 1]?.createdAt ?? ''),
      )
      expect(backwards.length).toBeGreaterThan(0)
    }
  })

  test('stamps: mostly distinct, some shared, some on the full second, none with .000', () => {
    const stamps = live(store, '0-1').map((record) => record.updatedAt)
    expect(new Set(stamps).size).toBeGreaterThan(stamps.length * 0.7)
    expect(new Set(stamps).size).toBeLessThan(stamps.length * 0.95)
    expect(stamps.some((stamp) => !stamp.includes('.'))).toBe(true)
    expect(stamps.some((stamp) => stamp.includes('.000'))).toBe(false)
  })

  test.each(types.map((type) => [type.name, type.typeId] as const))(
    '%s: between 60 and 70 % of all values are unset',
    (_name, typeId) => {
      const names = store
        .properties(typeId)
        .filter((property) => property.archived !== true)
        .map((property) => property.name)
      const records = live(store, typeId)
      const unset = records.reduce(
        (sum, record) => sum + names.filter((name) => record.value(name) === undefined).length,
        0,
      )
      const share = unset / (records.length * names.length)
      expect(share).toBeGreaterThan(0.6)
      expect(share).toBeLessThan(0.7)
    },
  )

  test.each(types.map((type) => [type.name, type] as const))(
    '%s: values agree with the record, its owner and its pipeline',
    (_name, type) => {
      const owners = new Set(store.owners().map((owner) => owner.id))
      const pipelines = store.pipelines(type.typeId) ?? []
      for (const record of live(store, type.typeId)) {
        const { hs_object_id, hubspot_owner_id, dealstage, hs_pipeline_stage, ...rest } =
          record.properties
        expect(hs_object_id).toBe(record.id)
        expect(rest[type.createdProperty]).toBe(record.createdAt)
        expect(rest[type.modifiedProperty]).toBe(record.updatedAt)
        expect(record.createdAt <= record.updatedAt).toBe(true)
        expect(hubspot_owner_id === undefined || owners.has(hubspot_owner_id)).toBe(true)
        const stage = dealstage ?? hs_pipeline_stage
        const { pipeline: ofDeal, hs_pipeline: ofOthers } = rest
        const pipeline = pipelines.find(({ id }) => id === (ofDeal ?? ofOthers))
        if (pipeline !== undefined && stage !== undefined) {
          expect(pipeline.stages.map((each) => each.id)).toContain(stage)
        }
        expect(record.value('no_such_property')).toBeUndefined()
      }
    },
  )

  test('some records have swallowed others from the start', () => {
    const merged = live(store, '0-1').filter((record) => record.value('hs_merged_object_ids'))
    expect(merged.length).toBeGreaterThan(10)
    expect(merged.some((record) => record.value('hs_merged_object_ids')?.includes(';'))).toBe(true)
    for (const record of merged) {
      for (const id of record.value('hs_merged_object_ids')?.split(';') ?? []) {
        expect(store.record('0-1', id)).toBeUndefined()
        expect(store.survivorOf('0-1', id)).toBe(record.id)
      }
      expect(store.survivorOf('0-1', record.id)).toBeUndefined()
    }
  })

  test('ids that HubSpot never minted are nobody', () => {
    for (const id of ['', 'abc', '1', '-5', '1e3', '99999999999999999999999']) {
      expect(store.record('0-1', id)).toBeUndefined()
      expect(store.survivorOf('0-1', id)).toBeUndefined()
    }
  })

  test('history is newest first and begins with the present value', () => {
    const record = live(store, '0-3').find((each) => each.value('dealname') !== undefined)
    const history = store.history('0-3', record?.id ?? '', 'dealname')
    const stamps = history.map((entry) => entry.timestamp)
    expect(history[0]?.value).toBe(record?.value('dealname'))
    expect(stamps).toEqual([...stamps].sort().reverse())
  })

  test.each([
    ['deals', 'dealstage'],
    ['tickets', 'hs_pipeline_stage'],
    ['tickets', 'hs_pipeline'],
  ])('of %s, the history of %s begins with the record', (name, property) => {
    const typeId = types.find((type) => type.name === name)?.typeId ?? ''
    for (const record of live(store, typeId)) {
      const history = store.history(typeId, record.id, property)
      expect(history.at(-1)?.timestamp).toBe(record.createdAt)
      expect(history[0]?.value).toBe(record.value(property))
    }
  })

  test('no two engagements have the same id, nor do those created later', () => {
    const kinds = ['calls', 'emails', 'meetings', 'notes', 'tasks', 'communications']
    const portal = createStore({ records: Object.fromEntries(kinds.map((name) => [name, 300])) })
    const ids = kinds.flatMap((name) => {
      const typeId = portal.findObjectType(name)?.typeId ?? ''
      for (let count = 0; count < 100; count++) portal.create(typeId, {})
      return live(portal, typeId).map(({ id }) => id)
    })
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThan(2_300)
  })

  test('a contact names the time of each merge', () => {
    const portal = createStore({ records: { contacts: 200 } })
    const [first, second] = live(portal, '0-1')
    portal.merge('0-1', first?.id ?? '', second?.id ?? '')
    const survivors = live(portal, '0-1').filter((record) => record.value('hs_merged_object_ids'))
    expect(survivors.length).toBeGreaterThan(2)
    for (const record of survivors) {
      const times = (record.value('hs_calculated_merged_vids') ?? '').split(';')
      const entries = times.map((entry) => entry.split(':'))
      expect(entries.map(([id]) => id).join(';')).toBe(record.value('hs_merged_object_ids'))
      for (const [, atMs] of entries) {
        expect(Number(atMs)).toBeGreaterThanOrEqual(Date.parse(record.createdAt))
        expect(Number(atMs)).toBeLessThanOrEqual(Date.parse(record.updatedAt))
      }
    }
  })
})
