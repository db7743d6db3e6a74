import '../support/vitest/property-seed.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changes } from '../../runtime/sync/passes/changes.ts'
import { text } from '../../runtime/values/text.ts'
import type { Property, Store } from '../../simulator/store.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { runPass } from '../support/run-pass.ts'
import { TestClock } from '../support/simulator.ts'
import { fewColumns, openSyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const hourMs = 3_600_000

function someIds(store: Store, typeId: string, count: number): string[] {
  const ids: string[] = []
  for (const { id } of store.scan(typeId, 0n, { archived: false })) {
    if (ids.length === count) break
    ids.push(id)
  }
  return ids
}

describe('changes that the index shows late', () => {
  it('are found by a later run, though that one began after them', async () => {
    const clock = new TestClock(Date.now())
    await using portal = await openSyncPortal(
      'deals',
      { records: { deals: 300 }, clock },
      fewColumns,
    )
    const { store, faults } = portal.simulator
    await portal.sync()
    faults.add({ kind: 'index_lag', ms: 300_000 })
    const ids = someIds(store, deals, 20)
    for (const id of ids) store.update(deals, id, { dealname: 'late' })
    const { id: created } = store.create(deals, { dealname: 'late' })
    let freshAsOf = new Date(clock.nowMs())
    const read = async () => {
      const begunAt = new Date(clock.nowMs())
      const { counts } = await runPass(portal, changes, { freshAsOf, begunAt })
      freshAsOf = begunAt
      return counts
    }
    expect(await read()).toMatchObject({ read: 0 })
    clock.advance(180_000)
    // The new record is counted but not shown yet: `total` is higher than the number of results.
    expect(await read()).toMatchObject({ read: 0 })
    clock.advance(180_000)
    expect(await read()).toMatchObject({ inserted: 1, updated: 20 })
    expect(await portal.row(created)).toMatchObject({ property_dealname: 'late' })
    expect(await read()).toMatchObject({ read: 0 })
  })

  it('leave the table as the portal is once it is quiet, whatever the delay', async () => {
    const clock = new TestClock(Date.now())
    await using portal = await openSyncPortal(
      'deals',
      { records: { deals: 120 }, clock },
      fewColumns,
    )
    const { store, faults } = portal.simulator
    await portal.sync()
    const step = fc.record({
      kind: fc.constantFrom('create', 'update', 'update', 'archive', 'sync'),
      place: fc.nat(200),
      passedMs: fc.constantFrom(1, 1, 1_000, 60_000),
    })
    const lagMs = fc.constantFrom(0, 1_000, 60_000, 600_000)
    await fc.assert(
      fc.asyncProperty(lagMs, fc.array(step, { maxLength: 25 }), async (ms, steps) => {
        if (ms > 0) faults.add({ kind: 'index_lag', ms })
        for (const { kind, place, passedMs } of steps) {
          clock.advance(passedMs)
          const live = someIds(store, deals, 500)
          const id = live[place % live.length] ?? ''
          if (kind === 'create') store.create(deals, { dealname: `created ${place}` })
          if (kind === 'update') store.update(deals, id, { dealname: `changed ${passedMs}` })
          if (kind === 'archive' && live.length > 20) store.archive(deals, id)
          if (kind === 'sync') await portal.sync()
        }
        clock.advance(ms)
        await portal.sync()
        faults.clear()
        await portal.sync()
        expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
      }),
      { numRuns: 12 },
    )
  })
})

describe('a clock that is wrong', () => {
  it.each([
    ['ahead', -7 * hourMs],
    ['behind', 7 * hourMs],
  ])('loses nothing when Postgres is hours %s', async (_, offsetMs) => {
    const clock = new TestClock(Date.now() + offsetMs)
    await using portal = await openSyncPortal(
      'deals',
      { records: { deals: 60 }, clock },
      fewColumns,
    )
    const { store } = portal.simulator
    await portal.sync()
    for (let round = 0; round < 3; round++) {
      clock.advance(1_000)
      const [id = ''] = someIds(store, deals, 1)
      store.update(deals, id, { dealname: `round ${round}` })
      expect(await portal.sync()).toMatchObject({ mode: 'incremental', updated: 1 })
      expect(await portal.row(id)).toMatchObject({ property_dealname: `round ${round}` })
    }
  })
})

it('records that change while changes are read are not lost, though they move to the end', async () => {
  const clock = new TestClock(Date.now())
  let searches = 0
  const strike = (route: string): void => {
    if (route === 'search' && ++searches <= 6) meanwhile()
  }
  let meanwhile = (): void => {}
  await using portal = await openSyncPortal(
    'deals',
    { records: { deals: 1_500 }, clock, onCall: (route) => strike(route) },
    fewColumns,
  )
  const { store } = portal.simulator
  await portal.sync()
  const ids = someIds(store, deals, 1_000)
  for (const [index, id] of ids.entries()) {
    if (index % 3 === 0) clock.advance(1)
    store.update(deals, id, { dealname: 'once' })
  }
  searches = 0
  meanwhile = () => {
    for (let at = searches; at < ids.length; at += 7) {
      store.update(deals, ids[at] ?? '', { dealname: `twice ${searches}` })
      clock.advance(1)
    }
    store.archive(deals, ids[searches * 100] ?? '')
  }
  await portal.sync()
  expect(searches).toBeGreaterThan(6)
  await portal.sync()
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
})

it('contacts are searched by their own stamp', async () => {
  await using portal = await openSyncPortal('contacts', { records: { contacts: 60 } })
  const { store } = portal.simulator
  expect(portal.entity.modifiedProperty).toBe('lastmodifieddate')
  await portal.sync()
  const [id = ''] = someIds(store, '0-1', 1)
  store.update('0-1', id, { firstname: 'Renamed' })
  expect(await portal.sync()).toMatchObject({ mode: 'incremental', updated: 1 })
  expect(await portal.row(id)).toMatchObject({ property_firstname: 'Renamed' })
})

it('an entity of 950 properties is searched within the longest body', async () => {
  await using portal = await openSyncPortal('deals', { records: { deals: 60 } })
  const { store } = portal.simulator
  const columns = Array.from({ length: 700 }, (_, index) => `property_custom_number_${index}`)
  for (const column of columns) {
    const name = column.slice('property_'.length)
    store.addProperty(deals, { ...plainProperty(store), name, label: name })
  }
  await portal.database.query(
    `ALTER TABLE ${portal.entity.table} ${columns.map((name) => `ADD ${name} text`).join(', ')}`,
  )
  const custom = columns.map((name) => [name, text(name.slice('property_'.length))])
  const properties = { ...portal.entity.properties, ...Object.fromEntries(custom) }
  const entity = { ...portal.entity, properties }
  expect(Object.keys(properties).length).toBeGreaterThan(900)
  const freshAsOf = new Date()
  const [id = ''] = someIds(store, deals, 1)
  store.update(deals, id, { custom_number_699: 'the last' })
  await runPass(portal, changes, { entity, freshAsOf })
  expect(await portal.row(id)).toMatchObject({ property_custom_number_699: 'the last' })
})

function plainProperty(store: Store): Property {
  const found = store.properties(deals).find(({ name }) => name === 'dealname')
  if (found === undefined) throw new Error('no property `dealname`')
  return found
}
