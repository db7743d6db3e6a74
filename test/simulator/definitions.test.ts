import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import type { Owner, Pipeline, Property } from '../../simulator/store.ts'
import { ask } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const sensitivities = ['non_sensitive', 'sensitive', 'highly_sensitive'] as const
const path = '/crm/properties/2026-09/contacts'

describe('definitions', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startTestSimulator()
  })
  afterAll(() => simulator.close())

  const results = async <T>(from: string): Promise<T[]> =>
    ((await ask(simulator, from)).json() as { results: T[] }).results

  it('one sensitivity class a list: three calls give every live property', async () => {
    const lists = await Promise.all(
      sensitivities.map((sensitivity) =>
        results<Property>(`${path}?dataSensitivity=${sensitivity}`),
      ),
    )
    for (const [index, list] of lists.entries()) {
      expect(list.length).toBeGreaterThan(0)
      expect(new Set(list.map(({ dataSensitivity }) => dataSensitivity))).toEqual(
        new Set([sensitivities[index]]),
      )
    }
    const live = simulator.store.properties('0-1').filter(({ archived }) => archived !== true)
    expect(lists.flat()).toHaveLength(live.length)
    expect(await results<Property>(path)).toEqual(lists[0])
    expect((await ask(simulator, `${path}?dataSensitivity=secret`)).status).toBe(400)
  })

  it('archived ones are listed apart', async () => {
    const archived = await results<Property>(`${path}?archived=true`)
    expect(archived.length).toBeGreaterThan(0)
    expect(archived.every((property) => property.archived === true)).toBe(true)
    expect((await results<Property>(path)).some((property) => property.archived === true)).toBe(
      false,
    )
  })

  it('fields that HubSpot leaves out are left out', async () => {
    const all = await results<Property>(path)
    const builtIn = all.filter((property) => property.hubspotDefined === true)
    const custom = all.filter((property) => !('hubspotDefined' in property))
    expect(builtIn.length).toBeGreaterThan(300)
    expect(custom.length).toBeGreaterThan(0)
    expect(builtIn.some((property) => !('archived' in property))).toBe(true)
    expect(custom.every((property) => property.archived === false)).toBe(true)
  })

  it('one property is filtered as the list is', async () => {
    const [sensitive] = await results<Property>(`${path}?dataSensitivity=sensitive`)
    const [archived] = await results<Property>(`${path}?archived=true`)
    const status = async (suffix: string): Promise<number> =>
      (await ask(simulator, `${path}/${suffix}`)).status
    expect(await status('email')).toBe(200)
    expect(await status('email?dataSensitivity=sensitive')).toBe(404)
    expect(await status(`${sensitive?.name}`)).toBe(404)
    expect(await status(`${sensitive?.name}?dataSensitivity=sensitive`)).toBe(200)
    expect(await status(`${archived?.name}`)).toBe(404)
    expect(await status(`${archived?.name}?archived=true`)).toBe(200)
    const missing = await ask(simulator, `${path}/nothing`)
    expect(missing.json()).toMatchObject({ status: 'error', category: 'OBJECT_NOT_FOUND' })
  })

  it('a batch of properties is a 207 as soon as one is missing', async () => {
    const body = (names: string[]) => ({ archived: false, inputs: names.map((name) => ({ name })) })
    const whole = await ask(simulator, `${path}/batch/read`, { body: body(['email', 'phone']) })
    expect(whole.status).toBe(200)
    expect(whole.json()).toMatchObject({ results: [{ name: 'email' }, { name: 'phone' }] })
    const partly = await ask(simulator, `${path}/batch/read`, { body: body(['email', 'nothing']) })
    expect(partly.status).toBe(207)
    expect(partly.json()).toMatchObject({
      numErrors: 1,
      errors: [{ category: 'OBJECT_NOT_FOUND' }],
    })
  })

  it('pipelines have text metadata; object types without any have an empty list', async () => {
    const pipelines = await results<Pipeline>('/crm/pipelines/2026-09/deals')
    const stages = pipelines.flatMap((pipeline) => pipeline.stages)
    const values = stages.flatMap((stage) => Object.values(stage.metadata))
    expect(values.length).toBeGreaterThan(0)
    expect(values.every((value) => typeof value === 'string')).toBe(true)
    expect(await results('/crm/pipelines/2026-09/products')).toEqual([])
  })

  it('a missing pipeline is an HTML page, or nothing at all to a client that accepts JSON', async () => {
    const missing = '/crm/pipelines/2026-09/deals/nothing'
    const html = await ask(simulator, missing, { headers: { Accept: 'text/html' } })
    expect([html.status, html.headers.get('content-type')]).toEqual([
      404,
      expect.stringContaining('text/html'),
    ])
    const empty = await ask(simulator, missing, { headers: { Accept: 'application/json' } })
    expect([empty.status, empty.text]).toEqual([404, ''])
  })

  it('owners are paged, filtered by e-mail, and archived ones have no user', async () => {
    const all = await results<Owner>('/crm/owners/2026-09')
    expect(all.length).toBeGreaterThan(2)
    const first = (await ask(simulator, '/crm/owners/2026-09?limit=2')).json() as {
      results: Owner[]
      paging: { next: { after: string } }
    }
    const rest = await results<Owner>(`/crm/owners/2026-09?after=${first.paging.next.after}`)
    expect([...first.results, ...rest]).toEqual(all)
    const email = encodeURIComponent(all[1]?.email ?? '')
    expect(await results<Owner>(`/crm/owners/2026-09?email=${email}`)).toEqual([all[1]])
    const archived = await results<Owner>('/crm/owners/2026-09?archived=true')
    expect(archived.length).toBeGreaterThan(0)
    expect(archived.every((owner) => owner.archived && owner.userId === null)).toBe(true)
    expect((await ask(simulator, '/crm/owners/2026-09?limit=501')).status).toBe(400)
  })

  it('schemas describe custom objects, and leave out what is not wanted', async () => {
    const schemas = '/crm-object-schemas/2026-09/schemas'
    const [schema] = await results<{ properties: Property[]; associations: unknown[] }>(schemas)
    expect(schema?.properties.length).toBeGreaterThan(10)
    expect(schema?.associations.length).toBeGreaterThan(0)
    expect(schema).toMatchObject({
      archived: false,
      objectTypeId: expect.stringMatching(/^2-\d+$/),
    })
    const [bare] = await results(
      `${schemas}?includePropertyDefinitions=false&includeAssociationDefinitions=false`,
    )
    expect(bare).toMatchObject({ properties: [], associations: [] })
  })

  it('custom properties are counted against their limits', async () => {
    const limits = (await ask(simulator, '/crm/limits/2026-09/custom-properties')).json()
    expect(limits).toMatchObject({
      overallLimit: 10_000,
      byObjectType: expect.arrayContaining([
        expect.objectContaining({ objectTypeId: '0-1', limit: 1_000 }),
      ]),
    })
  })

  it('introspection lists the scopes of the token', async () => {
    const introspect = (tokenKey: string) =>
      ask(simulator, '/oauth/v2/private-apps/get/access-token-info', {
        body: { tokenKey },
        headers: { Authorization: '' },
      })
    expect((await introspect(simulator.token)).json()).toMatchObject({
      hubId: 8100142,
      scopes: expect.arrayContaining(['oauth', 'crm.objects.contacts.read']),
    })
    expect((await introspect('pat-eu1-else')).status).toBe(400)
  })
})
