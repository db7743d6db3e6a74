import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../simulator/fault.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

/** Twenty pages, whose answers overtake each other. */
const records = 2_000
const typeId = '0-5'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal(
    'tickets',
    {
      records: { tickets: records },
      latency: { minMs: 1, maxMs: 25 },
    },
    fewColumns,
  )
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query('TRUNCATE hubspot.ticket, hubgen.run, hubgen.quarantine CASCADE')
})

afterAll(() => portal[Symbol.asyncDispose]())

function storedIds(): string[] {
  return [...portal.simulator.store.scan(typeId, 0n, { archived: false })].map(({ id }) => id)
}

async function loadedIds(): Promise<string[]> {
  const rows = await portal.database.query<{ id: string }>(
    'SELECT id FROM hubspot.ticket ORDER BY id',
  )
  return rows.map(({ id }) => String(id))
}

/** Every row but for the time at which it was written. */
async function tableDigest(): Promise<unknown> {
  const [digest] = await portal.database.query(
    `SELECT md5(string_agg((to_jsonb(t) - '_fivetran_synced')::text, '|' ORDER BY id))
     FROM hubspot.ticket AS t`,
  )
  return digest
}

describe('a portal of many pages', () => {
  it('is surveyed and read in ranges, every record once', async () => {
    const before = portal.simulator.requests.of('list')
    const report = await portal.sync({ batchRows: 100 })
    const ids = storedIds()
    expect(report).toMatchObject({
      outcome: 'succeeded',
      read: ids.length,
      inserted: ids.length,
      updated: 0,
      unchanged: 0,
    })
    expect(await loadedIds()).toEqual(ids)
    // The two calls of the survey, and a page that two ranges share now and then.
    const lists = portal.simulator.requests.of('list') - before
    expect(lists).toBeGreaterThanOrEqual(Math.ceil(ids.length / 100) + 2)
    expect(lists).toBeLessThan((ids.length / 100) * 2)
  })

  it('gives the same counts and rows however many read', async () => {
    const counts: object[] = []
    const tables: unknown[] = []
    for (const readers of [1, 3, 32]) {
      await portal.database.query('TRUNCATE hubspot.ticket, hubgen.run, hubgen.quarantine CASCADE')
      const { read, inserted, updated, unchanged, rejectedValues, rejections, sanitized } =
        await portal.sync({ readers })
      counts.push({ read, inserted, updated, unchanged, rejectedValues, rejections, sanitized })
      tables.push(await tableDigest())
    }
    for (const count of counts) expect(count).toEqual(counts[0])
    for (const table of tables) expect(table).toEqual(tables[0])
  })

  it('is left alone when nothing changed', async () => {
    await portal.sync()
    const ids = storedIds()
    const report = await portal.sync({ full: true })
    expect(report).toMatchObject({ unchanged: ids.length, inserted: 0, updated: 0 })
  })
})

describe('faults among many readers', () => {
  const faults: [name: string, faults: Fault[]][] = [
    ['HTML 502', [{ kind: 'html_502', rate: 0.05 }]],
    ['truncated JSON', [{ kind: 'truncated_json', rate: 0.05 }]],
    ['resets in the body', [{ kind: 'reset_mid_body', rate: 0.05 }]],
    ['429 for others', [{ kind: 'rate_limited_429', rate: 0.05 }]],
    ['locks', [{ kind: 'locked_423', rate: 0.05 }]],
    ['pages that are too heavy', [{ kind: 'html_524', route: 'list', rate: 0.05 }]],
    ['a search that is down at first', [{ kind: 'error_500', route: 'search', times: 4 }]],
    ['an index that trails', [{ kind: 'index_lag', ms: 3_600_000 }]],
    [
      'all at once',
      [
        { kind: 'html_502', rate: 0.02 },
        { kind: 'error_500', rate: 0.01 },
        { kind: 'truncated_json', rate: 0.02 },
        { kind: 'rate_limited_429', rate: 0.02, retryAfterSeconds: 3 },
      ],
    ],
  ]

  it.each(faults)('%s: every record once', async (_, given) => {
    for (const fault of given) portal.simulator.faults.add(fault)
    const report = await portal.sync({ batchRows: 250 })
    const ids = storedIds()
    expect(report).toMatchObject({ outcome: 'succeeded', read: ids.length, inserted: ids.length })
    expect(await loadedIds()).toEqual(ids)
  })

  it('one that stays ends the run; what was committed stays, and the next run completes it', async () => {
    portal.simulator.faults.add({ kind: 'expired_401', route: 'list', after: 15, times: 999 })
    const report = await portal.sync({ batchRows: 100 })
    expect(report).toMatchObject({ outcome: 'partial', error: { code: 'TOKEN_REJECTED' } })
    expect(report.read).toBe(report.inserted)
    expect(await portal.count()).toBe(report.inserted)
    portal.simulator.faults.clear()
    const second = await portal.sync()
    expect(second).toMatchObject({ outcome: 'succeeded', mode: 'full' })
    expect(second.inserted).toBe(storedIds().length - report.inserted)
    // It resumed where the first one stopped, except for pages that lie in two batches.
    expect(second.unchanged).toBeLessThan(report.inserted / 2)
    expect(await loadedIds()).toEqual(storedIds())
  })
})

describe('a cancelled run of many readers', () => {
  it('ends at once, with whole batches', async () => {
    const controller = new AbortController()
    const report = await portal.sync({
      batchRows: 100,
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'batch_started' && event.batch === 8) controller.abort()
      },
    })
    expect(report).toMatchObject({ outcome: 'cancelled', batches: 8, inserted: 800 })
    expect(await portal.count()).toBe(800)
  })
})

describe('a portal that changes while many read', () => {
  it('every record that is there from begin to end is read once', async () => {
    const { store, faults } = portal.simulator
    const before = storedIds()
    const gone = new Set<string>()
    let page = 0
    for (let after = 1; after <= 20; after++) {
      faults.add({
        kind: 'change',
        objectType: 'tickets',
        after,
        change: () => {
          page++
          const deleted = before[before.length - page * 17] ?? ''
          const merged = before[page * 71 + 5] ?? ''
          store.archive(typeId, deleted)
          if (merged !== deleted) store.merge(typeId, before[page * 71 + 7] ?? '', merged)
          gone.add(deleted).add(merged)
          store.create(typeId, { subject: `made after page ${page}` })
        },
      })
    }
    const report = await portal.sync({ batchRows: 100 })
    expect(report.outcome).toBe('succeeded')
    const scan = report.passes.find(({ pass }) => pass === 'records')
    expect(scan?.read).toBe(scan?.inserted)
    const loaded = new Set(await loadedIds())
    expect(page).toBeGreaterThan(10)
    expect(before.filter((id) => !gone.has(id) && !loaded.has(id))).toEqual([])
  })
})
