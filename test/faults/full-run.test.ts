import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { faultKinds } from '../../simulator/fault.ts'
import { casesOf, faultCases } from './fault-cases.ts'
import { type FaultPortal, openFaultPortal, typeId } from './fault-portal.ts'

let faulty: FaultPortal
/** Of a run without a fault. */
let quarantine: readonly object[]

beforeAll(async () => {
  faulty = await openFaultPortal()
  await faulty.syncWith(null)
  quarantine = await faulty.quarantine()
  expect(quarantine.length).toBeGreaterThan(0)
})

afterAll(() => faulty[Symbol.asyncDispose]())

beforeEach(() => faulty.forget())

test('every fault of the simulator has its case', () => {
  expect(Object.keys(faultCases).sort()).toEqual([...faultKinds].sort())
})

describe('once, in the middle of a full run', () => {
  test.each(
    casesOf('answer').filter(([, { retried, lasting }]) => retried !== null || lasting === null),
  )('%s: the run continues, the log names it, the table is complete', async (kind, { retried }) => {
    const fault = { kind, route: 'list', objectType: 'tickets', after: 1, ms: 50 }
    const { report, screen, log, struck } = await faulty.syncWith(fault)
    expect(struck).toBe(1)
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    expect(screen).toMatch(/^✓ tickets {2}\d+ new( {2}.*)? {2}\d+\.\d s$/m)
    expect(screen).not.toContain('error[')
    if (retried === null) expect(screen).not.toContain('repeated')
    else {
      expect(screen).toMatch(/; \d+ API calls, 1 repeated$/m)
      expect(log).toMatch(retried)
    }
    expect(await faulty.rows()).toEqual(faulty.expectedRows())
    expect(await faulty.quarantine()).toEqual(quarantine)
    expect(await faulty.lastRun()).toMatchObject({ outcome: 'succeeded', error: null })
  })
})

describe('without end, from the middle of a full run on', () => {
  test.each(
    casesOf('answer').flatMap(([kind, { lasting }]) => (lasting ? [[kind, lasting] as const] : [])),
  )(
    '%s: it says why and what to do, what was read stays, and the next run completes it',
    async (kind, { code, message, fix, more }) => {
      const fault = { kind, route: 'list', objectType: 'tickets', after: 2, times: 99, ...more }
      const { report, screen } = await faulty.syncWith(fault)
      expect(report.outcome).toBe('partial')
      expect(screen).toMatch(/^✗ tickets {2}incomplete {2}200 new {2}.*\d+\.\d s$/m)
      expect(/^error\[(\w+)\]: (.*)$/m.exec(screen)?.slice(1)).toEqual([
        code,
        expect.stringMatching(message),
      ])
      expect(screen).toMatch(/^ {2}at {3}GET http\S+\/crm\/objects\/2026-09\/0-5$/m)
      expect(/^ {2}fix: (.*)$/m.exec(screen)?.[1]).toMatch(fix)
      const rows = await faulty.rows()
      expect(Object.keys(rows)).toHaveLength(200)
      expect(faulty.expectedRows()).toMatchObject(rows)
      expect(await faulty.lastRun()).toMatchObject({
        outcome: 'partial',
        read: '200',
        error: `${code}: ${report.error?.message}`,
      })
      const next = await faulty.syncWith(null)
      expect(next.report.outcome).toBe('succeeded')
      expect(await faulty.rows()).toEqual(faulty.expectedRows())
      expect(await faulty.quarantine()).toEqual(quarantine)
    },
  )
})

describe('between two pages of a full run', () => {
  test.each(casesOf('portal'))(
    '%s: the run continues, and at the latest the next one has it',
    async (kind, { lags, more }) => {
      const before = faulty.expectedRows()
      const fault = { kind, objectType: 'tickets', ...more }
      const { report, screen, struck } = await faulty.syncWith(fault)
      expect(struck).toBe(1)
      expect(report).toMatchObject({ outcome: 'succeeded', error: null })
      expect(screen).not.toContain('error[')
      expect(await faulty.lastRun()).toMatchObject({ outcome: 'succeeded', error: null })
      const rows = await faulty.rows()
      const expected = faulty.expectedRows()
      const differing = Object.keys({ ...rows, ...expected }).filter(
        (id) => rows[id] !== expected[id],
      )
      // A merge concerns two records.
      const most = { nothing: 0, 'the changed record': kind === 'record_merged' ? 2 : 1 }
      expect(differing.length).toBeLessThanOrEqual(most[lags])
      expect(Object.keys(rows).length).toBeGreaterThanOrEqual(Object.keys(before).length - 2)
      await faulty.syncWith(null)
      expect(await faulty.rows()).toEqual(expected)
    },
  )
})

describe('a search index that trails', () => {
  test('index_lag: everything is read by the list', async () => {
    const { report, screen, struck } = await faulty.syncWith({ kind: 'index_lag', ms: 60_000 })
    // The index lags all the time, so no single call is affected.
    expect(struck).toBe(0)
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    expect(screen).not.toContain('error[')
    expect(await faulty.rows()).toEqual(faulty.expectedRows())
    expect(report.read).toBeGreaterThanOrEqual(faulty.portal.simulator.store.count(typeId))
  })
})
