import { describe, expect, it } from 'vitest'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { TestClock } from '../support/simulator.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const minuteMs = 60_000

function idsOf({ simulator }: SyncPortal): string[] {
  return [...simulator.store.scan(deals, 0n, { archived: false })].map(({ id }) => id)
}

/** Makes all state in the database an hour older. */
async function letAnHourPass({ database }: SyncPortal): Promise<void> {
  await database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '1 hour',
    finished_at = finished_at - interval '1 hour', fresh_as_of = fresh_as_of - interval '1 hour'`)
}

/** A run that ends after N batches of changes. */
async function interrupt(portal: SyncPortal, batches: number): Promise<void> {
  const stop = new AbortController()
  let written = 0
  const { outcome } = await portal.sync({
    batchRows: 50,
    signal: stop.signal,
    onEvent({ type }) {
      if (type === 'batch_written' && ++written === batches) stop.abort()
    },
  })
  expect(outcome).toBe('cancelled')
}

describe('changes that resume after an interruption', () => {
  it('include one that the index showed late, behind the place where they stood', async () => {
    const clock = new TestClock(Date.now())
    await using portal = await openSyncPortal(
      'deals',
      { records: { deals: 900 }, clock },
      fewColumns,
    )
    const { store } = portal.simulator
    await portal.sync()
    await letAnHourPass(portal)
    const [late = '', ...others] = idsOf(portal)
    clock.advance(-8 * minuteMs)
    for (const id of others.slice(0, 700)) {
      clock.advance(100)
      store.update(deals, id, { dealname: 'in time' })
    }
    clock.advance(8 * minuteMs)
    await interrupt(portal, 5)
    // Changed ten minutes ago; the index has not shown it until now.
    clock.advance(-10 * minuteMs)
    store.update(deals, late, { dealname: 'late' })
    clock.advance(10 * minuteMs)
    await portal.sync()
    expect(await portal.row(late)).toMatchObject({ property_dealname: 'late' })
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  })

  it('go up to the present time, however long ago they were begun', async () => {
    const clock = new TestClock(Date.now())
    await using portal = await openSyncPortal(
      'deals',
      { records: { deals: 900 }, clock },
      fewColumns,
    )
    const { store } = portal.simulator
    await portal.sync()
    const ids = idsOf(portal)
    for (const id of ids.slice(0, 300)) store.update(deals, id, { dealname: 'before' })
    await interrupt(portal, 2)
    await letAnHourPass(portal)
    for (const id of ids) {
      clock.advance(1)
      store.update(deals, id, { dealname: 'an hour later' })
    }
    await portal.sync()
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  })

  it('are searched again as far back as `readBackMs` says', async () => {
    const clock = new TestClock(Date.now())
    await using portal = await openSyncPortal(
      'deals',
      { records: { deals: 120 }, clock },
      fewColumns,
    )
    const { store } = portal.simulator
    await portal.sync()
    const [id = ''] = idsOf(portal)
    clock.advance(-40 * minuteMs)
    store.update(deals, id, { dealname: 'very late' })
    clock.advance(40 * minuteMs)
    expect(await portal.sync()).toMatchObject({ updated: 0 })
    expect(await portal.sync({ readBackMs: 60 * minuteMs })).toMatchObject({ updated: 1 })
  })
})

it("changes are not lost where Postgres's clock was hours ahead once", async () => {
  // HubSpot's clock is two hours behind until Postgres's clock is corrected.
  const clock = new TestClock(Date.now() - 120 * minuteMs)
  await using portal = await openSyncPortal('deals', { records: { deals: 120 }, clock }, fewColumns)
  const { store } = portal.simulator
  await portal.sync()
  clock.advance(30 * minuteMs)
  const [id = ''] = idsOf(portal)
  store.update(deals, id, { dealname: 'between the two clocks' })
  clock.advance(90 * minuteMs)
  expect(await portal.sync()).toMatchObject({ updated: 1 })
  expect(await portal.row(id)).toMatchObject({ property_dealname: 'between the two clocks' })
})
