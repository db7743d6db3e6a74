import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeCost } from '../../generator/cli/status/print-cost.ts'
import { readCost } from '../../runtime/monitoring/read-cost.ts'
import { openStateDatabase, type StateDatabase } from '../support/state-database.ts'

let state: StateDatabase

beforeAll(async () => {
  state = await openStateDatabase()
})

beforeEach(() => state.scratch.query('TRUNCATE hubgen.run CASCADE'))

afterAll(() => state[Symbol.asyncDispose]())

/** A run that began this many minutes ago and took this many minutes. */
async function addRun(minutesAgo: number, minutes: number, looks = 0, calls = 3): Promise<void> {
  await state.scratch.query(`INSERT INTO hubgen.run
    (entity, mode, outcome, started_at, finished_at, calls, quiet_looks, quiet_calls)
    VALUES ('deals', 'incremental', 'succeeded', now() - interval '${minutesAgo} minutes',
      now() - interval '${minutesAgo - minutes} minutes', ${calls}, ${looks}, ${2 * looks})`)
}

describe('the cost of 30 days', () => {
  test('is not known without a run', async () => {
    const cost = await readCost(state.database)
    expect(cost).toMatchObject({ firstRunAt: null, runs: 0, awake: { hours: 0, share: null } })
    expect(describeCost(cost)).toEqual([
      'no run in the last 30 days: nothing is known about their cost',
    ])
    expect(describeCost(null)).toEqual(describeCost(cost))
  })

  test('counts the minutes of runs that overlap once, and five more until the compute sleeps', async () => {
    await addRun(600, 10)
    await addRun(595, 10)
    // Within the five minutes after the one before.
    await addRun(582, 1)
    await addRun(300, 2, 90)
    await addRun(43_300, 60)
    const cost = await readCost(state.database)
    expect(cost).toMatchObject({ runs: 4, looks: 90, calls: { runs: 12, looks: 180, total: 192 } })
    // From 600 to 576 minutes ago, and seven minutes.
    expect(cost.awake.wakes).toBe(2)
    expect(cost.awake.hours * 60).toBeCloseTo(24 + 7, 1)
    expect(cost.awake.share).toBeCloseTo(31 / 600, 3)
    const text = describeCost(cost).join('\n')
    expect(text).toContain('192, 180 of them in 90 looks that found nothing new')
    expect(text).toContain('about 0.5 h awake, 5.2 % of that time, in 2 periods: an estimate')
  })

  test('says since when the server counts its WAL, and estimates only from a longer time', async () => {
    await addRun(60, 1)
    const cost = await readCost(state.database)
    expect(cost.wal.bytes).toBeGreaterThan(0)
    expect(cost.wal.estimatedBytes).toBeNull()
    expect(describeCost(cost).join('\n')).toMatch(
      /WAL +[\d.]+ [kMG]?B since 20.*Z, of the whole server/,
    )
    const countedSince = new Date(cost.until.getTime() - 60 * 86_400_000)
    const wal = { bytes: 4e9, countedSince, estimatedBytes: 2e9 }
    expect(describeCost({ ...cost, wal }).join('\n')).toContain('about 2.0 GB of the whole server')
    const hidden = { bytes: null, countedSince: null, estimatedBytes: null }
    expect(describeCost({ ...cost, wal: hidden }).join('\n')).toContain('does not say')
  })
})
