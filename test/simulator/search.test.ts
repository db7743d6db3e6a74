import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import type { StoredRecord } from '../../simulator/store.ts'
import { ask, askPage, search, type WireRecord } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const path = '/crm/objects/2026-09/deals/search'
const modified = 'hs_lastmodifieddate'

const filters = (...list: object[]) => ({ filterGroups: [{ filters: list }] })

describe('search', () => {
  let simulator: Simulator
  let deals: readonly StoredRecord[]
  beforeAll(async () => {
    simulator = await startTestSimulator({ records: { deals: 300 } })
    deals = [...simulator.store.scan('0-3', 0n, { archived: false })]
  })
  afterAll(() => simulator.close())

  const everyMatch = async (body: object): Promise<WireRecord[]> => {
    const found: WireRecord[] = []
    let after: string | undefined
    do {
      const page = await search(simulator, 'deals', { ...body, limit: 200, after })
      found.push(...page.results)
      after = page.paging?.next.after
    } while (after !== undefined)
    return found
  }

  it('finds everything, oldest first, when nothing is asked', async () => {
    const found = await everyMatch({})
    expect(found).toHaveLength(deals.length)
    const created = found.map(({ createdAt }) => Date.parse(createdAt))
    expect(created).toEqual([...created].sort((left, right) => left - right))
    const first = await search(simulator, 'deals', {})
    expect(first.total).toBe(deals.length)
    expect(first.results).toHaveLength(10)
    expect(first.paging).toEqual({ next: { after: '10' } })
  })

  it('pages by modified stamp from a moment on, with the whole total on every page', async () => {
    const stamps = deals.map(({ updatedAt }) => Date.parse(updatedAt)).sort((a, b) => a - b)
    const middle = stamps[150] ?? 0
    const expected = stamps.filter((stamp) => stamp >= middle)
    for (const value of [String(middle), new Date(middle).toISOString()]) {
      const body = {
        ...filters({ propertyName: modified, operator: 'GTE', value }),
        sorts: [{ propertyName: modified, direction: 'ASCENDING' }],
      }
      const found = await everyMatch(body)
      expect(found.map(({ updatedAt }) => Date.parse(updatedAt))).toEqual(expected)
      expect((await search(simulator, 'deals', body)).total).toBe(expected.length)
    }
  })

  it('drains one crowded instant by id', async () => {
    const byStamp = Map.groupBy(deals, ({ updatedAt }) => updatedAt)
    const [crowded] = [...byStamp.values()].sort((left, right) => right.length - left.length)
    const [first] = crowded ?? []
    const rest = (crowded ?? []).slice(1).map(({ id }) => id)
    const found = await everyMatch({
      ...filters(
        { propertyName: modified, operator: 'EQ', value: first?.updatedAt },
        { propertyName: 'hs_object_id', operator: 'GT', value: first?.id },
      ),
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
    })
    expect(found.map(({ id }) => id)).toEqual(rest)
  })

  it('narrows from both sides, and alternatives add up', async () => {
    const ids = deals.map(({ id }) => BigInt(id)).sort((a, b) => (a < b ? -1 : 1))
    const [low, high] = [ids[20], ids[29]].map(String)
    const between = filters({
      propertyName: 'hs_object_id',
      operator: 'BETWEEN',
      value: low,
      highValue: high,
    })
    expect(await everyMatch(between)).toHaveLength(10)
    const outside = {
      filterGroups: [
        { filters: [{ propertyName: 'hs_object_id', operator: 'LT', value: low }] },
        { filters: [{ propertyName: 'hs_object_id', operator: 'GT', value: high }] },
      ],
    }
    expect(await everyMatch(outside)).toHaveLength(deals.length - 10)
    const some = filters({ propertyName: 'hs_object_id', operator: 'IN', values: [low, high] })
    expect((await everyMatch(some)).map(({ id }) => id).sort()).toEqual([low, high].sort())
  })

  it('knows which values are set, and what they are', async () => {
    const owned = deals.filter((deal) => deal.value('hubspot_owner_id'))
    const has = filters({ propertyName: 'hubspot_owner_id', operator: 'HAS_PROPERTY' })
    const hasNot = filters({ propertyName: 'hubspot_owner_id', operator: 'NOT_HAS_PROPERTY' })
    expect(await everyMatch(has)).toHaveLength(owned.length)
    expect(await everyMatch(hasNot)).toHaveLength(deals.length - owned.length)
    const stage = deals[0]?.value('dealstage')
    const inStage = deals.filter((deal) => deal.value('dealstage') === stage)
    const equal = filters({ propertyName: 'dealstage', operator: 'EQ', value: stage })
    expect(await everyMatch(equal)).toHaveLength(inStage.length)
    const other = filters({ propertyName: 'dealstage', operator: 'NEQ', value: stage })
    expect(await everyMatch(other)).toHaveLength(deals.length - inStage.length)
  })

  it('compares texts in lower case, except that IN wants its values so', async () => {
    await using own = await startTestSimulator()
    const { id } = own.store.create('0-3', { dealname: 'Grand Piano Overhaul' })
    const found = async (filter: object): Promise<string[]> =>
      (await search(own, 'deals', filters({ propertyName: 'dealname', ...filter }))).results.map(
        (record) => record.id,
      )
    expect(await found({ operator: 'EQ', value: 'grand piano overhaul' })).toEqual([id])
    expect(await found({ operator: 'IN', values: ['grand piano overhaul'] })).toEqual([id])
    expect(await found({ operator: 'IN', values: ['Grand Piano Overhaul'] })).toEqual([])
    expect(await found({ operator: 'CONTAINS_TOKEN', value: 'PIANO' })).toEqual([id])
    expect(await found({ operator: 'CONTAINS_TOKEN', value: 'over*' })).toEqual([id])
    expect(await found({ operator: 'CONTAINS_TOKEN', value: 'pian' })).toEqual([])
    const query = await search(own, 'deals', { query: 'piano over' })
    expect(query.results.map((record) => record.id)).toEqual([id])
  })

  it('follows associations', async () => {
    const { store } = simulator
    const deal = deals.find(({ id }) => store.links('0-3', id, '0-2').length > 0)
    const companyId = store.links('0-3', deal?.id ?? '', '0-2')[0]?.toId
    const found = await everyMatch(
      filters({ propertyName: 'associations.companies', operator: 'EQ', value: companyId }),
    )
    expect(found.map(({ id }) => id)).toContain(deal?.id)
    expect(found.length).toBeLessThan(deals.length)
  })

  it('sees no archived records', async () => {
    await using own = await startTestSimulator()
    const { id } = own.store.create('0-3', { dealname: 'Gone' })
    const body = filters({ propertyName: 'hs_object_id', operator: 'EQ', value: id })
    expect((await search(own, 'deals', body)).total).toBe(1)
    own.store.archive('0-3', id)
    expect((await search(own, 'deals', body)).total).toBe(0)
  })

  it('two pages of one search share one walk, a change between them starts another', async () => {
    await using own = await startTestSimulator()
    const body = {
      ...filters({ propertyName: modified, operator: 'GT', value: '1' }),
      sorts: [{ propertyName: modified, direction: 'ASCENDING' }],
      limit: 5,
    }
    const first = await search(own, 'deals', body)
    own.store.archive('0-3', first.results[0]?.id ?? '')
    const again = await search(own, 'deals', body)
    expect(again.results[0]?.id).toBe(first.results[1]?.id)
    expect(again.total).toBe((first.total ?? 0) - 1)
  })

  const refusals: readonly (readonly [string, object])[] = [
    ['more than 200 a page', { limit: 201 }],
    ['past 10,000', { after: '9900', limit: 200 }],
    ['past 10,000 by far', { after: 50_000 }],
    ['an `after` that is no number', { after: 'abc' }],
    ['a body over 3,000 characters', { properties: ['x'.repeat(3_000)] }],
    ['two sorts', { sorts: ['createdate', 'amount'] }],
    [
      'six groups',
      {
        filterGroups: Array(6).fill({
          filters: [{ propertyName: 'amount', operator: 'HAS_PROPERTY' }],
        }),
      },
    ],
    [
      'seven filters in a group',
      filters(...Array(7).fill({ propertyName: 'amount', operator: 'HAS_PROPERTY' })),
    ],
    ['an unknown property', filters({ propertyName: 'nothing', operator: 'EQ', value: '1' })],
    ['an unknown property to sort by', { sorts: ['nothing'] }],
    ['an unknown operator', filters({ propertyName: 'amount', operator: 'LIKE', value: '1' })],
    ['IN without values', filters({ propertyName: 'amount', operator: 'IN', value: '1' })],
    [
      'BETWEEN without an end',
      filters({ propertyName: 'amount', operator: 'BETWEEN', value: '1' }),
    ],
    ['a number that is none', filters({ propertyName: 'amount', operator: 'GT', value: 'much' })],
    [
      'a date that is none',
      filters({ propertyName: modified, operator: 'GT', value: 'yesterday' }),
    ],
  ]

  it.each(refusals)('refuses %s', async (_what, body) => {
    const reply = await ask(simulator, path, { body })
    expect(reply.status).toBe(400)
    expect(reply.json()).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' })
  })

  it('takes the last page before 10,000, 18 filters, and numbers as text', async () => {
    const filter = { propertyName: 'amount', operator: 'HAS_PROPERTY' }
    const groups = Array(3).fill({ filters: Array(6).fill(filter) })
    for (const body of [{ after: '9800', limit: '200' }, { filterGroups: groups }]) {
      expect((await ask(simulator, path, { body })).status).toBe(200)
    }
    const nineteen = { filterGroups: [...groups, { filters: [filter] }] }
    expect((await ask(simulator, path, { body: nineteen })).status).toBe(400)
  })

  it('finds everything since 1970, unless a fault makes it fail', async () => {
    await using other = await startTestSimulator()
    const body = filters({ propertyName: modified, operator: 'GTE', value: '0' })
    const { total } = await askPage(other, path, { body })
    expect(total).toBe(other.store.count('0-3'))
    const id = other.faults.add({ kind: 'search_since_1970_500' })
    expect((await ask(other, path, { body })).status).toBe(500)
    const later = filters({ propertyName: modified, operator: 'GTE', value: '1' })
    expect((await ask(other, path, { body: later })).status).toBe(200)
    other.faults.remove(id)
    expect((await ask(other, path, { body })).status).toBe(200)
  })

  it('cannot say what a highly sensitive property holds', async () => {
    const secret = simulator.store
      .properties('0-1')
      .find((property) => property.dataSensitivity === 'highly_sensitive')
    const body = filters({ propertyName: secret?.name, operator: 'HAS_PROPERTY' })
    expect((await ask(simulator, '/crm/v3/objects/contacts/search', { body })).status).toBe(400)
  })

  it('finds more than 10,000 and lets one read no further', async () => {
    await using crowded = await startTestSimulator({ records: { tasks: 10_500 } })
    const total = crowded.store.count('0-27')
    const body = { sorts: ['hs_lastmodifieddate'], limit: 200, after: '9800' }
    const last = await search(crowded, 'tasks', body)
    expect(last.total).toBe(total)
    expect(last.results).toHaveLength(200)
    expect(last.paging?.next.after).toBe('10000')
    const beyond = { ...body, after: last.paging?.next.after }
    const refused = await ask(crowded, '/crm/v3/objects/tasks/search', { body: beyond })
    expect(refused.status).toBe(400)
  })
})
