import { Client } from '@hubspot/api-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

describe('the typed methods of @hubspot/api-client read the simulator', () => {
  let simulator: Simulator
  let client: Client

  beforeAll(async () => {
    simulator = await startTestSimulator()
    client = new Client({ accessToken: simulator.token, basePath: simulator.url })
  })
  afterAll(() => simulator.close())

  it.each(['contacts', 'companies', 'deals'] as const)('getPage of %s', async (name) => {
    const page = await client.crm[name].basicApi.getPage(3, undefined, ['hs_object_id'])
    expect(page.results).toHaveLength(3)
    expect(page.results[0]?.createdAt).toBeInstanceOf(Date)
    expect(page.results[0]?.properties['hs_object_id']).toBe(page.results[0]?.id)
    expect(page.paging?.next?.after).toMatch(/^\d+$/)
  })

  it('getAll pages through every record once', async () => {
    const all = await client.crm.contacts.getAll(100)
    const ids = new Set(all.map((contact) => contact.id))
    expect(ids.size).toBe(all.length)
    expect(all).toHaveLength(simulator.store.count('0-1'))
  })

  it('batchApi.read', async () => {
    const page = await client.crm.deals.basicApi.getPage(5)
    const read = await client.crm.deals.batchApi.read({
      inputs: page.results.map(({ id }) => ({ id })),
      properties: ['dealname', 'amount'],
      propertiesWithHistory: [],
    })
    expect(read.status).toBe('COMPLETE')
    expect(read.results.map(({ id }) => id).sort()).toEqual(page.results.map(({ id }) => id).sort())
  })

  it('searchApi.doSearch', async () => {
    const found = await client.crm.companies.searchApi.doSearch({
      filterGroups: [
        { filters: [{ propertyName: 'hs_object_id', operator: 'GT' as never, value: '1' }] },
      ],
      properties: ['name'],
      limit: 7,
      sorts: ['hs_object_id'],
    })
    expect(found.total).toBe(simulator.store.count('0-2'))
    expect(found.results).toHaveLength(7)
    expect(found.paging?.next?.after).toBe('7')
  })

  it('properties and groups', async () => {
    const { results } = await client.crm.properties.coreApi.getAll('contacts')
    expect(results.length).toBeGreaterThan(300)
    const lifecycle = results.find(({ name }) => name === 'lifecyclestage')
    expect(lifecycle?.type).toBe('enumeration')
    expect(lifecycle?.options.length).toBeGreaterThan(0)
    const groups = await client.crm.properties.groupsApi.getAll('contacts')
    const names = groups.results.map(({ name }) => name)
    expect(names).toContain(lifecycle?.groupName)
  })

  it('pipelines', async () => {
    const { results } = await client.crm.pipelines.pipelinesApi.getAll('deals')
    const [stage] = results[0]?.stages ?? []
    expect(stage?.metadata?.['probability']).toMatch(/^\d\.\d+$/)
  })

  it('owners, archived ones apart', async () => {
    const live = await client.crm.owners.ownersApi.getPage()
    const archived = await client.crm.owners.ownersApi.getPage(undefined, undefined, 100, true)
    expect(live.results.length).toBeGreaterThan(0)
    expect(archived.results.every((owner) => owner.archived)).toBe(true)
    expect(archived.results.length).toBeGreaterThan(0)
  })

  it('associations in a batch, and their labels', async () => {
    const { results } = await client.crm.deals.basicApi.getPage(50)
    const read = await client.crm.associations.v4.batchApi.getPage('deals', 'companies', {
      inputs: results.map(({ id }) => ({ id })),
    })
    expect(read.results.length).toBeGreaterThan(0)
    expect(read.results[0]?.to[0]?.associationTypes[0]?.typeId).toBeTypeOf('number')
    const labels = await client.crm.associations.v4.schema.definitionsApi.getAll(
      'deals',
      'companies',
    )
    expect(labels.results.map(({ typeId }) => typeId)).toContain(341)
  })

  it('schemas and records of a custom object', async () => {
    const { results } = await client.crm.schemas.coreApi.getAll(false)
    const [schema] = results
    expect(schema?.fullyQualifiedName).toMatch(/^p\d+_/)
    const page = await client.crm.objects.basicApi.getPage(schema?.fullyQualifiedName ?? '', 5)
    expect(page.results).toHaveLength(5)
    const byTypeId = await client.crm.objects.basicApi.getPage(schema?.objectTypeId ?? '', 5)
    expect(byTypeId.results).toEqual(page.results)
  })
})
