import { describe, expect, it } from 'vitest'
import { wholeRecords } from '../../runtime/hubspot/record-pages.ts'
import { listInFormat } from '../../runtime/hubspot/records.ts'
import { readSideBySide } from '../../runtime/hubspot/side-by-side.ts'
import { connectScripted } from '../support/hubspot/connect-scripted.ts'
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  scriptHubSpot,
} from '../support/hubspot/scripted-hubspot.ts'

const deals = { objectType: 'deals', properties: ['amount'] }
const stamp = '2026-11-12T10:00:00Z'
const recordOf = (id: number) => ({ id: String(id), properties: {}, updatedAt: stamp })
const failure: ScriptedAnswer = { status: 500, body: { message: 'internal error' } }

interface PoisonPortal {
  readonly count: number
  readonly poison: readonly number[]
  /** The requests that fail: those for values in lists, for values, or all. */
  readonly poisons: 'values in lists' | 'values' | 'everything'
}

/** Ids 10, 20, …; `after` is an inclusive lower bound. */
function portalOf({ count, poison, poisons }: PoisonPortal) {
  return ({ method, query, body }: ScriptedRequest): ScriptedAnswer => {
    if (method === 'POST') {
      const { inputs } = body as { inputs: { id: string }[] }
      const ids = inputs.map(({ id }) => Number(id))
      const fails = poisons !== 'values in lists' && ids.some((id) => poison.includes(id))
      return fails ? failure : { body: { results: ids.map(recordOf) } }
    }
    const first = Math.max(1, Math.ceil(Number(query.get('after') ?? 0) / 10))
    const limit = Number(query.get('limit'))
    const length = Math.max(0, Math.min(limit, count - first + 1))
    const ids = Array.from({ length }, (_, index) => (first + index) * 10)
    const values = (query.get('properties') ?? 'amount') !== 'hs_object_id'
    if ((values || poisons === 'everything') && ids.some((id) => poison.includes(id)))
      return failure
    const next = (first + limit) * 10
    const paging = next <= count * 10 ? { paging: { next: { after: String(next) } } } : {}
    return { body: { results: ids.map(recordOf), ...paging } }
  }
}

async function read(portal: PoisonPortal) {
  await using server = await scriptHubSpot(portalOf(portal))
  const { hubspot } = connectScripted(server)
  const records: string[] = []
  const unread: unknown[] = []
  for await (const page of listInFormat(hubspot, deals, wholeRecords)) {
    records.push(...page.records.map(({ id }) => id))
    unread.push(...page.unread)
  }
  const healthy = Array.from({ length: portal.count }, (_, index) => (index + 1) * 10)
    .filter((id) => !portal.poison.includes(id))
    .map(String)
  return { records, unread, healthy }
}

describe('a list that always fails because of one record', () => {
  it('is read without values, which are read by id', async () => {
    const portal = { count: 350, poison: [1_500], poisons: 'values in lists' } as const
    const { records, unread, healthy } = await read(portal)
    expect(records.toSorted()).toEqual([...healthy, '1500'].toSorted())
    expect(unread).toEqual([])
  })

  it.each([
    ['values', [1_500]],
    ['values', [10, 1_010, 3_500]],
    ['everything', [1_500]],
    ['everything', [10]],
    ['everything', [3_500]],
  ] as const)('costs that record only, with %s of %j', async (poisons, poison) => {
    const { records, unread, healthy } = await read({ count: 350, poison, poisons })
    expect(records).toEqual(healthy)
    expect(unread).toEqual(poison.map((id) => ({ id: String(id), reason: 'unreadable' })))
  })

  it('costs that record only when ranges are read side by side', async () => {
    const portal = { count: 2_000, poison: [15_000], poisons: 'everything' } as const
    await using server = await scriptHubSpot((request) =>
      request.path.endsWith('/search')
        ? { body: { total: 2_000, results: [] } }
        : portalOf(portal)(request),
    )
    const { hubspot } = connectScripted(server)
    const extent = Promise.resolve({ total: 2_000, lastId: 20_000n })
    const found: string[] = []
    const unread: unknown[] = []
    for await (const page of readSideBySide(hubspot, deals, { format: wholeRecords, extent })) {
      found.push(...page.records.map(({ id }) => id))
      unread.push(...page.unread)
    }
    expect(new Set(found).size).toBe(1_999)
    expect(found).toHaveLength(1_999)
    expect(unread).toEqual([{ id: '15000', reason: 'unreadable' }])
  })

  it('is an outage where nothing is listed', async () => {
    await using server = await scriptHubSpot([{ status: 503, body: '<html>' }])
    const { hubspot } = connectScripted(server)
    const pages = listInFormat(hubspot, deals, wholeRecords)
    await expect(pages.next()).rejects.toMatchObject({ code: 'HUBSPOT_FAILED', status: 503 })
    expect(server.requests).toHaveLength(3 * 8)
  })
})
