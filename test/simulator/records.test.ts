import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { ask, askAllPages, askPage } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const list = '/crm/objects/2026-09/contacts'

describe('records', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startTestSimulator({ compression: 'gzip' })
  })
  afterAll(() => simulator.close())

  it('a list without a limit has ten, and pages end without `paging`', async () => {
    expect((await askPage(simulator, list)).results).toHaveLength(10)
    const pages = await askAllPages(simulator, `${list}?limit=100`)
    expect(pages.at(-1)).not.toHaveProperty('paging')
    expect(pages.slice(0, -1).every((page) => page.results.length === 100)).toBe(true)
  })

  it('ids ascend from page to page, creation dates do not', async () => {
    const pages = await askAllPages(simulator, `${list}?limit=100`)
    const records = pages.flatMap((page) => page.results)
    const ids = records.map(({ id }) => BigInt(id))
    expect(ids).toEqual([...ids].sort((left, right) => (left < right ? -1 : 1)))
    expect(new Set(ids).size).toBe(simulator.store.count('0-1'))
    const created = records.map(({ createdAt }) => Date.parse(createdAt))
    expect(created).not.toEqual([...created].sort((left, right) => left - right))
  })

  it('`after` is the lowest id to come, whether or not a record has it', async () => {
    const { results, paging } = await askPage(simulator, `${list}?limit=5`)
    const nextId = paging?.next.after ?? ''
    expect(BigInt(nextId)).toBeGreaterThan(BigInt(results.at(-1)?.id ?? ''))
    expect((await askPage(simulator, `${list}?limit=1&after=${nextId}`)).results[0]?.id).toBe(
      nextId,
    )
    const between = BigInt(results.at(-1)?.id ?? '') + 1n
    expect((await askPage(simulator, `${list}?limit=1&after=${between}`)).results[0]?.id).toBe(
      nextId,
    )
    expect((await askPage(simulator, `${list}?after=999999999999999`)).results).toEqual([])
  })

  it('asked-for properties are there, null when unset; unknown and archived names are not', async () => {
    const archived = simulator.store
      .properties('0-1')
      .find((property) => property.archived === true)?.name
    const names = ['phone', 'jobtitle', 'no_such_property', archived ?? ''].join(',')
    const { results } = await askPage(simulator, `${list}?limit=100&properties=${names}`)
    const keys = Object.keys(results[0]?.properties ?? {})
    expect(keys).toEqual([...keys].sort())
    expect(keys).toEqual(
      expect.arrayContaining([
        'createdate',
        'hs_object_id',
        'jobtitle',
        'lastmodifieddate',
        'phone',
      ]),
    )
    expect(keys).not.toContain('no_such_property')
    expect(archived).toBeDefined()
    expect(keys).not.toContain(archived)
    expect(results.some(({ properties }) => properties['phone'] === null)).toBe(true)
    expect(results.some(({ properties }) => typeof properties['phone'] === 'string')).toBe(true)
  })

  it('properties may be a comma list, repeated, or both', async () => {
    const commas = await askPage(simulator, `${list}?properties=phone,city,state`)
    const repeated = await askPage(simulator, `${list}?properties=phone&properties=city,state`)
    expect(repeated.results).toEqual(commas.results)
  })

  it('instants carry no fraction when they have none', async () => {
    const pages = await askAllPages(simulator, `${list}?limit=100`)
    const stamps = pages.flatMap((page) => page.results).map(({ createdAt }) => createdAt)
    expect(stamps.every((stamp) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/.test(stamp))).toBe(
      true,
    )
    expect(stamps.some((stamp) => stamp.endsWith('.000Z'))).toBe(false)
  })

  it('a record says where people see it', async () => {
    const [record] = (await askPage(simulator, `${list}?limit=1`)).results
    const { portalId, uiDomain } = simulator.store.portal
    expect(record?.url).toBe(`https://${uiDomain}/contacts/${portalId}/record/0-1/${record?.id}`)
  })

  it('archived records are listed apart, with the moment they went', async () => {
    const id = simulator.store.create('0-1', { firstname: 'Gone' }).id
    simulator.store.archive('0-1', id)
    const archived = (await askAllPages(simulator, `${list}?archived=true&limit=100`)).flatMap(
      (page) => page.results,
    )
    expect(archived.find((record) => record.id === id)).toMatchObject({
      archived: true,
      archivedAt: expect.stringMatching(/Z$/),
    })
    expect(archived.every((record) => record.archived)).toBe(true)
    expect((await ask(simulator, `${list}/${id}`)).status).toBe(404)
    expect((await askPage(simulator, `${list}?limit=1&after=${id}`)).results[0]?.id).not.toBe(id)
    const one = (await ask(simulator, `${list}/${id}?archived=true&properties=firstname`)).json()
    expect(one).toMatchObject({ id, properties: { firstname: 'Gone' } })
  })

  it('a merged-away id finds the survivor, alone but not in a batch', async () => {
    const [first, second] = ['a', 'b'].map((name) =>
      simulator.store.create('0-1', { firstname: name }),
    )
    if (first === undefined || second === undefined) throw new Error('no records')
    const survivorId = simulator.store.merge('0-1', first.id, second.id, { newId: true })
    const one = (
      await ask(simulator, `${list}/${second.id}?properties=hs_merged_object_ids`)
    ).json()
    expect(one).toMatchObject({
      id: survivorId,
      properties: { hs_merged_object_ids: expect.stringContaining(second.id) },
    })
    const batch = await ask(simulator, `${list}/batch/read`, {
      body: { inputs: [{ id: second.id }], properties: [] },
    })
    expect(batch.status).toBe(207)
    expect(batch.json()).toMatchObject({ results: [], numErrors: 1 })
  })

  it('a record can be found by a unique property', async () => {
    simulator.store.create('0-1', { email: 'Someone.Unusual@example.com' })
    const path = `${list}/someone.unusual@example.com?idProperty=email`
    expect((await ask(simulator, path)).json()).toMatchObject({
      properties: { email: 'Someone.Unusual@example.com' },
    })
    expect((await ask(simulator, `${list}/x?idProperty=firstname`)).status).toBe(400)
  })

  it('history comes newest first, and only fifty records a page', async () => {
    const id = simulator.store.create('0-1', { firstname: 'Before' }).id
    simulator.store.update('0-1', id, { firstname: 'After' })
    const one = (await ask(simulator, `${list}/${id}?propertiesWithHistory=firstname`)).json()
    const entry = { timestamp: expect.any(String), sourceType: expect.any(String) }
    expect(one).toMatchObject({
      properties: { firstname: 'After' },
      propertiesWithHistory: {
        firstname: [
          { value: 'After', ...entry },
          { value: 'Before', ...entry },
        ],
      },
    })
    const path = `${list}?propertiesWithHistory=firstname`
    expect((await ask(simulator, `${path}&limit=50`)).status).toBe(200)
    expect((await ask(simulator, `${path}&limit=51`)).status).toBe(400)
  })

  it('a batch read takes a hundred ids, each once, and reports the missing ones', async () => {
    const { results } = await askPage(simulator, `${list}?limit=100`)
    const inputs = results.map(({ id }) => ({ id })).reverse()
    const whole = await ask(simulator, `${list}/batch/read`, {
      body: { inputs, properties: ['phone'] },
    })
    expect(whole.status).toBe(200)
    expect(whole.json()).toMatchObject({ status: 'COMPLETE' })
    expect((whole.json() as { results: unknown[] }).results).toHaveLength(100)

    const tooMany = await ask(simulator, `${list}/batch/read`, {
      body: { inputs: [...inputs, { id: '1' }] },
    })
    expect(tooMany.status).toBe(400)
    const withHistory = await ask(simulator, `${list}/batch/read`, {
      body: { inputs: inputs.slice(0, 51), propertiesWithHistory: ['phone'] },
    })
    expect(withHistory.status).toBe(400)

    const twice = await ask(simulator, `${list}/batch/read`, {
      body: { inputs: [{ id: '123456' }, { id: '123456' }] },
    })
    expect(twice.status).toBe(400)
    expect(twice.json()).toEqual({
      status: 'error',
      message: 'Duplicate IDs found in batch input: [123456]. IDs must be unique',
      correlationId: expect.any(String),
      context: { ids: ['123456'] },
      category: 'VALIDATION_ERROR',
    })

    const missing = await ask(simulator, `${list}/batch/read`, {
      body: { inputs: [inputs[0], { id: '1' }] },
    })
    expect(missing.status).toBe(207)
    expect(missing.json()).toMatchObject({
      status: 'COMPLETE',
      numErrors: 1,
      errors: [
        {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          message:
            'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.',
          context: { ids: ['1'] },
        },
      ],
    })
  })

  it('limits out of range are refused', async () => {
    for (const limit of ['0', '101', '-1', 'many', '1.5']) {
      const reply = await ask(simulator, `${list}?limit=${limit}`)
      expect([limit, reply.status]).toEqual([limit, 400])
      expect(reply.json()).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' })
    }
    expect((await ask(simulator, `${list}?after=abc`)).status).toBe(400)
  })

  it('an object type goes by plural, singular, any case and type id; a custom one not by its bare name', async () => {
    for (const name of ['contact', 'CONTACTS', 'Contact', '0-1']) {
      expect((await ask(simulator, `/crm/v3/objects/${name}?limit=1`)).status).toBe(200)
    }
    const custom = simulator.store.objectTypes().find((type) => type.custom)
    for (const name of ['butterflies', custom?.name ?? '']) {
      const reply = await ask(simulator, `/crm/v3/objects/${name}`)
      expect(reply.status).toBe(400)
      expect(reply.json()).toEqual({
        status: 'error',
        message: `Unable to infer object type from: ${name}`,
        correlationId: expect.any(String),
      })
    }
  })

  it('large answers are gzipped for those who accept it', async () => {
    const path = `${list}?limit=100&properties=phone,city`
    const gzipped = await ask(simulator, path, { headers: { 'Accept-Encoding': 'gzip' } })
    expect(gzipped.headers.get('content-encoding')).toBe('gzip')
    const plain = await ask(simulator, path, { headers: { 'Accept-Encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(plain.text).toBe(gzipped.text)
  })
})
