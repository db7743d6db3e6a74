import { describe, expect, test } from 'vitest'
import { historyBounds } from '../../runtime/monitoring/history-bounds.ts'
import { daysOf, pointsOf } from '../../runtime/monitoring/history-days.ts'
import {
  type RunHistory,
  type RunSpan,
  readRunHistory,
} from '../../runtime/monitoring/read-run-history.ts'
import { openStateDatabase } from '../support/state-database.ts'

const hourMs = 3_600_000
const now = new Date('2026-11-20T12:00:00Z')

function hoursBefore(hours: number): Date {
  return new Date(now.getTime() - hours * hourMs)
}

describe('the days of a history', () => {
  test('are thirty, in four parts, and end with today', () => {
    const bounds = historyBounds('UTC', now)
    expect(bounds).toHaveLength(30 * 4 + 1)
    expect(bounds[0]).toEqual(new Date('2026-10-22T00:00:00Z'))
    expect(bounds[1]).toEqual(new Date('2026-10-22T06:00:00Z'))
    expect(bounds.at(-1)).toEqual(new Date('2026-11-21T00:00:00Z'))
  })

  test('are those of the time zone; the day of a change of clocks is longer', () => {
    // In Berlin, clocks are set back on 25 October 2026; there it is the 21st already.
    const bounds = historyBounds('Europe/Berlin', new Date('2026-11-20T23:30:00Z'))
    expect(bounds[0]).toEqual(new Date('2026-10-22T22:00:00Z'))
    expect(bounds.at(-1)).toEqual(new Date('2026-11-21T23:00:00Z'))
    const days = bounds.filter((_, index) => index % 4 === 0).map((start) => start.getTime())
    const hours = days.slice(1).map((end, index) => (end - (days[index] ?? 0)) / hourMs)
    expect(hours.filter((one) => one !== 24)).toEqual([25])
  })
})

test('runs are counted where they began, by outcome; an active one has its duration so far', async () => {
  await using state = await openStateDatabase()
  const bounds = [48, 24, 0, -24].map(hoursBefore)
  const add = (hours: number, run: Parameters<typeof state.addRun>[0] = {}) =>
    state.addRun({ startedAt: hoursBefore(hours), ...run })
  await add(60, { seconds: 900 })
  await add(50, { outcome: 'failed' })
  await add(47, { seconds: 20, calls: 5 })
  await add(30, { seconds: 50, calls: 7 })
  await add(25, { outcome: 'failed', seconds: 2, mode: 'full' })
  await add(24.5, { mode: 'test', seconds: 3, calls: 1 })
  await add(26, { outcome: null })
  await add(24, { entity: 'contacts' })
  await state.scratch.query(
    `UPDATE hubgen.run SET inserted = 4, deleted = 1, rejected_values = 2, rejected_records = 1
     WHERE outcome = 'succeeded'`,
  )
  const active = await state.addRun({ startedAt: new Date(), outcome: null })
  await state.scratch.query(
    `INSERT INTO hubgen.lease (entity, run_id, holder, expires_at)
     VALUES ('deals', $1, 'here', now() + interval '1 hour')`,
    [active],
  )
  const names = ['deals', 'contacts', 'notes']
  const found = await readRunHistory(state.database, names, [...bounds, new Date(8.64e15)])
  expect(found.get('deals')).toMatchObject({
    ranBefore: true,
    freshBefore: hoursBefore(60),
    spans: [
      {
        from: bounds[0],
        until: bounds[1],
        outcomes: { succeeded: 3, failed: 1, interrupted: 1 },
        longestSeconds: 50,
        calls: 13,
        setAside: 9,
        growth: 9,
        success: { startedAt: hoursBefore(30) },
      },
      { outcomes: {}, longestSeconds: null, success: null },
      {},
      { outcomes: { running: 1 }, success: null },
    ],
  })
  expect(found.get('contacts')).toMatchObject({
    ranBefore: false,
    freshBefore: null,
    spans: [{ outcomes: {} }, { outcomes: { succeeded: 1 } }, {}, {}],
  })
  expect(found.get('notes')?.spans.every(({ outcomes }) => !('succeeded' in outcomes))).toBe(true)
})

/** Four spans of six hours, of which the third has begun. */
function historyOf(spans: readonly Partial<RunSpan>[], rest: Partial<RunHistory> = {}): RunHistory {
  const whole = spans.map(
    (span, index): RunSpan => ({
      from: hoursBefore(13 - index * 6),
      until: hoursBefore(7 - index * 6),
      outcomes: {},
      longestSeconds: null,
      calls: 0,
      setAside: 0,
      growth: 0,
      success: null,
      ...span,
    }),
  )
  return { spans: whole, ranBefore: false, freshBefore: null, ...rest }
}

const ran = { outcomes: { succeeded: 1 } }

describe('the figures of the past', () => {
  test('are unknown before the first run and in the future', () => {
    const points = pointsOf(historyOf([{}, { ...ran, growth: 10 }, { ...ran, growth: -3 }, {}]), {
      rows: 7,
      now,
    })
    expect(points.map(({ rows }) => rows)).toEqual([null, 10, 7, null])
    expect(points.map(({ ageSeconds }) => ageSeconds)).toEqual([null, null, null, null])
    const never = pointsOf(historyOf([{}, {}, {}, {}]), { rows: 0, now })
    expect(never.map(({ rows }) => rows)).toEqual([null, null, null, null])
    const uncounted = pointsOf(historyOf([ran, {}, {}, {}]), { rows: null, now })
    expect(uncounted.map(({ rows }) => rows)).toEqual([null, null, null, null])
  })

  test('an age grows until a run succeeds, and counts from the start of that run once it has ended', () => {
    const success = { startedAt: hoursBefore(8), finishedAt: hoursBefore(5) }
    const history = historyOf([{ success }, {}, {}, {}], { freshBefore: hoursBefore(20) })
    const ages = pointsOf(history, { rows: null, now }).map(({ ageSeconds }) => ageSeconds)
    expect(ages).toEqual([13 * 3_600, 7 * 3_600, 8 * 3_600, null])
  })

  test('a day has the sums, the last rows and the highest age of its parts', () => {
    const [day, ...others] = daysOf(
      pointsOf(
        historyOf(
          [
            { ...ran, calls: 2, setAside: 1, longestSeconds: 9, growth: 1 },
            { outcomes: { failed: 2 }, calls: 3, longestSeconds: 30 },
            ran,
            {},
          ],
          { ranBefore: true, freshBefore: hoursBefore(20) },
        ),
        { rows: 5, now },
      ),
    )
    expect(others).toEqual([])
    expect(day).toMatchObject({
      from: hoursBefore(13),
      until: hoursBefore(-11),
      outcomes: { succeeded: 2, failed: 2 },
      longestSeconds: 30,
      calls: 5,
      setAside: 1,
      rows: 5,
      ageSeconds: 20 * 3_600,
    })
  })
})
