import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../simulator/fault.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

/** Four pages, and with batches of 100 rows four batches. */
const records = 350
const typeId = '0-5'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets', { records: { tickets: records } }, fewColumns)
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query('TRUNCATE hubspot.ticket, hubgen.run, hubgen.quarantine CASCADE')
})

afterAll(() => portal[Symbol.asyncDispose]())

function total(): number {
  return portal.simulator.store.count(typeId)
}

function syncWith(...faults: Fault[]) {
  for (const fault of faults) portal.simulator.faults.add(fault)
  return portal.sync({ batchRows: 100, connect: { ...portal.connect, requestTimeoutMs: 3_000 } })
}

async function lastRun(): Promise<Record<string, unknown> | undefined> {
  const runs = await portal.database.query('SELECT * FROM hubgen.run ORDER BY id DESC LIMIT 1')
  return runs[0]
}

describe('what goes wrong once is invisible in the table, and counted', () => {
  const passing: Fault[] = [
    { kind: 'html_502', route: 'list', after: 1 },
    { kind: 'html_504', route: 'list', after: 1 },
    { kind: 'html_524', route: 'list', after: 1 },
    { kind: 'error_500', route: 'list', after: 1 },
    { kind: 'truncated_json', route: 'list', after: 1 },
    { kind: 'reset_mid_body', route: 'list', after: 1 },
    { kind: 'locked_423', route: 'list', after: 1 },
    { kind: 'rate_limited_429', route: 'list', after: 1 },
    { kind: 'rate_limited_429', route: 'list', after: 1, retryAfterSeconds: 7 },
    { kind: 'migration_477', route: 'list', after: 1, retryAfterSeconds: 30 },
    { kind: 'html_502', route: 'account' },
    { kind: 'hang', route: 'list', after: 1 },
  ]
  for (const fault of passing) {
    it(`${fault.kind} of ${fault.route}`, async () => {
      const report = await syncWith(fault)
      expect(report).toMatchObject({ outcome: 'succeeded', inserted: total(), error: null })
      expect(report.retries).toBe(1)
      expect(portal.events.filter(({ type }) => type === 'retry')).toHaveLength(1)
      expect(await portal.count()).toBe(total())
    })
  }

  it('all kinds at once, on a third of the calls', async () => {
    const report = await syncWith(
      { kind: 'html_502', rate: 0.15 },
      { kind: 'truncated_json', rate: 0.1 },
      { kind: 'reset_mid_body', rate: 0.1 },
    )
    expect(report).toMatchObject({ outcome: 'succeeded', inserted: total() })
    expect(await portal.count()).toBe(total())
  })

  it('waits as long as HubSpot asked', async () => {
    const before = portal.clock.sleeps.length
    await syncWith({ kind: 'migration_477', route: 'list', after: 1, retryAfterSeconds: 300 })
    const wait = Math.max(...portal.clock.sleeps.slice(before))
    expect(wait).toBeGreaterThanOrEqual(300_000)
    expect(wait).toBeLessThanOrEqual(300_250)
  })
})

describe('what stays wrong ends the run, and what was committed stays', () => {
  const lasting: [string, Fault, string][] = [
    ['an outage', { kind: 'html_502', route: 'list', after: 2, times: 99 }, 'HUBSPOT_FAILED'],
    [
      'a token that ends',
      { kind: 'expired_401', route: 'list', after: 2, times: 2 },
      'TOKEN_REJECTED',
    ],
    [
      'the daily limit',
      { kind: 'rate_limited_429', policy: 'DAILY', route: 'list', after: 2 },
      'DAILY_LIMIT_REACHED',
    ],
    [
      'a long migration',
      { kind: 'migration_477', route: 'list', after: 2, retryAfterSeconds: 86_400 },
      'HUBSPOT_PAUSED',
    ],
    ['a path that is gone', { kind: 'empty_404', route: 'list', after: 2 }, 'HUBSPOT_NOT_FOUND'],
  ]
  for (const [name, fault, code] of lasting) {
    it(name, async () => {
      const report = await syncWith(fault)
      expect(report.error?.code).toBe(code)
      expect(report).toMatchObject({ outcome: 'partial', read: 200, inserted: 200, batches: 2 })
      expect(await portal.count()).toBe(200)
      expect(await lastRun()).toMatchObject({
        outcome: 'partial',
        read: '200',
        inserted: '200',
        error: `${code}: ${report.error?.message}`,
      })
    })
  }

  it('the daily limit says when it ends in the time zone of the portal', async () => {
    const report = await syncWith({
      kind: 'rate_limited_429',
      policy: 'DAILY',
      route: 'list',
    })
    expect(report.error?.message).toContain('(midnight in Europe/Berlin)')
    expect(report).toMatchObject({ outcome: 'failed', read: 0 })
    expect(await portal.count()).toBe(0)
  })

  it('a run after it completes the table', async () => {
    await syncWith({ kind: 'expired_401', route: 'list', after: 2, times: 2 })
    portal.simulator.faults.clear()
    expect(await syncWith()).toMatchObject({
      outcome: 'succeeded',
      inserted: total() - 200,
      unchanged: 0,
    })
  })
})

describe('a portal that changes between pages', () => {
  it('a deleted record is left out', async () => {
    const before = total()
    expect(await syncWith({ kind: 'record_deleted', objectType: 'tickets' })).toMatchObject({
      outcome: 'succeeded',
      read: before - 1,
    })
    expect(await portal.count()).toBe(total())
  })

  it('a search that is down costs the time left and what changed meanwhile', async () => {
    const report = await syncWith({ kind: 'html_502', route: 'search', times: 99 })
    expect(report).toMatchObject({ outcome: 'partial', inserted: total() })
    expect(report.error).toMatchObject({ code: 'HUBSPOT_FAILED' })
    expect(portal.events.some(({ type }) => type === 'total_counted')).toBe(false)
  })
})
