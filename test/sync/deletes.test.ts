import '../support/vitest/property-seed.ts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import type { Pass } from '../../runtime/sync/pass.ts'
import { archived } from '../../runtime/sync/passes/archived.ts'
import { deletes } from '../../runtime/sync/passes/deletes.ts'
import { reconciliation } from '../../runtime/sync/passes/reconciliation.ts'
import { liveInHubSpot, liveInTable, survivorsInTable } from '../support/copy-state.ts'
import { withMergeTable } from '../support/merge-table.ts'
import { runPass } from '../support/run-pass.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 5_000 } }, fewColumns)
  entity = await withMergeTable(portal)
  await portal.sync({ full: true })
})

afterAll(async () => {
  await portal[Symbol.asyncDispose]()
})

const run = (pass: Pass) => runPass(portal, pass, { entity })

function ids(): string[] {
  const records = portal.simulator.store.scan(DEALS, 0n, { archived: false })
  return [...records].map(({ id }) => id)
}

async function expectEqual(): Promise<void> {
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  const mixed = await portal.database.query(
    `SELECT id FROM ${entity.table} WHERE is_deleted <> _fivetran_deleted`,
  )
  expect(mixed).toEqual([])
}

describe('deletes', () => {
  it('costs one search when nothing is gone', async () => {
    const { calls, counts } = await run(deletes)
    expect(calls).toBe(1)
    expect(counts.deleted).toBe(0)
    await expectEqual()
  })

  it('finds one purged record among thousands with fewer calls than a listing', async () => {
    const { store } = portal.simulator
    store.purge(DEALS, ids()[3_333] ?? '')
    const { calls, counts } = await run(deletes)
    expect(counts.deleted).toBe(1)
    expect(calls).toBeLessThan(20)
    await expectEqual()
    expect((await run(deletes)).calls).toBe(1)
  })

  it('finds archived, purged, merged and restored records far apart', async () => {
    const { store } = portal.simulator
    const live = ids()
    const at = (place: number) => live[place] ?? ''
    store.archive(DEALS, at(10))
    store.purge(DEALS, at(2_500))
    store.merge(DEALS, at(4_000), at(1_200))
    await run(deletes)
    expect(await survivorsInTable(portal, entity)).toMatchObject({ [at(1_200)]: at(4_000) })
    await expectEqual()
    store.restore(DEALS, at(10))
    await run(deletes)
    await expectEqual()
  })

  it('lists what it cannot narrow down any more, and never asks more than twice a listing', async () => {
    const { store } = portal.simulator
    for (const [place, id] of ids().entries()) if (place % 90 === 5) store.purge(DEALS, id)
    const before = portal.simulator.requests.of('search')
    const { calls, counts } = await run(deletes)
    expect(counts.deleted).toBeGreaterThan(50)
    expect(portal.simulator.requests.of('search') - before).toBeLessThanOrEqual(26)
    const settling = (counts.deleted ?? 0) * 3
    expect(calls - settling).toBeLessThanOrEqual(2 * (5_000 / 100) + 10)
    await expectEqual()
  })

  it('deletes nothing that only the index has lost', async () => {
    const live = ids().length
    await portal.database.query(`INSERT INTO ${entity.table} (id, portal_id, updated_at)
      VALUES (7, 8100142, now())`)
    portal.simulator.store.purge(DEALS, ids()[0] ?? '')
    await run(deletes)
    expect((await liveInTable(portal)).length).toBe(live - 1)
    await expectEqual()
  })
})

describe('archived', () => {
  it('marks what the recycle bin has, without rows for records that were never read', async () => {
    const { store } = portal.simulator
    const [first = '', second = ''] = ids().slice(40)
    const rows = await portal.count()
    store.archive(DEALS, first)
    store.archive(DEALS, second)
    await run(archived)
    expect((await run(deletes)).counts.deleted).toBe(2)
    expect(await portal.count()).toBe(rows)
    await expectEqual()
    await run(archived)
    expect((await run(deletes)).calls).toBe(1)
  })

  it('asks nothing when a full scan has just been there', async () => {
    const begunAt = new Date()
    const freshAsOf = new Date(begunAt.getTime() - 60_000)
    for (const pass of [archived, reconciliation]) {
      const { calls } = await runPass(portal, pass, { entity, begunAt, freshAsOf })
      expect(calls).toBe(0)
    }
  })
})

describe('reconciliation', () => {
  it('finds differences that balance each other', async () => {
    const { store } = portal.simulator
    store.purge(DEALS, ids()[100] ?? '')
    store.create(DEALS, { dealname: 'in its place' })
    expect((await run(deletes)).calls).toBe(1)
    const { counts } = await run(reconciliation)
    expect(counts).toMatchObject({ deleted: 1, inserted: 1 })
    await expectEqual()
  })

  it('resumes where it was interrupted', async () => {
    const start = { entity, position: { doneUntil: String(10n ** 17n) } }
    const { calls } = await runPass(portal, reconciliation, start)
    expect(calls).toBe(1)
  })

  it('brings the table to the state of the store, whatever happened', async () => {
    const step = fc.record({
      kind: fc.constantFrom('create', 'update', 'archive', 'purge', 'restore', 'merge', 'mint'),
      place: fc.nat(4_000),
      other: fc.nat(4_000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const merged = steps.flatMap(change)
        await run(reconciliation)
        await expectEqual()
        const survivors = await survivorsInTable(portal, entity)
        for (const id of merged) {
          const survivor = portal.simulator.store.survivorOf(DEALS, id)
          expect([id, survivors[id]]).toEqual([id, survivor])
        }
      }),
      { numRuns: 8 },
    )
  })
})

/** Changes the portal at random; returns the merged ids. */
function change(step: { kind: string; place: number; other: number }): string[] {
  const { store } = portal.simulator
  const live = ids()
  const id = live[step.place % live.length] ?? ''
  const other = live[step.other % live.length] ?? ''
  const bin = [...store.scan(DEALS, 0n, { archived: true })].map((record) => record.id)
  if (step.kind === 'create') store.create(DEALS, { dealname: 'new' })
  if (step.kind === 'update') store.update(DEALS, id, { dealname: `changed ${step.other}` })
  if (step.kind === 'archive') store.archive(DEALS, id)
  if (step.kind === 'purge') store.purge(DEALS, id)
  if (step.kind === 'restore') store.restore(DEALS, bin[step.place % bin.length] ?? '')
  if (step.kind !== 'merge' && step.kind !== 'mint') return []
  if (id === other) return []
  store.merge(DEALS, id, other, { newId: step.kind === 'mint' })
  return step.kind === 'mint' ? [id, other] : [other]
}
