import '../support/vitest/property-seed.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { settle } from '../../runtime/sync/passes/settle.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { liveInHubSpot, liveInTable, survivorsInTable } from '../support/copy-state.ts'
import { withMergeTable } from '../support/merge-table.ts'
import { runPass } from '../support/run-pass.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 1_500 } }, fewColumns)
  entity = await withMergeTable(portal)
  await sync()
  await sync()
})

afterAll(() => portal[Symbol.asyncDispose]())

function sync() {
  const { simulator, connection, connect, directory } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return syncEntity(entity, { directory, hubspot, database: connection, connect })
}

interface Step {
  readonly kind: string
  readonly place: number
  readonly other: number
}

/** Changes the portal; returns the merged ids. */
function change({ kind, place, other: second }: Step): string[] {
  const { store } = portal.simulator
  const live = [...store.scan(DEALS, 0n, { archived: false })].map(({ id }) => id)
  const id = live[place % live.length] ?? ''
  const other = live[second % live.length] ?? ''
  if (kind === 'create') store.create(DEALS, { dealname: 'new' })
  if (kind === 'update') store.update(DEALS, id, { dealname: `changed ${second}` })
  if (kind === 'archive') store.archive(DEALS, id)
  if (kind === 'purge') store.purge(DEALS, id)
  if ((kind !== 'merge' && kind !== 'mint') || id === other) return []
  store.merge(DEALS, id, other, { newId: kind === 'mint' })
  return kind === 'mint' ? [id, other] : [other]
}

const step = (...kinds: readonly string[]) =>
  fc.record({ kind: fc.constantFrom(...kinds), place: fc.nat(1_500), other: fc.nat(1_500) })

it('a run with nothing new costs at most three calls', async () => {
  expect((await sync()).calls).toBeLessThanOrEqual(3)
})

it('one run after any changes, the table is what the portal is and merged ids lead to survivors', async () => {
  const steps = fc.array(step('create', 'update', 'archive', 'purge', 'merge', 'mint'), {
    maxLength: 20,
  })
  await fc.assert(
    fc.asyncProperty(steps, async (changes) => {
      const merged = changes.flatMap(change)
      expect((await sync()).outcome).toBe('succeeded')
      expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
      const survivors = await survivorsInTable(portal, entity)
      for (const id of merged) {
        const survivor = portal.simulator.store.survivorOf(DEALS, id)
        expect([id, survivors[id]]).toEqual([id, survivor])
      }
    }),
    { numRuns: 10 },
  )
})

it('restored records are live again after one run, however many', async () => {
  const { store } = portal.simulator
  const bin = [...store.scan(DEALS, 0n, { archived: true })].map(({ id }) => id).slice(0, 7)
  const [id = ''] = liveInHubSpot(portal).map((line) => line.split(' ')[0] ?? '')
  store.archive(DEALS, id)
  await sync()
  for (const one of [id, ...bin]) store.restore(DEALS, one)
  await sync()
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
})

it('an index that has not seen deletions yet neither deletes nor keeps anything permanently', async () => {
  const { store, faults } = portal.simulator
  faults.add({ kind: 'index_lag', ms: 3_600_000 })
  const [first = '', second = ''] = liveInHubSpot(portal).map((line) => line.split(' ')[0] ?? '')
  store.archive(DEALS, first)
  store.purge(DEALS, second)
  const { id: created } = store.create(DEALS, { dealname: 'not in the index yet' })
  await sync()
  expect(await portal.row(first)).toMatchObject({ is_deleted: false })
  expect(await portal.row(created)).toBeUndefined()
  faults.clear()
  await sync()
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
})

it('differences that balance are found when the recycle bin is due', async () => {
  const { store } = portal.simulator
  const [first = ''] = liveInHubSpot(portal).map((line) => line.split(' ')[0] ?? '')
  const [restored = ''] = [...store.scan(DEALS, 0n, { archived: true })].map(({ id }) => id)
  store.archive(DEALS, first)
  store.restore(DEALS, restored)
  await portal.database.query(
    `UPDATE hubgen.pass SET fresh_as_of = fresh_as_of - interval '1 day',
      begun_at = begun_at - interval '1 day' WHERE pass = 'archived'`,
  )
  await sync()
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
})

it('a merge is remembered when its survivor is in the recycle bin while the merged record is read', async () => {
  const { store } = portal.simulator
  const [merged = '', survivor = ''] = [...store.scan(DEALS, 0n, { archived: false })].map(
    ({ id }) => id,
  )
  store.merge(DEALS, survivor, merged)
  store.archive(DEALS, survivor)
  // As a run leaves it that ended after it had loaded the survivor and before it settled the claim.
  await portal.database.query(
    `INSERT INTO hubgen.pending_read (entity, part, record_id, reason, run_id)
    SELECT 'deals', 'records', $1, 'merged', max(id) FROM hubgen.run`,
    [merged],
  )
  await portal.database.query(
    `UPDATE ${entity.table} SET updated_at = $1, property_hs_merged_object_ids = $2 WHERE id = $3`,
    [store.record(DEALS, survivor)?.updatedAt, merged, survivor],
  )
  const run = async (context: Parameters<typeof settle>[0]) => {
    await settle(context)
    return {}
  }
  await runPass(portal, { name: 'deletes', everyMs: 0, plan: async () => [], run }, { entity })
  store.restore(DEALS, survivor, { silently: true })
  await sync()
  expect((await survivorsInTable(portal, entity))[merged]).toBe(survivor)
})
