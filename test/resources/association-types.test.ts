import { afterAll, beforeAll, expect, test } from 'vitest'
import { planGeneration } from '../../generator/project/plan-generation.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { objectPairs } from '../support/resource-entity.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

let portal: ResourcePortal

beforeAll(async () => {
  portal = await openResourcePortal()
})
afterAll(() => portal[Symbol.asyncDispose]())

const sync = () => portal.sync('association_type', { full: true })

async function labels(from: string, to: string): Promise<readonly string[]> {
  const rows = await portal.database.query<{ type: string }>(
    `SELECT concat_ws(' ', category, id, label) AS type FROM hubspot.association_type
      WHERE from_object_type = '${from}' AND to_object_type = '${to}' AND NOT _fivetran_deleted`,
  )
  return rows.map(({ type }) => type).toSorted()
}

/** Through the simulator's own paths, as a program of any language would. */
async function change(method: string, key: string, label?: string): Promise<void> {
  const [category, typeId] = key.split('-')
  const row = { category, typeId: Number(typeId), label }
  const init = label === undefined ? { method } : { method, body: JSON.stringify(row) }
  const { simulator } = portal
  await fetch(`${simulator.url}/simulator/resources/association_type/0-1:0-2/${key}`, init)
}

test('labels of both directions arrive, also those of custom objects', async () => {
  expect(await sync()).toMatchObject({ outcome: 'succeeded', error: null, rejectedValues: 0 })
  expect(await labels('0-1', '0-2')).toEqual([
    'HUBSPOT_DEFINED 1 Primary',
    'HUBSPOT_DEFINED 279',
    'USER_DEFINED 7 Newsletter */ reader',
  ])
  expect(await labels('2-39128401', '0-1')).toEqual(['USER_DEFINED 64', 'USER_DEFINED 66 Halter'])
  expect(await labels('0-1', '2-39128401')).toEqual(['USER_DEFINED 63', 'USER_DEFINED 65 Hält'])
})

test('a label that is added, renamed or removed in HubSpot is so in the table', async () => {
  await change('PUT', 'USER_DEFINED-77', 'Advisor')
  await change('PUT', 'USER_DEFINED-7', 'Reader')
  await change('DELETE', 'HUBSPOT_DEFINED-1')
  expect(await sync()).toMatchObject({ inserted: 1, updated: 1, deleted: 1 })
  expect(await labels('0-1', '0-2')).toEqual([
    'HUBSPOT_DEFINED 279',
    'USER_DEFINED 7 Reader',
    'USER_DEFINED 77 Advisor',
  ])
})

test('a pair that the key may not read keeps its rows, the others are read, and the run says so', async () => {
  const before = await labels('0-1', '0-2')
  portal.simulator.faults.add({ kind: 'forbidden_403', route: 'labels', times: 2, after: 1 })
  await change('DELETE', 'USER_DEFINED-77')
  expect(await sync()).toMatchObject({ outcome: 'succeeded', deleted: 0 })
  portal.simulator.faults.clear()
  expect(portal.events).toContainEqual(
    expect.objectContaining({
      type: 'notice',
      message: expect.stringContaining('association_type of 0-1/0-2 not read'),
    }),
  )
  expect(await labels('0-1', '0-2')).toEqual(before)
  expect(await sync()).toMatchObject({ outcome: 'succeeded', deleted: 1 })
})

test('rows of a pair that the project no longer has are marked as deleted, until it has the pair again', async () => {
  const { directory, connection: database, connect, simulator } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const { '0-1': contacts = [] } = objectPairs
  const entity = { ...portal.entity('association_type'), objectPairs: { '0-1': contacts } }
  const options = { directory, hubspot, database, connect, full: true }
  const gone = (await labels('2-39128401', '0-1')).length + (await labels('0-2', '0-1')).length
  const report = await syncEntity(entity, options)
  expect(report.deleted).toBeGreaterThanOrEqual(gone)
  expect(await labels('2-39128401', '0-1')).toEqual([])
  expect(await labels('0-1', '2-39128401')).toHaveLength(2)
  // A pair that is new is read at once, although a read counts as fresh for a day.
  await portal.sync('association_type')
  expect(await labels('2-39128401', '0-1')).toHaveLength(2)
})

test('a portal that no longer knows a custom object is read without it', async () => {
  portal.simulator.store.archiveObjectType('2-39128401')
  expect(await sync()).toMatchObject({ outcome: 'succeeded', error: null, deleted: 0 })
  const notices = portal.events.filter(({ type }) => type === 'notice')
  expect(notices).toMatchObject([{ message: expect.stringMatching(/its rows stay as they are$/) }])
  portal.simulator.store.restoreObjectType('2-39128401')
})

test('a module without pairs is refused with the commands to type', async () => {
  const { directory, connection: database, connect, simulator } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const { objectPairs: _, ...entity } = portal.entity('association_type')
  const report = await syncEntity(entity, { directory, hubspot, database, connect, full: true })
  expect(report.error).toMatchObject({
    code: 'GENERATED_OUTDATED',
    fix: expect.stringContaining('hubgen generate --all'),
  })
})

test('generating an entity brings the pairs of object types up to date', async () => {
  const path = 'portal/association_type/entity.ts'
  const { plan, disk } = await planGeneration('generated', ['deals'])
  expect(plan.write.has(path)).toBe(false)
  const stale = disk.get(path)?.replaceAll(", '0-3'", '') ?? ''
  const again = await planGeneration('generated', ['deals'], 'kept', new Map([[path, stale]]))
  expect(again.plan.write.get(path)).toBe(disk.get(path))
})
