import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { changes } from '../../runtime/sync/passes/changes.ts'
import { runPass } from '../support/run-pass.ts'
import { openSyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'

describe('a run after a full one', () => {
  test('reads what changed, and nothing else', async () => {
    await using portal = await openSyncPortal('deals', { records: { deals: 500 }, limits: 'none' })
    const { store } = portal.simulator
    await portal.sync()
    const [first, second] = [...store.scan(deals, 0n, { archived: false })].map(({ id }) => id)
    store.update(deals, first ?? '', { dealname: 'Renamed' })
    store.update(deals, second ?? '', { amount: '12.50' })
    const created = store.create(deals, { dealname: 'New' })

    portal.simulator.requests.clear()
    const report = await portal.sync()

    expect(report).toMatchObject({ mode: 'incremental', read: 3, inserted: 1, updated: 2 })
    expect(await portal.row(first ?? '')).toMatchObject({ property_dealname: 'Renamed' })
    expect(await portal.row(second ?? '')).toMatchObject({ property_amount: '12.50' })
    expect(await portal.row(created.id)).toMatchObject({ property_dealname: 'New' })
    expect(portal.simulator.requests.of('list')).toBe(0)
  })

  test('with nothing new makes three calls at most', async () => {
    await using portal = await openSyncPortal('deals', { records: { deals: 300 }, limits: 'none' })
    await portal.sync()
    portal.simulator.requests.clear()
    const report = await portal.sync()
    expect(report).toMatchObject({ mode: 'incremental', read: 0 })
    expect(portal.simulator.requests.total).toBeLessThanOrEqual(3)
  })

  test('continues when its connection breaks while it reads the table', async () => {
    await using portal = await openSyncPortal('deals', { records: { deals: 30 }, limits: 'none' })
    const { store } = portal.simulator
    await portal.sync()
    const freshAsOf = new Date()
    const [record] = store.scan(deals, 0n, { archived: false })
    store.update(deals, record?.id ?? '', { dealname: 'Renamed' })
    const holder = new pg.Client({ connectionString: portal.database.url })
    await holder.connect()
    await holder.query(`BEGIN; LOCK TABLE ${portal.entity.table}`)
    const running = runPass(portal, changes, { freshAsOf })
    await expect
      .poll(async () => {
        const { rows } = await holder.query(
          `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        )
        return rows
      })
      .toEqual([{ ended: true }])
    await holder.end()
    expect((await running).counts).toMatchObject({ updated: 1 })
  })
})
