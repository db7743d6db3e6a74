import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { casesOf } from './fault-cases.ts'
import { type FaultPortal, openFaultPortal, typeId } from './fault-portal.ts'

let faulty: FaultPortal
let changed = 0

beforeAll(async () => {
  faulty = await openFaultPortal()
  await faulty.syncWith(null)
})

afterAll(() => faulty[Symbol.asyncDispose]())

/** Every run finds a new record and a changed one. */
beforeEach(changeTwo)

function changeTwo(): void {
  const { store } = faulty.portal.simulator
  const ids = Object.keys(faulty.expectedRows())
  changed += 1
  store.create(typeId, { subject: `new ${changed}` })
  store.update(typeId, ids[changed] ?? '', { subject: `changed ${changed}` })
}

describe('once, in an incremental run', () => {
  test.each(
    casesOf('answer').filter(([, { retried, lasting }]) => retried !== null || lasting === null),
  )('%s: the run continues, and the changes are in the table', async (kind, { retried }) => {
    // The first call reads the account.
    const { report, screen, log, struck } = await faulty.syncWith({ kind, after: 1, ms: 50 })
    expect(struck).toBe(1)
    expect(report).toMatchObject({ outcome: 'succeeded', mode: 'incremental', error: null })
    expect(screen).toMatch(/^✓ tickets {2}1 new {2}1 changed {2}.*\d+\.\d s$/m)
    expect(screen).not.toContain('error[')
    expect(report.retries).toBe(retried === null ? 0 : 1)
    if (retried !== null) expect(log).toMatch(retried)
    expect(await faulty.rows()).toEqual(faulty.expectedRows())
    expect(await faulty.lastRun()).toMatchObject({ outcome: 'succeeded', mode: 'incremental' })
  })
})

describe('without end, in an incremental run', () => {
  test.each(
    casesOf('answer').flatMap(([kind, { lasting }]) => (lasting ? [[kind, lasting] as const] : [])),
  )(
    '%s: it says why, no row is touched, and the next run finds what this one missed',
    async (kind, { code, message, fix, more }) => {
      const before = await faulty.rows()
      const { report, screen } = await faulty.syncWith({ kind, after: 1, times: 999, ...more })
      expect(report).toMatchObject({ outcome: 'failed', mode: 'incremental', read: 0 })
      expect(screen).toMatch(/^✗ tickets {2}failed {2}nothing written {2}\d+\.\d s$/m)
      expect(/^error\[(\w+)\]: (.*)$/m.exec(screen)?.slice(1)).toEqual([
        code,
        expect.stringMatching(message),
      ])
      expect(/^ {2}fix: (.*)$/m.exec(screen)?.[1]).toMatch(fix)
      expect(await faulty.rows()).toEqual(before)
      expect(await faulty.lastRun()).toMatchObject({
        outcome: 'failed',
        error: `${code}: ${report.error?.message}`,
      })
      const next = await faulty.syncWith(null)
      expect(next.report).toMatchObject({ outcome: 'succeeded', mode: 'incremental' })
      expect(await faulty.rows()).toEqual(faulty.expectedRows())
    },
  )
})

test('changes between pages of a list wait for one: an incremental run reads none', async () => {
  for (const [kind] of casesOf('portal')) {
    expect((await faulty.syncWith({ kind, objectType: 'tickets' })).struck).toBe(0)
    expect(await faulty.rows()).toEqual(faulty.expectedRows())
  }
})

test('index_lag: what the index does not show yet is found by a later run', async () => {
  const lag = { kind: 'index_lag', ms: 60_000 } as const
  const { report, screen } = await faulty.syncWith(lag, changeTwo)
  expect(report).toMatchObject({ outcome: 'succeeded', mode: 'incremental', error: null })
  expect(screen).not.toContain('error[')
  expect(await faulty.rows()).not.toEqual(faulty.expectedRows())
  const next = await faulty.syncWith(null)
  expect(next.report).toMatchObject({ outcome: 'succeeded', mode: 'incremental' })
  expect(await faulty.rows()).toEqual(faulty.expectedRows())
})

test('search_since_1970_500: no run searches from the beginning of time', async () => {
  const { report, screen, struck } = await faulty.syncWith({ kind: 'search_since_1970_500' })
  expect(struck).toBe(0)
  expect(report).toMatchObject({ outcome: 'succeeded', mode: 'incremental', error: null })
  expect(screen).not.toContain('error[')
  expect(await faulty.rows()).toEqual(faulty.expectedRows())
})
