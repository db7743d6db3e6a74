import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const CLIENTS = 'partner_clients'
let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal(CLIENTS, { records: { [CLIENTS]: 130 } })
})

afterAll(() => portal[Symbol.asyncDispose]())

function idAt(place: number): string {
  return liveInHubSpot(portal)[place]?.split(' ')[0] ?? ''
}

async function expectEqual(): Promise<void> {
  const inHubSpot = liveInHubSpot(portal)
  expect(inHubSpot.length).toBeGreaterThan(100)
  expect(await liveInTable(portal)).toEqual(inHubSpot)
}

describe('an object type without a batch read', () => {
  it('is read in full by its list', async () => {
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded' })
    await expectEqual()
  })

  it('has its changes, deletions and restored records read one by one', async () => {
    const { store, requests } = portal.simulator
    const [changed, purged, archived] = [idAt(3), idAt(20), idAt(40)]
    store.update(CLIENTS, changed, { hs_name: 'read by its own address' })
    store.purge(CLIENTS, purged)
    store.archive(CLIENTS, archived)
    requests.clear()
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded', deleted: 2 })
    await expectEqual()
    expect(await portal.row(changed)).toMatchObject({ property_hs_name: 'read by its own address' })
    expect(requests.of('batch_read')).toBeGreaterThan(0)
    expect(requests.of('get')).toBeGreaterThan(0)

    store.restore(CLIENTS, archived)
    expect(await portal.sync({ full: true })).toMatchObject({ outcome: 'succeeded' })
    await expectEqual()
  })
})
