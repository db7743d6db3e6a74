import { describe, expect, test } from 'vitest'
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
})
