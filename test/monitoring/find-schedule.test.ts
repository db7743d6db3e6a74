import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { describeStatus } from '../../generator/cli/status/describe-status.ts'
import { findSchedule, type RecentRun } from '../../runtime/monitoring/find-schedule.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { describeVerdict } from '../../runtime/monitoring/verdict/describe-verdict.ts'
import { findProblems } from '../../runtime/monitoring/verdict/find-problems.ts'
import { openStateDatabase, type StateDatabase } from '../support/state-database.ts'

const noon = new Date('2026-11-20T12:00:00Z')
const holder = 'etl-1.example.com, process 4711'

function minutesAgo(minutes: number): Date {
  return new Date(noon.getTime() - minutes * 60_000)
}

/** Runs that began this many minutes before noon, newest first. */
function runsAt(
  minutes: readonly number[],
  everySeconds: number | null = null,
  quietUntil: Date | null = null,
): RecentRun[] {
  return minutes.map((ago) => ({ startedAt: minutesAgo(ago), everySeconds, holder, quietUntil }))
}

const idle = { now: noon, isRunning: false }

describe('a schedule', () => {
  test('is stated by `--every`, from the first run on', () => {
    expect(findSchedule(runsAt([5], 900), idle)).toEqual({
      source: 'every',
      everySeconds: 900,
      lastAt: minutesAgo(5),
      nextAt: minutesAgo(-10),
      missed: 0,
      machine: 'etl-1.example.com',
      quietUntil: null,
    })
  })

  test('of a quiet watcher outlasts a run that a person starts meanwhile', () => {
    const quietUntil = minutesAgo(-300)
    const runs = [
      ...runsAt([240]),
      ...runsAt([300], 900, quietUntil),
      ...runsAt([315, 330, 345], 900),
    ]
    expect(findSchedule(runs, idle)).toMatchObject({ source: 'every', missed: 0, quietUntil })
    const over = { now: new Date(quietUntil.getTime() + 1), isRunning: false }
    expect(findSchedule(runs, over)?.quietUntil ?? null).toBeNull()
  })

  test('of cron shows in the intervals, also where a run is late or a person ran one more', () => {
    expect(findSchedule(runsAt([4, 19, 34, 50, 64]), idle)).toMatchObject({
      source: 'runs',
      everySeconds: 900,
      nextAt: minutesAgo(-11),
    })
    expect(findSchedule(runsAt([4, 19, 34, 49, 58, 64, 79, 94]), idle)?.everySeconds).toBe(900)
  })

  test.each<[string, readonly number[]]>([
    ['no run', []],
    ['few runs', [5, 20, 35]],
    ['runs of a person', [1, 1.2, 1.5, 1.9, 2]],
    ['runs at any time', [10, 200, 260, 1_000, 1_100, 5_000]],
  ])('is not guessed from %s', (_, minutes) => {
    expect(findSchedule(runsAt(minutes), idle)).toBeNull()
  })

  test.each([
    [16, 0],
    [31, 1],
    [52, 3],
  ])('whose last run is %d min ago has missed %d rounds of 15 min', (minutes, missed) => {
    expect(findSchedule(runsAt([minutes], 900), idle)?.missed).toBe(missed)
    expect(findSchedule(runsAt([minutes], 900), { ...idle, isRunning: true })?.missed).toBe(0)
  })

  test.each([
    ['still quiet', -60, 0, -5],
    ['due to leave a trace', 10, 0, -5],
    ['silent for too long', 60, 3, 45],
  ])('of a watcher that is %s misses no round before its quiet ends', (_, ago, missed, nextAgo) => {
    const quietUntil = minutesAgo(ago)
    expect(findSchedule(runsAt([610], 900, quietUntil), idle)).toMatchObject({
      missed,
      nextAt: minutesAgo(nextAgo),
      quietUntil: ago < 0 ? quietUntil : null,
    })
  })
})

describe('in the status', () => {
  let state: StateDatabase

  beforeAll(async () => {
    state = await openStateDatabase()
  })

  beforeEach(() => state.scratch.query('TRUNCATE hubgen.run CASCADE'))

  afterAll(() => state[Symbol.asyncDispose]())

  test('a schedule without runs for three rounds is a problem', async () => {
    const look = async () => {
      const deals = { name: 'deals', table: 'hubspot.deal' } as const
      const status = await readStatus(state.database, [deals], { now: noon })
      const text = stripVTControlCharacters(
        describeStatus(status, describeVerdict(status)).join('\n'),
      )
      return { schedule: status.entities[0]?.schedule, problems: findProblems(status), text }
    }
    for (const minutes of [97, 82, 67, 52]) {
      const id = await state.addRun({ startedAt: minutesAgo(minutes) })
      await state.scratch.query(`UPDATE hubgen.run SET holder = $1 WHERE id = $2`, [holder, id])
      await state.scratch.query(
        `INSERT INTO hubgen.pass (entity, pass, begun_at, finished_at, fresh_as_of, run_id)
         VALUES ('deals', 'records', $1, $1, $1, $2) ON CONFLICT (entity, pass) DO UPDATE
         SET fresh_as_of = excluded.fresh_as_of, run_id = excluded.run_id`,
        [minutesAgo(minutes), id],
      )
    }
    expect(await look()).toMatchObject({
      schedule: { source: 'runs', everySeconds: 900, missed: 3, machine: 'etl-1.example.com' },
      problems: [{ kind: 'rounds_missed', entity: 'deals', command: 'sync deals' }],
      text: expect.stringContaining(
        'next round: 3 rounds missed (about every 15 min, on etl-1.example.com)\ndeals: nothing has run for 3 rounds',
      ),
    })
    await state.addRun({ startedAt: minutesAgo(2) })
    expect(await look()).toMatchObject({
      problems: [],
      text: expect.stringContaining('next round: in 13 min (about every 15 min)\nall is well'),
    })
  })
})
