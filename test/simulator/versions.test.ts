import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { ask, askPage } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const datedVersions = ['2025-09', '2026-03', '2026-09']

describe('both path families serve one portal', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startTestSimulator()
  })
  afterAll(() => simulator.close())

  /** The numbered path, and the same with a date. */
  const twins: readonly (readonly [string, string])[] = [
    ['/crm/v3/objects/deals?limit=3', '/crm/objects/{V}/deals?limit=3'],
    ['/crm/v3/properties/deals', '/crm/properties/{V}/deals'],
    ['/crm/v3/properties/deals/amount', '/crm/properties/{V}/deals/amount'],
    ['/crm/v3/properties/deals/groups', '/crm/properties/{V}/deals/groups'],
    ['/crm/v3/owners', '/crm/owners/{V}'],
    ['/crm/v3/pipelines/deals', '/crm/pipelines/{V}/deals'],
    ['/crm-object-schemas/v3/schemas', '/crm-object-schemas/{V}/schemas'],
    ['/crm/v3/schemas', '/crm-object-schemas/{V}/schemas'],
    ['/crm/v4/associations/deals/companies/labels', '/crm/associations/{V}/deals/companies/labels'],
    ['/crm/v3/limits/custom-properties', '/crm/limits/{V}/custom-properties'],
  ]

  it.each(twins)('%s', async (numbered, dated) => {
    const expected = await ask(simulator, numbered)
    expect(expected.status).toBe(200)
    for (const version of datedVersions) {
      const reply = await ask(simulator, dated.replace('{V}', version))
      expect(withoutLinks(reply.text)).toBe(withoutLinks(expected.text))
    }
  })

  it('search and batch read', async () => {
    const body = { limit: 4, properties: ['dealname'] }
    const old = await askPage(simulator, '/crm/v3/objects/deals/search', { body })
    const dated = await askPage(simulator, '/crm/objects/2026-09/deals/search', { body })
    expect(dated).toEqual(old)
    const inputs = old.results.map(({ id }) => ({ id }))
    const read = await askPage(simulator, '/crm/objects/2026-09/deals/batch/read', {
      body: { inputs, properties: ['dealname'] },
    })
    expect(read.results.map(({ id }) => id).sort()).toEqual(inputs.map(({ id }) => id).sort())
  })

  it('a version nobody released is not there', async () => {
    for (const path of ['/crm/objects/2024-09/deals', '/crm/v2/objects/deals', '/crm/v4/owners']) {
      expect((await ask(simulator, path)).status).toBe(404)
    }
  })

  it('account details have a creation date from 2026-09 on', async () => {
    const old = (await ask(simulator, '/account-info/v3/details')).json()
    const dated = (await ask(simulator, '/account-info/2026-09/details')).json()
    expect(old).toMatchObject({
      portalId: 8100142,
      companyCurrency: 'EUR',
      timeZone: 'Europe/Berlin',
    })
    expect(old).not.toHaveProperty('createdAt')
    expect(dated).toMatchObject({ portalId: 8100142, createdAt: expect.any(Number) })
  })

  it('associations of one record are missing from 2026-09', async () => {
    const { results } = await askPage(simulator, '/crm/v3/objects/deals?limit=1')
    const id = results[0]?.id
    const status = async (path: string): Promise<number> => (await ask(simulator, path)).status
    expect(await status(`/crm/v4/objects/deals/${id}/associations/companies`)).toBe(200)
    expect(await status(`/crm/objects/2026-03/deals/${id}/associations/companies`)).toBe(200)
    expect(await status(`/crm/objects/2026-09/deals/${id}/associations/companies`)).toBe(404)
  })
})

/** `link` repeats the path that was asked for. */
function withoutLinks(text: string): string {
  return text.replace(/"link":"[^"]*"/g, '"link":""')
}
