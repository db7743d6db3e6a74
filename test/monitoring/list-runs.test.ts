import { afterAll, beforeAll, expect, test } from 'vitest'
import { listRuns, readRun } from '../../runtime/monitoring/list-runs.ts'
import { readStory, readThroughput } from '../../runtime/monitoring/read-journal.ts'
import { openStateDatabase, type StateDatabase } from '../support/state-database.ts'
import { openSyncPortal } from '../support/sync-portal.ts'

let state: StateDatabase

beforeAll(async () => {
  state = await openStateDatabase()
})

afterAll(() => state[Symbol.asyncDispose]())

test('the history of an entity comes page by page, the newest first', async () => {
  const { database } = state
  const ids: string[] = []
  for (const outcome of ['succeeded', 'not_started', null])
    ids.push(await state.addRun({ outcome }))
  await state.addRun({ entity: 'contacts' })
  const [first, second, third] = ids
  await state.scratch.query(
    `INSERT INTO hubgen.lease (entity, run_id, holder, expires_at)
     VALUES ('deals', $1, 'here', now() + interval '1 day')`,
    [third],
  )
  const page = await listRuns(database, 'deals', { limit: 2 })
  expect(page).toMatchObject([
    { id: third, entity: 'deals', outcome: 'running', finishedAt: null },
    { id: second, outcome: 'not_started' },
  ])
  expect(await listRuns(database, 'deals', { limit: 2, before: second ?? '' })).toEqual([
    {
      id: first,
      entity: 'deals',
      mode: 'incremental',
      outcome: 'succeeded',
      startedAt: new Date('2026-11-20T09:00:00Z'),
      finishedAt: new Date('2026-11-20T09:00:10Z'),
      seconds: 10,
      read: 0,
      inserted: 0,
      updated: 0,
      unchanged: 0,
      deleted: 0,
      rejectedValues: 0,
      rejectedRecords: 0,
      calls: 0,
      error: null,
      fix: null,
      holder: null,
    },
  ])
  await state.scratch.query(`UPDATE hubgen.lease SET expires_at = now()`)
  expect(await readRun(database, third ?? '')).toMatchObject({ outcome: 'interrupted' })
})

test.each(['', '-1', '1 OR 1=1', '99999999999999999999', '0x1'])(
  'of `%s`, which is no id, there is nothing',
  async (id) => {
    const { database } = state
    expect(await readRun(database, id)).toBeNull()
    expect(await readStory(database, id)).toEqual([])
    expect(await readThroughput(database, id)).toEqual([])
    expect(await listRuns(database, 'deals', { before: id, limit: 9 })).toEqual([])
  },
)

test('the journal of a real run is read in order, without its progress', async () => {
  await using portal = await openSyncPortal('deals', { records: { deals: 30 } })
  const report = await portal.sync()
  const { connection } = portal
  const all = await readStory(connection, report.runId)
  const numbers = all.map(({ number }) => number)
  expect(numbers).toEqual(numbers.toSorted((one, other) => one - other))
  const types = all.map(({ type }) => type)
  expect(types).toEqual(expect.arrayContaining(['pass_finished', 'records_written']))
  expect([types[0], types.at(-1)]).toEqual(['run_started', 'run_finished'])
  expect(types).not.toContain('progress')
  const points = await readThroughput(connection, report.runId)
  expect(points.at(-1)).toMatchObject({ calls: report.calls })
  expect(await listRuns(connection, 'deals', { limit: 9 })).toMatchObject([
    { id: report.runId, outcome: 'succeeded', read: report.read, calls: report.calls },
  ])
})

test.each([1, 2, 199, 200, 201, 1_000])(
  'of %i rows of progress, 200 points at most',
  async (rows) => {
    const run = await state.addRun()
    await state.scratch.query(
      `INSERT INTO hubgen.event (run_id, number, at, type, body)
     SELECT $1, number, to_timestamp(number), 'progress',
       jsonb_build_object('pass', 'records', 'read', number * 100, 'calls', number)
     FROM generate_series(1, $2::int) AS number`,
      [run, rows],
    )
    const points = await readThroughput(state.database, run)
    expect(points).toHaveLength(Math.min(rows, 200))
    expect(points[0]).toEqual({ atMs: 1_000, pass: 'records', read: 100, calls: 1 })
    expect(points.at(-1)).toMatchObject({ atMs: rows * 1_000, read: rows * 100 })
    const calls = points.map((point) => point.calls)
    expect(calls).toEqual([...new Set(calls)].toSorted((one, other) => one - other))
  },
)
