import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import type { Pass } from '../../runtime/sync/pass.ts'
import { rememberSuspects, settle as settlePending } from '../../runtime/sync/passes/settle.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { countsOf } from '../../runtime/sync/tally.ts'
import { withMergeTable } from '../support/merge-table.ts'
import { runPass } from '../support/run-pass.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 260 } }, fewColumns)
  entity = await withMergeTable(portal)
  await portal.sync({ full: true })
})

afterAll(async () => {
  await portal[Symbol.asyncDispose]()
})

let ids: string[]

beforeEach(async () => {
  const rows = await portal.database.query<{ id: string }>(
    `SELECT id FROM ${entity.table} WHERE NOT is_deleted ORDER BY id`,
  )
  ids = rows.map(({ id }) => id)
})

const id = (place: number) => ids[place] ?? ''

function settle(...candidates: readonly string[]) {
  return settleWith({}, ...candidates)
}

function settleWith(options: SyncOptions, ...candidates: readonly string[]) {
  const pass: Pass = {
    name: 'deletes',
    everyMs: 0,
    plan: async () => [],
    async run(context) {
      await rememberSuspects(
        context,
        candidates.map((id) => ({ id, kind: 'extra' })),
      )
      await settlePending(context)
      return countsOf(context.tally)
    },
  }
  return runPass(portal, pass, { entity, options })
}

async function flags(of: string): Promise<unknown> {
  const row = await portal.row(of)
  return row && [row['is_deleted'], row['_fivetran_deleted']]
}

async function survivor(of: string): Promise<unknown> {
  const rows = await portal.database.query<{ survivor: string }>(
    `WITH RECURSIVE chain AS (
      SELECT deal_id, merged_deal_id FROM hubspot.merged_deal WHERE merged_deal_id = $1
      UNION SELECT next.deal_id, next.merged_deal_id
      FROM chain JOIN hubspot.merged_deal AS next ON next.merged_deal_id = chain.deal_id
    ) SELECT deal_id AS survivor FROM chain
    WHERE deal_id NOT IN (SELECT merged_deal_id FROM hubspot.merged_deal)`,
    [of],
  )
  return rows[0]?.survivor
}

describe('settle', () => {
  it('leaves live records alone, in one call', async () => {
    const { counts, calls } = await settle(id(0), id(1))
    expect(calls).toBe(1)
    expect(counts).toMatchObject({ read: 2, updated: 0, unchanged: 2, deleted: 0 })
    expect(await flags(id(0))).toEqual([false, false])
  })

  it('marks an archived record, both flags together, with the values it was archived with', async () => {
    portal.simulator.store.update(DEALS, id(3), { dealname: 'last words' })
    portal.simulator.store.archive(DEALS, id(3))
    const before = await portal.row(id(3))
    const { counts } = await settle(id(3))
    const after = await portal.row(id(3))
    expect(counts.deleted).toBe(1)
    expect(await flags(id(3))).toEqual([true, true])
    expect(after?.['property_dealname']).toBe('last words')
    const synced = (row: typeof before) => Number(row?.['_fivetran_synced'])
    expect(synced(after)).toBeGreaterThan(synced(before))
    expect((await settle(id(3))).counts).toMatchObject({ deleted: 0, updated: 0 })
  })

  it('clears both flags of a restored record, though its modified stamp did not move', async () => {
    portal.simulator.store.archive(DEALS, id(4))
    await settle(id(4))
    portal.simulator.store.restore(DEALS, id(4))
    await settle(id(4))
    expect(await flags(id(4))).toEqual([false, false])
  })

  it('marks a record that is gone without a trace', async () => {
    portal.simulator.store.purge(DEALS, id(5))
    const { counts, calls } = await settle(id(5))
    expect(counts.deleted).toBe(1)
    expect(calls).toBe(3)
    expect(await flags(id(5))).toEqual([true, true])
  })

  it('follows a merged record to its survivor, through a chain and into a new id', async () => {
    const { store } = portal.simulator
    store.merge(DEALS, id(7), id(6))
    const minted = store.merge(DEALS, id(8), id(7), { newId: true })
    const { counts } = await settle(id(6), id(7), id(8))
    expect(counts.deleted).toBe(3)
    for (const merged of [id(6), id(7), id(8)]) {
      expect(await flags(merged)).toEqual([true, true])
      expect(await survivor(merged)).toBe(minted)
    }
    expect(await flags(minted)).toEqual([false, false])
  })

  it('has merged rows marked and remembered by loading the survivor alone', async () => {
    const { store } = portal.simulator
    store.merge(DEALS, id(11), id(10))
    store.merge(DEALS, id(12), id(11))
    const { counts } = await settle(id(12))
    expect(counts).toMatchObject({ updated: 1, deleted: 2 })
    expect(await survivor(id(10))).toBe(id(12))
    expect(await survivor(id(11))).toBe(id(12))
    expect(await flags(id(10))).toEqual([true, true])
    expect((await settle(id(12))).counts).toMatchObject({ updated: 0, deleted: 0 })
  })

  it('gives a record that was archived before it was ever read no row', async () => {
    const { id: unseen } = portal.simulator.store.create(DEALS, { dealname: 'short' })
    portal.simulator.store.archive(DEALS, unseen)
    await settle(unseen)
    expect(await portal.row(unseen)).toBeUndefined()
  })

  it('settles more than a batch read takes, each id once', async () => {
    for (const one of ids.slice(20, 140)) portal.simulator.store.archive(DEALS, one)
    const candidates = [...ids.slice(20, 140), ...ids.slice(20, 140)]
    const { counts } = await settleWith({ brake: false }, ...candidates)
    expect(counts.deleted).toBe(120)
  })
})
