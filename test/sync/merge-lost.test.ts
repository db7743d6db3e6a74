import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { settle } from '../../runtime/sync/passes/settle.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { survivorsInTable } from '../support/copy-state.ts'
import { withMergeTable } from '../support/merge-table.ts'
import { runPass } from '../support/run-pass.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 50 } })
  entity = await withMergeTable(portal)
  await sync()
})

afterAll(() => portal[Symbol.asyncDispose]())

function sync() {
  const { simulator, connection, connect, directory } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return syncEntity(entity, { directory, hubspot, database: connection, connect })
}

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
