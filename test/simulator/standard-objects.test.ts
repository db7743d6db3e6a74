import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../../simulator/start-simulator.ts'
import { ask, askAllPages, askPage, search } from '../support/hubspot/ask-simulator.ts'

/** Every standard object of which the portal has no records: plural, singular and type id, if it is known. */
const empty: readonly (readonly [plural: string, singular: string, typeId: string | undefined])[] =
  [
    ['quotes', 'quote', '0-14'],
    ['communications', 'communication', '0-18'],
    ['feedback_submissions', 'feedback_submission', '0-19'],
    ['invoices', 'invoice', '0-53'],
    ['marketing_events', 'marketing_event', '0-54'],
    ['subscriptions', 'subscription', '0-69'],
    ['deal_splits', 'deal_split', '0-72'],
    ['goal_targets', 'goal_target', '0-74'],
    ['discounts', 'discount', '0-84'],
    ['fees', 'fee', '0-85'],
    ['taxes', 'tax', '0-86'],
    ['commerce_payments', 'commerce_payment', '0-101'],
    ['users', 'user', '0-115'],
    ['postal_mail', 'postal_mail', '0-116'],
    ['orders', 'order', '0-123'],
    ['leads', 'lead', '0-136'],
    ['carts', 'cart', '0-142'],
    ['services', 'service', '0-162'],
    ['courses', 'course', '0-410'],
    ['listings', 'listing', '0-420'],
    ['appointments', 'appointment', '0-421'],
    ['projects', 'project', '0-970'],
    ['contracts', 'contract', undefined],
    ['partner_clients', 'partner_client', undefined],
    ['partner_services', 'partner_service', undefined],
  ]

describe('standard objects without records', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startSimulator({ limits: 'none', records: { leads: 30, contacts: 20 } })
  })
  afterAll(() => simulator.close())

  it.each(empty.filter(([plural]) => plural !== 'leads'))(
    '%s: list, search, properties, groups, pipelines and schema answer under every name',
    async (plural, singular, typeId) => {
      for (const name of [plural, singular, plural.toUpperCase(), typeId ?? plural]) {
        expect(await askPage(simulator, `/crm/v3/objects/${name}`)).toEqual({ results: [] })
        const found = await search(simulator, name, { filterGroups: [], properties: ['hs_name'] })
        expect(found).toEqual({ total: 0, results: [] })
        const properties = await askPage(simulator, `/crm/properties/2026-09/${name}`)
        expect(properties.results.length).toBeGreaterThan(12)
        const groups = await askPage(simulator, `/crm/v3/properties/${name}/groups`)
        expect(groups.results.length).toBeGreaterThan(0)
        expect((await askPage(simulator, `/crm/v3/pipelines/${name}`)).results).toEqual([])
        expect((await ask(simulator, `/crm-object-schemas/v3/schemas/${name}`)).status).toBe(200)
        expect(
          (await ask(simulator, `/crm/v4/associations/contacts/${name}/labels`)).json(),
        ).toEqual(expect.objectContaining({ results: expect.any(Array) }))
      }
      const body = { inputs: [{ id: '1' }], properties: [] }
      const batch = await ask(simulator, `/crm/v3/objects/${plural}/batch/read`, { body })
      expect(batch.status).toBe(plural === 'partner_clients' ? 404 : 207)
    },
  )

  it('have records as soon as a count asks for some', async () => {
    const pages = await askAllPages(
      simulator,
      '/crm/v3/objects/0-136?limit=10&properties=hs_lead_name,hs_lead_type',
    )
    const results = pages.flatMap((page) => page.results)
    expect(results).toHaveLength(simulator.store.count('0-136'))
    expect(results.some(({ properties }) => properties['hs_lead_type'] !== null)).toBe(true)
  })

  it('can be written', async () => {
    const body = { properties: { hs_title: 'Offer' } }
    const made = await ask(simulator, '/crm/v3/objects/quotes', { body })
    expect(made.status).toBe(201)
    const { id } = made.json() as { id: string }
    expect(
      (await askPage(simulator, '/crm/v3/objects/quote')).results.map((one) => one.id),
    ).toEqual([id])
    await ask(simulator, `/crm/v3/objects/quotes/${id}`, { method: 'DELETE' })
  })

  it('payments are commerce payments', async () => {
    expect((await ask(simulator, '/crm/v3/objects/payments/search', { body: {} })).status).toBe(200)
  })

  it('need scopes of their own', async () => {
    await using other = await startSimulator({
      limits: 'none',
      scopes: ['crm.objects.quotes.read'],
    })
    expect((await ask(other, '/crm/v3/objects/quotes')).status).toBe(200)
    const refused = await ask(other, '/crm/v3/objects/invoices')
    expect([refused.status, refused.text]).toEqual([
      403,
      expect.stringContaining('crm.objects.invoices.read'),
    ])
  })

  it('a portal can be without them', async () => {
    await using other = await startSimulator({ limits: 'none', emptyObjects: 'absent' })
    const refused = await ask(other, '/crm/v3/objects/quotes')
    expect([refused.status, refused.text]).toEqual([
      400,
      expect.stringContaining('Unable to infer object type from: quotes'),
    ])
  })
})
