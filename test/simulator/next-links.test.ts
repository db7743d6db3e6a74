import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { ask, askAllPages, type WirePage } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

/** As clients do that follow `paging.next.link` and add nothing to it. */
async function followLinks(simulator: Simulator, path: string): Promise<WirePage[]> {
  const pages: WirePage[] = []
  let next: string | undefined = `${simulator.url}${path}`
  while (next !== undefined) {
    expect(next.startsWith(simulator.url)).toBe(true)
    const reply = await ask(simulator, next.slice(simulator.url.length))
    expect(reply.status).toBe(200)
    const page = reply.json() as WirePage
    pages.push(page)
    next = page.paging?.next.link
  }
  return pages
}

describe('the link of the next page', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startTestSimulator()
  })
  afterAll(() => simulator.close())

  it('repeats the query of the call, with `after` last', async () => {
    const path = '/crm/v3/objects/contacts?limit=2&properties=user_id'
    const { paging } = (await ask(simulator, path)).json() as WirePage
    expect(paging?.next.link).toBe(`${simulator.url}${path}&after=${paging?.next.after}`)
    const second = await ask(simulator, `${path}&after=${paging?.next.after}`)
    const { paging: later } = second.json() as WirePage
    expect(later?.next.link).toBe(`${simulator.url}${path}&after=${later?.next.after}`)
  })

  it.each([
    ['a list without options', '/crm/v3/objects/deals'],
    ['properties', '/crm/v3/objects/contacts?limit=50&properties=phone,city&properties=state'],
    ['associations', '/crm/v3/objects/contacts?associations=companies,deals&limit=30'],
    ['archived records', '/crm/objects/2026-09/contacts?archived=true&limit=1'],
    ['histories', '/crm/v3/objects/deals?propertiesWithHistory=dealstage,amount&limit=50'],
    ['owners', '/crm/v3/owners/?limit=5'],
    ['archived owners', '/crm/v3/owners?limit=1&archived=true'],
    ['users', '/settings/v3/users?limit=3'],
  ])('followed to the end, it gives the same pages as `after`: %s', async (_what, path) => {
    const pages = await followLinks(simulator, path)
    expect(pages.length).toBeGreaterThan(1)
    const results = pages.flatMap((page) => page.results)
    const expected = await askAllPages(simulator, path)
    expect(results).toEqual(expected.flatMap((page) => page.results))
  })

  it('keeps the limit of the associations of one record', async () => {
    const [deal] = simulator.store.scan('0-3', 0n, { archived: false })
    const [company] = simulator.store.scan('0-2', 0n, { archived: false })
    if (deal === undefined || company === undefined) throw new Error('no records')
    for (const type of simulator.store.associationTypes('0-3', '0-2')) {
      simulator.store.link('0-3', deal.id, '0-2', company.id, type)
    }
    const all = `/crm/v4/objects/deals/${deal.id}/associations/companies`
    const linked = await followLinks(simulator, `${all}?limit=1`)
    const ids = linked.flatMap((page) => page.results)
    expect(ids).toEqual((await followLinks(simulator, all)).flatMap((page) => page.results))
  })
})
