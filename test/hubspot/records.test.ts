import { describe, expect, it } from 'vitest'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import type { HubSpotRecord } from '../../runtime/hubspot/record.ts'
import type { RecordsRequest } from '../../runtime/hubspot/record-pages.ts'
import { listRecords } from '../../runtime/hubspot/records.ts'
import { findExtent } from '../../runtime/hubspot/survey.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import type { ScriptedHubSpot, ScriptedRequest } from '../support/hubspot/scripted-hubspot.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

const deals: RecordsRequest = { objectType: 'deals', properties: ['amount'] }
const wide: RecordsRequest = {
  objectType: 'deals',
  properties: Array.from(
    { length: 400 },
    (_, index) => `a_property_with_quite_a_long_name_${index}`,
  ),
}

function connect(server: ScriptedHubSpot): HubSpot {
  const clock = createInstantClock()
  return connectHubSpot(server.settings, { clock, rateLimiter: createRateLimiter(clock) })
}

async function readPages(hubspot: HubSpot, request: RecordsRequest): Promise<string[][]> {
  const pages: string[][] = []
  for await (const page of listRecords(hubspot, request)) pages.push(page.map(({ id }) => id))
  return pages
}

function recordOf(id: number | string, properties: Record<string, unknown> = {}) {
  const stamp = '2026-11-12T10:00:00Z'
  return { id: String(id), properties, createdAt: stamp, updatedAt: stamp, archived: false }
}

/** A portal with the ids 1, 2, … that answers lists and batch reads. */
function portalOf(count: number, gone: readonly string[] = []) {
  return (request: ScriptedRequest) => {
    if (request.method === 'POST') {
      const { inputs } = request.body as { inputs: { id: string }[] }
      const found = inputs.filter(({ id }) => !gone.includes(id)).toReversed()
      return {
        status: found.length === inputs.length ? 200 : 207,
        body: { results: found.map(({ id }) => recordOf(id)), errors: [] },
      }
    }
    const from = Number(request.query.get('after') ?? 1)
    const limit = Number(request.query.get('limit'))
    const ids = Array.from(
      { length: Math.min(limit, count - from + 1) },
      (_, index) => from + index,
    )
    const after = from + limit
    const paging = after <= count ? { paging: { next: { after: String(after) } } } : {}
    return { body: { results: ids.map((id) => recordOf(id)), ...paging } }
  }
}

describe('listRecords', () => {
  it('reads every record in order, a hundred at a time', async () => {
    await using server = await scriptHubSpot(portalOf(250))
    const pages = await readPages(connect(server), deals)
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50])
    expect(pages.flat()).toEqual(Array.from({ length: 250 }, (_, index) => String(index + 1)))
    expect(server.requests[0]?.query.get('properties')).toBe('amount')
    expect(server.requests[0]?.query.has('after')).toBe(false)
  })

  it.each([
    [10, [10], ['10']],
    [100, [100], ['100']],
    [130, [100, 30], ['100', '30']],
  ])('stops at the limit of %i and asks for no more', async (limit, sizes, asked) => {
    await using server = await scriptHubSpot(portalOf(250))
    const pages = await readPages(connect(server), { ...deals, limit })
    expect(pages.map((page) => page.length)).toEqual(sizes)
    expect(server.requests.map(({ query }) => query.get('limit'))).toEqual(asked)
  })

  it('reads one page ahead and not more', async () => {
    await using server = await scriptHubSpot(portalOf(1_000))
    const pages = listRecords(connect(server), deals)
    await pages.next()
    await pages.return(undefined)
    expect(server.requests).toHaveLength(2)
  })

  it('asks for the recycle bin', async () => {
    await using server = await scriptHubSpot(portalOf(5))
    await readPages(connect(server), { ...deals, archived: 'only' })
    await readPages(connect(server), { ...wide, archived: 'only' })
    expect(server.requests.map(({ query }) => query.get('archived'))).toEqual([
      'true',
      'true',
      'true',
    ])
  })

  it('reads an empty portal', async () => {
    await using server = await scriptHubSpot(portalOf(0))
    expect(await readPages(connect(server), deals)).toEqual([])
  })
})

describe('a long property list', () => {
  it('goes into batch reads, whose answers are matched by id', async () => {
    await using server = await scriptHubSpot(portalOf(150))
    const pages = await readPages(connect(server), wide)
    expect(pages.flat()).toEqual(Array.from({ length: 150 }, (_, index) => String(index + 1)))
    const lists = server.requests.filter(({ method }) => method === 'GET')
    const reads = server.requests.filter(({ method }) => method === 'POST')
    expect(lists.every(({ query }) => !query.has('properties'))).toBe(true)
    expect(reads).toHaveLength(2)
    expect(reads[0]?.body).toMatchObject({ properties: wide.properties })
  })

  it('leaves out records that are gone by then', async () => {
    await using server = await scriptHubSpot(portalOf(5, ['2', '4']))
    expect(await readPages(connect(server), wide)).toEqual([['1', '3', '5']])
  })

  it('respects the limit', async () => {
    await using server = await scriptHubSpot(portalOf(500))
    expect((await readPages(connect(server), { ...wide, limit: 7 })).flat()).toHaveLength(7)
    expect(server.requests).toHaveLength(2)
  })
})

describe('what is too heavy', () => {
  it('is listed in smaller pages', async () => {
    const portal = portalOf(120)
    await using server = await scriptHubSpot((request) =>
      Number(request.query.get('limit')) > 25 ? { status: 524, body: '<html>' } : portal(request),
    )
    const pages = await readPages(connect(server), deals)
    expect(pages.flat()).toHaveLength(120)
    expect(pages[0]).toHaveLength(25)
  })

  it('is read in smaller batches, in order', async () => {
    const portal = portalOf(90)
    await using server = await scriptHubSpot((request) => {
      const inputs = (request.body as { inputs?: unknown[] } | undefined)?.inputs ?? []
      return inputs.length > 30 ? { status: 504, body: '' } : portal(request)
    })
    const pages = await readPages(connect(server), wide)
    expect(pages).toEqual([Array.from({ length: 90 }, (_, index) => String(index + 1))])
  })

  it('is an error when one record is too much', async () => {
    await using server = await scriptHubSpot([{ status: 524, body: '<html>' }])
    await expect(readPages(connect(server), deals)).rejects.toMatchObject({
      code: 'HUBSPOT_FAILED',
      status: 524,
    })
  })
})

describe('an answer that is not what it should be', () => {
  const at = 'GET /crm/objects/2026-09/deals'

  it.each([
    ['the same cursor again', '7', '7'],
    ['a cursor that goes back', '7', '5'],
    ['an opaque cursor again', 'abc', 'abc'],
  ])('%s ends the list with an error instead of never', async (_, first, second) => {
    const page = (after: string) => ({
      body: { results: [recordOf(1)], paging: { next: { after } } },
    })
    await using server = await scriptHubSpot([page(first), page(second)])
    await expect(readPages(connect(server), deals)).rejects.toMatchObject({
      code: 'CURSOR_STUCK',
      at,
    })
  })

  it('a value that is not text becomes its JSON text', async () => {
    const properties = { amount: 12.5, closed: true, list: ['a'], note: null, name: 'x' }
    await using server = await scriptHubSpot([{ body: { results: [recordOf(1, properties)] } }])
    const records: HubSpotRecord[] = []
    for await (const page of listRecords(connect(server), deals)) records.push(...page)
    expect(records[0]?.properties).toEqual({
      amount: '12.5',
      closed: 'true',
      list: '["a"]',
      note: null,
      name: 'x',
    })
  })
})

describe('a URL that HubSpot does not take', () => {
  const long: RecordsRequest = {
    objectType: 'deals',
    properties: Array.from(
      { length: 150 },
      (_, index) => `a_property_with_quite_a_long_name_${index}`,
    ),
  }

  it.each([414, 400, 431])('answered with %i leads to batch reads', async (status) => {
    const portal = portalOf(150)
    await using server = await scriptHubSpot((request) =>
      request.query.has('properties') ? { status, body: '<html>' } : portal(request),
    )
    expect((await readPages(connect(server), long)).flat()).toHaveLength(150)
    expect(server.requests.filter(({ query }) => query.has('properties'))).toHaveLength(1)
  })

  it('is what it is when the list is short', async () => {
    await using server = await scriptHubSpot([{ status: 400, body: { message: 'no' } }])
    await expect(readPages(connect(server), deals)).rejects.toMatchObject({
      code: 'HUBSPOT_REJECTED',
    })
    expect(server.requests).toHaveLength(1)
  })
})

describe('pages that shrank', () => {
  it('grow again', async () => {
    const portal = portalOf(3_000)
    let faults = 0
    await using server = await scriptHubSpot((request) =>
      request.query.get('after') === '101' && faults++ < 2 ? { status: 524 } : portal(request),
    )
    const pages = await readPages(connect(server), deals)
    const sizes = pages.map((page) => page.length)
    expect(sizes.slice(0, 3)).toEqual([100, 50, 50])
    expect(sizes.at(-1)).toBe(100)
    expect(pages.flat()).toHaveLength(3_000)
  })
})

describe('findExtent', () => {
  it('asks one search for the total and the last id', async () => {
    await using server = await scriptHubSpot([
      { body: { total: 12_345, results: [recordOf('98765432109876')] } },
    ])
    expect(await findExtent(connect(server), 'deals')).toEqual({
      total: 12_345,
      lastId: 98_765_432_109_876n,
    })
    expect(server.requests).toHaveLength(1)
    expect(server.requests[0]?.path).toBe('/crm/objects/2026-09/deals/search')
  })

  it('takes an index that counts but shows nothing as it is', async () => {
    await using server = await scriptHubSpot([{ body: { total: 1, results: [] } }])
    expect(await findExtent(connect(server), 'deals')).toEqual({ total: 1, lastId: null })
  })

  it('knows nothing where the search says nothing', async () => {
    await using server = await scriptHubSpot([{ status: 403, body: {} }])
    expect(await findExtent(connect(server), 'deals')).toBeNull()
  })
})
