import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { waitingLongest } from '../../runtime/postgres/state/waiting-longest.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let scratch: TestDatabase
let database: Database

beforeAll(async () => {
  scratch = await createDatabase()
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  await waitingLongest(database, [])
})

afterAll(async () => {
  await database.close()
  await scratch.close()
})

beforeEach(() => scratch.query('TRUNCATE hubgen.run CASCADE'))

interface Work {
  readonly minutes: number
  /** Whether a run fails after its minutes. */
  readonly fails?: boolean
}

const sliceMinutes = 10
const startMs = Date.UTC(2026, 10, 29)
const timeOf = (minute: number) => new Date(startMs + minute * 60_000).toISOString()

async function insertRun(entity: string, from: number, to: number, outcome: string): Promise<void> {
  await scratch.query(
    `INSERT INTO hubgen.run (entity, mode, started_at, finished_at, outcome)
    VALUES ($1, 'full', $2, $3, $4)`,
    [entity, timeOf(from), timeOf(to), outcome],
  )
  if (outcome !== 'succeeded') return
  await scratch.query(
    `INSERT INTO hubgen.pass (entity, pass, begun_at, finished_at, fresh_as_of, run_id)
    SELECT $1, 'changes', $2, $3, $2, max(id) FROM hubgen.run
    ON CONFLICT (entity, pass) DO UPDATE SET fresh_as_of = excluded.fresh_as_of`,
    [entity, timeOf(from), timeOf(to)],
  )
}

/** Slices one after another by a virtual clock; returns the entities that each of them ran, and the end of each. */
async function runSlices(slices: number, work: ReadonlyMap<string, Work>) {
  const left = new Map([...work].map(([name, { minutes }]) => [name, minutes]))
  const turns: string[][] = []
  let minute = 0
  for (let slice = 0; slice < slices; slice += 1) {
    const over = minute + sliceMinutes
    const turn: string[] = []
    for (const name of await waitingLongest(database, [...work.keys()])) {
      if (minute >= over) break
      const { minutes = 0, fails = false } = work.get(name) ?? {}
      const needed = left.get(name) ?? 0
      const end = Math.min(minute + needed, over)
      const isDone = minute + needed <= over
      await insertRun(name, minute, end, !isDone ? 'limited' : fails ? 'failed' : 'succeeded')
      // A first load is short once it is complete.
      left.set(name, isDone ? Math.min(minutes, 1) : needed - (end - minute))
      if (isDone && fails) left.set(name, minutes)
      minute = end
      turn.push(name)
    }
    turns.push(turn)
  }
  return turns
}

test('a first load of many slices advances in each of them, after the entities that have waited', async () => {
  const work = new Map([
    ['contacts', { minutes: 60 }],
    ['deals', { minutes: 1 }],
    ['tickets', { minutes: 2 }],
  ])
  const turns = await runSlices(10, work)
  expect(turns[0]).toEqual(['contacts'])
  // 10 minutes in the first slice, then what the others leave of each.
  for (const turn of turns.slice(1, 7)) expect(turn).toEqual(['deals', 'tickets', 'contacts'])
  const loads = await scratch.query<{ outcome: string }>(
    "SELECT DISTINCT outcome FROM hubgen.run WHERE entity = 'contacts' ORDER BY outcome",
  )
  expect(loads.map(({ outcome }) => outcome)).toEqual(['limited', 'succeeded'])
})

test('two first loads take turns, and an entity that fails each time holds up nobody', async () => {
  const work = new Map<string, Work>([
    ['contacts', { minutes: 100 }],
    ['companies', { minutes: 100 }],
    ['calls', { minutes: 6, fails: true }],
    ['deals', { minutes: 1 }],
  ])
  const turns = await runSlices(12, work)
  // Every entity has its turn in any three slices.
  for (let first = 0; first + 3 <= turns.length; first += 1) {
    expect(new Set(turns.slice(first, first + 3).flat())).toEqual(new Set(work.keys()))
  }
})

test('the oldest copy comes first, whatever was tried since', async () => {
  await insertRun('deals', 0, 50, 'succeeded')
  await insertRun('tickets', 10, 11, 'succeeded')
  // Began earlier, ended later: its copy is the older one.
  expect(await waitingLongest(database, ['tickets', 'deals'])).toEqual(['deals', 'tickets'])
  await insertRun('tasks', 55, 56, 'limited')
  // A trial of some records leaves the copy as old as it was.
  await scratch.query(
    `INSERT INTO hubgen.run (entity, mode, started_at, finished_at, outcome)
    VALUES ('deals', 'test', $1, $1, 'succeeded'), ('notes', 'test', $1, $1, 'succeeded')`,
    [timeOf(60)],
  )
  const names = ['tasks', 'tickets', 'deals', 'notes', 'calls']
  expect(await waitingLongest(database, names)).toEqual([
    'calls',
    'notes',
    'deals',
    'tickets',
    'tasks',
  ])
})
