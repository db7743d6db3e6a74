import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { changes } from '../../runtime/sync/passes/changes.ts'
import { text } from '../../runtime/values/text.ts'
import { runPass } from '../support/run-pass.ts'
import { TestClock } from '../support/simulator.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const crowd = 21_000
const hourMs = 3_600_000

const clock = new TestClock(Date.now())
let portal: SyncPortal

beforeAll(async () => {
  const full = await openSyncPortal('deals', { records: { deals: crowd + 1_000 }, clock })
  // Only the ids matter here, and 250 properties would take time.
  const properties: Entity['properties'] = { property_dealname: text('dealname') }
  portal = { ...full, entity: { ...full.entity, properties } }
})

beforeEach(() => portal.database.query(`TRUNCATE ${portal.entity.table}`))

afterAll(() => portal[Symbol.asyncDispose]())

function renameMany(moveOnMs: number): Set<string> {
  const { store } = portal.simulator
  clock.advance(hourMs)
  const ids = [...store.scan(deals, 0n, { archived: false })].slice(0, crowd).map(({ id }) => id)
  expect(ids).toHaveLength(crowd)
  for (const id of ids) {
    store.update(deals, id, { dealname: `renamed at ${clock.nowMs()}` })
    clock.advance(moveOnMs)
  }
  return new Set(ids)
}

async function renamed(): Promise<Set<string>> {
  const sql = `SELECT id FROM ${portal.entity.table} WHERE property_dealname LIKE 'renamed%'`
  const rows = await portal.database.query<{ id: string }>(sql)
  return new Set(rows.map(({ id }) => id))
}

describe('more changes than a search shows', () => {
  it('are all read when 21,000 share one millisecond, also after an interruption', async () => {
    const freshAsOf = new Date(clock.nowMs())
    const ids = renameMany(0)
    const stop = new AbortController()
    const positions: unknown[] = []
    const interrupted = runPass(portal, changes, {
      freshAsOf,
      begunAt: new Date(clock.nowMs()),
      signal: stop.signal,
      onCommit: (position) => {
        positions.push(position)
        if (positions.length === 10) stop.abort(new Error('enough'))
      },
    })
    await expect(interrupted).rejects.toThrow('enough')
    const before = (await renamed()).size
    expect(before).toBeGreaterThan(5_000)
    expect(before).toBeLessThan(crowd)
    const { counts } = await runPass(portal, changes, {
      freshAsOf,
      begunAt: new Date(clock.nowMs()),
      position: positions.at(-1),
    })
    expect(await renamed()).toEqual(ids)
    expect(counts.read).toBeLessThan(crowd)
  })

  it('are all read when they follow one another', async () => {
    const freshAsOf = new Date(clock.nowMs())
    const ids = renameMany(3)
    const begunAt = new Date(clock.nowMs())
    const { counts, calls } = await runPass(portal, changes, { freshAsOf, begunAt })
    expect(await renamed()).toEqual(ids)
    expect(counts.read).toBe(crowd)
    // A search per 200 records, two batch reads, and a few calls at page boundaries.
    expect(calls).toBeLessThan((crowd / 200) * 3.1)
    const again = await runPass(portal, changes, { freshAsOf: begunAt, begunAt })
    expect(again.counts.read).toBe(0)
  })

  it('fill the batches that they are read in, whatever each search finds', async () => {
    const { store, requests } = portal.simulator
    clock.advance(hourMs)
    const freshAsOf = new Date(clock.nowMs())
    clock.advance(hourMs)
    const ids = [...store.scan(deals, 0n, { archived: false })].slice(0, 650).map(({ id }) => id)
    for (const [index, id] of ids.entries()) {
      if (index % 130 === 0) clock.advance(1)
      store.update(deals, id, { dealname: `renamed in a crowd ${index}` })
    }
    clock.advance(hourMs)
    requests.clear()
    await runPass(portal, changes, { freshAsOf, begunAt: new Date(clock.nowMs()) })
    expect(await renamed()).toEqual(new Set(ids))
    expect(requests.of('batch_read')).toBe(7)
  })
})
