import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lookBack } from '../../runtime/sync/passes/look-back.ts'
import { reconciliation } from '../../runtime/sync/passes/reconciliation.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { runPass } from '../support/run-pass.ts'
import { TestClock } from '../support/simulator.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const hourMs = 3_600_000
const clock = new TestClock(Date.now())
let portal: SyncPortal
let ids: string[]

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 1_500 }, clock })
  const { store } = portal.simulator
  ids = [...store.scan(deals, 0n, { archived: false })].map(({ id }) => id)
  // All records are older than the period that the pass searches again.
  clock.advance(90 * 24 * hourMs)
  await portal.sync()
})

afterAll(() => portal[Symbol.asyncDispose]())

const id = (place: number) => ids[place] ?? ''

/** Two positions in the rows, as shares. */
function look(first: number, second: number) {
  const shares = [second, first]
  const options = { random: () => shares.pop() ?? 0 }
  const freshAsOf = new Date(clock.nowMs() - 24 * hourMs)
  return runPass(portal, lookBack, { freshAsOf, begunAt: new Date(clock.nowMs()), options })
}

/** Sets the state after a run that searched all changes until then. */
async function searchedUntil(timeMs: number): Promise<void> {
  await portal.database.query(`UPDATE hubgen.pass SET fresh_as_of = $1 WHERE pass = 'changes'`, [
    new Date(timeMs).toISOString(),
  ])
}

function auditOf(run: string) {
  return portal.database.query(
    `SELECT subject, unexplained, mended, example_id FROM hubgen.audit WHERE run_id = $1
    ORDER BY subject`,
    [run],
  )
}

describe('the daily look back', () => {
  it('costs three searches where nothing was missed', async () => {
    expect(await look(0.3, 0.6)).toMatchObject({ calls: 3, counts: { read: 0 } })
  })

  it('reads what changed within 26 hours and was missed', async () => {
    const { store } = portal.simulator
    clock.advance(hourMs)
    store.update(deals, id(3), { dealname: 'missed' })
    clock.advance(25 * hourMs)
    expect((await look(0.3, 0.6)).counts).toMatchObject({ read: 1, updated: 1 })
    expect(await portal.row(id(3))).toMatchObject({ property_dealname: 'missed' })
  })

  it('reports changes that runs had searched for and missed', async () => {
    const { store } = portal.simulator
    clock.advance(hourMs)
    store.update(deals, id(4), { dealname: 'missed' })
    clock.advance(3 * hourMs)
    // A change of the last hour may have been too new for the index.
    store.update(deals, id(5), { dealname: 'not yet' })
    await searchedUntil(clock.nowMs())
    const { run, events } = await look(0.3, 0.6)
    expect(events).toContainEqual(
      expect.objectContaining({
        code: 'CHANGES_MISSED',
        message: '1 record changed before the last run, which did not find it; it is read now',
      }),
    )
    expect(await auditOf(run)).toEqual([
      { subject: '*', unexplained: '1', mended: '1', example_id: id(4) },
      { subject: 'updated_at', unexplained: '1', mended: '1', example_id: id(4) },
    ])
    expect((await look(0.3, 0.6)).events).not.toContainEqual(
      expect.objectContaining({ code: 'CHANGES_MISSED' }),
    )
  })

  it('says nothing of records that HubSpot could not give at that time', async () => {
    const { store } = portal.simulator
    clock.advance(hourMs)
    store.update(deals, id(6), { dealname: 'not given' })
    clock.advance(3 * hourMs)
    await searchedUntil(clock.nowMs())
    await portal.database.query(`INSERT INTO hubgen.pending_read (entity, part, record_id, reason, run_id)
      SELECT 'deals', 'records', ${id(6)}, 'unread', max(id) FROM hubgen.run`)
    const { counts, events } = await look(0.3, 0.6)
    expect(counts).toMatchObject({ updated: 1 })
    expect(events).not.toContainEqual(expect.objectContaining({ code: 'CHANGES_MISSED' }))
  })

  it('is reported by the weekly list as well', async () => {
    const { store } = portal.simulator
    store.update(deals, id(7), { dealname: 'missed for days' })
    const { id: found = '' } = store.create(deals, { dealname: 'found by its count' })
    clock.advance(72 * hourMs)
    await searchedUntil(clock.nowMs())
    const { run } = await runPass(portal, reconciliation, { begunAt: new Date(clock.nowMs()) })
    expect(await auditOf(run)).toMatchObject([
      { subject: '*', unexplained: '1', example_id: id(7) },
      { subject: 'updated_at', unexplained: '1', example_id: id(7) },
    ])
    expect(await portal.row(found)).toMatchObject({ property_dealname: 'found by its count' })
  })

  it('finds by a count of a span what balances itself in the count of all', async () => {
    const { store } = portal.simulator
    store.archive(deals, id(1_300))
    await portal.sync()
    store.archive(deals, id(700))
    store.restore(deals, id(1_300))
    // Both are in the part that is not counted.
    await look(0.2, 0.3)
    expect(await liveInTable(portal)).not.toEqual(liveInHubSpot(portal))
    // Between the two.
    await look(0.3, 0.6)
    await portal.sync()
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  })

  it('is done by a full read, and once a day', async () => {
    const passes = async (full: boolean) => {
      const report = await portal.sync({ full })
      return report.passes.flatMap(({ pass, calls }) => (pass === 'look_back' ? [calls] : []))
    }
    expect(await passes(true)).toEqual([])
    expect(await passes(false)).toEqual([])
    await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day',
      finished_at = finished_at - interval '1 day', fresh_as_of = fresh_as_of - interval '1 day'`)
    expect(await passes(false)).toEqual([3])
    expect(await passes(false)).toEqual([])
  })
})
