import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { readAnalysis } from '../../generator/explore/analysis-folder.ts'
import {
  type ExplorePortalRequest,
  explorePortal,
  exploreSavedFile,
} from '../../generator/explore/explore-portal.ts'
import type { Analysis, AnalyzedProperty } from '../../generator/model/analysis.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import type { Simulator, SimulatorOptions } from '../../simulator/start-simulator.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let directory: string

beforeEach(async () => {
  const folder = await temporaryDirectory()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  directory = folder.path
})

async function openPortal(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startTestSimulator(options)
  onTestFinished(() => simulator.close())
  return simulator
}

async function explore(
  { url, token }: Pick<Simulator, 'url' | 'token'>,
  entities: ExplorePortalRequest['entities'],
  sampleRecords = 0,
) {
  const settings = { token, baseUrl: url, apiVersion: '2026-09' }
  const hubspot = connectHubSpot(settings, { clock: createInstantClock() })
  const steps: string[] = []
  const report = await explorePortal(hubspot, {
    directory,
    entities,
    sampleRecords,
    onStep: (entity, step) => steps.push(`${entity}: ${step}`),
    onExplored: () => {},
  })
  return { ...report, steps }
}

async function analysisOf(entity: string): Promise<Analysis> {
  const analysis = await readAnalysis(join(directory, entity, 'analysis.json'))
  if (analysis === null) throw new Error(`${entity} was not explored`)
  return analysis
}

function property(analysis: Analysis, name: string): AnalyzedProperty | undefined {
  return analysis.properties.find((one) => one.name === name)
}

describe('exploring deals', () => {
  test('writes down what the portal says they are', async () => {
    const simulator = await openPortal()
    const { portal, owners, explored, refused } = await explore(simulator, ['Deal'])
    expect(portal).toEqual({ id: 8100142, timeZone: 'Europe/Berlin', currency: 'EUR' })
    expect(owners).toEqual({
      live: simulator.store.owners().filter(({ archived }) => !archived).length,
      archived: simulator.store.owners().filter(({ archived }) => archived).length,
    })
    expect(explored).toMatchObject([{ entity: 'deals', outcome: 'written', changes: null }])
    expect(refused).toEqual([])

    const analysis = await analysisOf('deals')
    const defined = simulator.store.properties('0-3')
    expect(analysis.properties.map(({ name }) => name)).toEqual(
      defined
        .filter(({ archived }) => archived !== true)
        .map(({ name }) => name)
        .sort(),
    )
    expect(analysis.skipped.map(({ name }) => name)).toEqual(
      defined
        .filter(({ archived }) => archived === true)
        .map(({ name }) => name)
        .sort(),
    )
    expect(analysis).toMatchObject({
      table: 'deal',
      objectType: { id: '0-3', name: 'deals', custom: false },
      portal,
      keyProperty: 'dealname',
      createdProperty: 'createdate',
      modifiedProperty: 'hs_lastmodifieddate',
    })
    expect(property(analysis, 'hubspot_owner_id')?.column.type).toBe('bigint')
    expect(property(analysis, 'dealstage')?.column.type).toBe('text')
    expect(analysis.groups.map(({ name }) => name)).toContain('dealinformation')
    expect(analysis.pipelines.length).toBe(simulator.store.pipelines('0-3')?.length)
    const stages = analysis.pipelines.find(({ id }) => id === 'default')?.stages ?? []
    expect(stages.find(({ id }) => id === 'closedwon')).toMatchObject({
      closed: true,
      probability: '1.0',
    })
    expect(analysis.associations.map(({ entity }) => entity)).toEqual(
      expect.arrayContaining(['companies', 'contacts', 'line_items', 'tickets']),
    )
    expect(analysis.rules).toEqual([{ property: 'amount', kind: 'MIN_NUMBER', arguments: ['0'] }])
    expect(await readdir(join(directory, 'deals'))).toEqual(['analysis.json', 'summary.txt'])
  })

  test('a second time changes nothing', async () => {
    const simulator = await openPortal()
    await explore(simulator, ['deals'])
    const before = await readFile(join(directory, 'deals', 'analysis.json'))
    const { explored } = await explore(simulator, ['0-3'])
    expect(explored).toMatchObject([{ outcome: 'unchanged' }])
    expect(await readFile(join(directory, 'deals', 'analysis.json'))).toEqual(before)
  })

  test('follows a property that is added, archived, retyped and restored', async () => {
    const { url, token, store } = await openPortal()
    await explore({ url, token }, ['deals'])
    const [template] = store.properties('0-3')
    if (template === undefined) throw new Error('deals have no property')
    store.addProperty('0-3', { ...template, name: 'brand_new', type: 'date', archived: false })
    store.archiveProperty('0-3', 'amount')
    store.retypeProperty('0-3', 'dealname', 'number', 'number')
    const { explored } = await explore({ url, token }, ['deals'])
    expect(explored[0]?.changes).toMatchObject([
      { kind: 'property_added', subject: 'brand_new' },
      { kind: 'property_archived', subject: 'amount' },
      { kind: 'type_changed', subject: 'dealname', before: 'string', after: 'number' },
      { kind: 'definition_changed', subject: 'dealname', before: 'text', after: 'number' },
    ])
    const analysis = await analysisOf('deals')
    expect(property(analysis, 'amount')).toMatchObject({ archived: true })
    expect(property(analysis, 'dealname')).toMatchObject({
      type: 'number',
      column: { name: 'property_dealname', type: 'text' },
    })
    store.restoreProperty('0-3', 'amount')
    const again = await explore({ url, token }, ['deals'])
    expect(again.explored[0]?.changes).toMatchObject([
      { kind: 'property_restored', subject: 'amount' },
    ])
  })

  test('reads through answers that break off and a server that stumbles', async () => {
    const simulator = await openPortal()
    simulator.faults.add({ kind: 'truncated_json', times: 2 })
    simulator.faults.add({ kind: 'html_502', after: 3, times: 2 })
    const { explored } = await explore(simulator, ['deals'])
    expect(explored).toMatchObject([{ entity: 'deals', notes: [] }])
  })

  test('refuses an analysis of another portal and leaves it alone', async () => {
    const simulator = await openPortal()
    await explore(simulator, ['notes'])
    const path = join(directory, 'notes', 'analysis.json')
    const text = (await readFile(path, 'utf8')).replace('8100142', '4711')
    await writeFile(path, text)
    await expect(explore(simulator, ['notes'])).rejects.toMatchObject({
      code: 'PORTAL_MISMATCH',
      message: expect.stringMatching(/`4711`.*`8100142`/),
    })
    expect(await readFile(path, 'utf8')).toBe(text)
  })
})

describe('a sample', () => {
  test('becomes evidence, counted exactly', async () => {
    const simulator = await openPortal({ records: { deals: 250 } })
    const { steps } = await explore(simulator, ['deals'], 200)
    const analysis = await analysisOf('deals')
    expect(analysis.sampledRecords).toBe(200)
    expect(steps).toContain('deals: sample 200 of 200')
    const records = [...simulator.store.scan('0-3', 0n, { archived: false })].slice(0, 200)
    for (const name of ['amount', 'dealname', 'hs_merged_object_ids', 'closedate']) {
      const values = records.map((record) => record.value(name) ?? '').filter((one) => one !== '')
      const evidence = property(analysis, name)?.evidence
      expect(evidence).toMatchObject({
        filled: values.length,
        longest: Math.max(0, ...values.map((value) => value.length)),
      })
      const shaped = evidence?.shapes.reduce((sum, { count }) => sum + count, 0)
      expect(shaped).toBe(values.length)
    }
  })

  test('larger than the portal reads what there is', async () => {
    await explore(await openPortal({ records: { notes: 7 } }), ['notes'], 1_000)
    expect((await analysisOf('notes')).sampledRecords).toBe(7)
  })

  test('of no records is no evidence against anything', async () => {
    await explore(await openPortal({ records: { notes: 0 } }), ['notes'], 10)
    const analysis = await analysisOf('notes')
    expect(analysis.sampledRecords).toBe(0)
    expect(analysis.properties.every(({ evidence }) => evidence?.filled === 0)).toBe(true)
  })
})

describe('a custom object', () => {
  test.each(['vehicle', 'VEHICLE', 'p8100142_Vehicle', 'P8100142_VEHICLE', '2-39128401'])(
    'is found by `%s`',
    async (typed) => {
      const { explored } = await explore(await openPortal(), [typed])
      expect(explored).toMatchObject([{ entity: 'vehicle' }])
      expect(await analysisOf('vehicle')).toMatchObject({
        table: 'vehicle',
        objectType: { id: '2-39128401', name: 'p8100142_Vehicle', custom: true },
        createdProperty: 'hs_createdate',
        associations: [{ entity: 'contacts', objectTypeId: '0-1' }],
      })
    },
  )

  test('without the scope is a missing scope, not an unknown name', async () => {
    const simulator = await openPortal({ scopes: ['crm.objects.deals.read'] })
    await expect(explore(simulator, ['2-39128401'])).rejects.toMatchObject({
      code: 'SCOPE_MISSING',
      message: expect.stringContaining('crm.schemas.custom.read'),
    })
  })
})

describe('names and scopes', () => {
  test.each([
    ['dealz', 'did you mean `deals`?'],
    ['contcats', 'did you mean `contacts`?'],
    ['vehicel', 'did you mean `vehicle`?'],
    ['spaceships', '`contacts`, `companies`, `deals`'],
  ])('`%s` is unknown and nothing is written', async (typed, hint) => {
    await expect(explore(await openPortal(), ['deals', typed])).rejects.toMatchObject({
      code: 'UNKNOWN_ENTITY',
      message: expect.stringContaining(`\`${typed}\``),
      fix: expect.stringContaining(hint),
    })
    expect(await readdir(directory)).toEqual([])
  })

  test('an entity without its scope fails with the name of the scope', async () => {
    const simulator = await openPortal({ scopes: ['crm.objects.deals.read'] })
    await expect(explore(simulator, ['tickets'])).rejects.toMatchObject({
      code: 'SCOPE_MISSING',
      message: expect.stringMatching(/`tickets`.*crm\.schemas\.tickets\.read/),
    })
  })

  test('a key that may only write schemas gets an error with the usual scope', async () => {
    const simulator = await openPortal({ scopes: ['crm.schemas.deals.write'] })
    await expect(explore(simulator, ['deals'])).rejects.toMatchObject({
      code: 'SCOPE_MISSING',
      fix: expect.stringContaining('crm.objects.deals.read'),
    })
  })

  test('a wrong token is rejected', async () => {
    const { url } = await openPortal()
    await expect(explore({ url, token: 'pat-eu1-wrong' }, ['deals'])).rejects.toMatchObject({
      code: 'TOKEN_REJECTED',
    })
  })

  test('optional facts may be missing: a note each, and the analysis is complete without them', async () => {
    const simulator = await openPortal({ scopes: ['crm.objects.notes.read'] })
    const { owners, notes, explored } = await explore(simulator, ['notes'])
    expect(owners).toBeNull()
    expect(notes).toEqual([
      expect.stringMatching(/^custom objects not read: .*crm\.schemas\.custom\.read/),
      expect.stringMatching(/^owners not read: .*crm\.objects\.owners\.read/),
    ])
    expect(explored[0]?.notes).toEqual([
      expect.stringMatching(/^associations not read, because of missing scopes: .*contacts/),
    ])
  })

  test('sensitive properties without the scope for their values are skipped, with the scope', async () => {
    const simulator = await openPortal({ scopes: ['crm.objects.deals.read'] })
    await explore(simulator, ['deals'])
    const { skipped } = await analysisOf('deals')
    expect(skipped.map(({ name, reason }) => [name, reason])).toEqual(
      expect.arrayContaining([
        ['bank_account_iban', expect.stringContaining('crm.objects.deals.highly_sensitive.read')],
        ['health_remarks', expect.stringContaining('crm.objects.deals.sensitive.read')],
      ]),
    )
  })

  test('sensitive properties have a column when their values may be read', async () => {
    await explore(await openPortal(), ['deals'])
    const analysis = await analysisOf('deals')
    expect(property(analysis, 'bank_account_iban')?.sensitivity).toBe('highly_sensitive')
    expect(property(analysis, 'health_remarks')?.sensitivity).toBe('sensitive')
  })
})

test('a saved answer on top of a portal says nothing about sensitive and archived properties', async () => {
  const simulator = await openPortal()
  await explore(simulator, ['deals'])
  const before = await analysisOf('deals')
  const path = join(directory, 'saved.json')
  const ordinary = simulator.store
    .properties('0-3')
    .filter(({ dataSensitivity, archived }) => dataSensitivity === 'non_sensitive' && !archived)
  await writeFile(path, JSON.stringify(ordinary))
  await exploreSavedFile(directory, 'deals', path)
  expect(await analysisOf('deals')).toEqual(before)
})

describe('object types that the portal does not have', () => {
  test('are asked for once in a run, whatever number of entities could be associated with them', async () => {
    const simulator = await openPortal()
    await explore(simulator, ['deals'])
    const first = simulator.requests.of('labels')
    const absent = ['0-14', '0-53', '0-123', '0-136', '0-18']
    simulator.requests.clear()
    await explore(simulator, ['deals', 'contacts', 'companies'])
    expect(simulator.requests.of('labels')).toBe(3 * first - 2 * absent.length)
  })

  test('an empty one that it has is explored like any other', async () => {
    const simulator = await openPortal({ emptyObjects: 'present' })
    const { refused } = await explore(simulator, ['quotes', 'Postal Mail', '0-136', 'deal_splits'])
    expect(refused).toEqual([])
    expect(property(await analysisOf('quotes'), 'hs_title')?.type).toBe('string')
    expect((await analysisOf('leads')).objectType.id).toBe('0-136')
  })
})

describe('exploring all', () => {
  test('takes what the portal has and reports what the token may not read', async () => {
    const simulator = await openPortal({
      scopes: ['crm.objects.deals.read', 'crm.objects.custom.read', 'crm.schemas.custom.read'],
    })
    const { explored, refused } = await explore(simulator, 'all')
    expect(explored.map(({ entity }) => entity)).toEqual(['deals', 'vehicle'])
    const reasons = new Map(refused.map(({ entity, reason }) => [entity, reason]))
    expect(reasons.get('contacts')).toContain('crm.objects.contacts.read')
    expect([...reasons.keys()]).not.toContain('invoices')
    expect((await readdir(directory)).sort()).toEqual(['deals', 'hubgen.sum', 'vehicle'])
  })

  test('asks nothing more of an object type that was refused', async () => {
    const simulator = await openPortal({ scopes: ['crm.objects.deals.read'] })
    await explore(simulator, ['deals'])
    const named = simulator.requests.of('labels')
    simulator.requests.clear()
    const { explored, refused } = await explore(simulator, 'all')
    expect(explored.map(({ entity }) => entity)).toEqual(['deals'])
    const before = refused.filter(({ entity }) => ['contacts', 'companies'].includes(entity))
    expect(before).toHaveLength(2)
    expect(simulator.requests.of('labels')).toBe(named - before.length)
    expect(explored[0]?.notes).toEqual([
      expect.stringMatching(/^associations not read, because of missing scopes: .*contacts/),
    ])
  })
})
