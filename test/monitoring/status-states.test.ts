import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EntityStatus, WatchedEntity } from '../../runtime/monitoring/copy-status.ts'
import { countRows } from '../../runtime/monitoring/count-rows.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { findProblems } from '../../runtime/monitoring/verdict/find-problems.ts'
import { openStateDatabase, type StateDatabase } from '../support/state-database.ts'

const deals: WatchedEntity = { name: 'deals', table: 'hubspot.deal', label: 'Deals' }
const contacts: WatchedEntity = { name: 'contacts', table: 'hubspot.contact', label: 'Contacts' }
const noon = new Date('2026-11-20T12:00:00Z')
let state: StateDatabase

beforeAll(async () => {
  state = await openStateDatabase()
})

beforeEach(() =>
  state.scratch.query('TRUNCATE hubgen.run, hubgen.drift, hubgen.check_result CASCADE'),
)

afterAll(() => state[Symbol.asyncDispose]())

function ago(now: Date, seconds: number): Date {
  return new Date(now.getTime() - seconds * 1000)
}

async function statusOf(now = noon): Promise<EntityStatus> {
  const { entities } = await readStatus(state.database, [deals], { now })
  const [status] = entities
  if (status === undefined) throw new Error('there is no status')
  return status
}

async function complete(runId: string, asOf: Date, pass = 'records'): Promise<void> {
  await state.scratch.query(
    `INSERT INTO hubgen.pass (entity, pass, begun_at, finished_at, fresh_as_of, run_id)
     VALUES ('deals', $1, $2, $2, $2, $3)`,
    [pass, asOf, runId],
  )
}

async function lease(runId: string, expiresAt: Date, cancelRequestedAt?: Date): Promise<void> {
  await state.scratch.query(
    `INSERT INTO hubgen.lease
      (entity, run_id, holder, acquired_at, heartbeat_at, expires_at, cancel_requested_at)
     VALUES ('deals', $1, 'here', $2, $2, $3, $4)`,
    [runId, ago(noon, 30), expiresAt, cancelRequestedAt],
  )
}

test.each([
  ['succeeded', 'ok'],
  ['cancelled', 'ok'],
  ['limited', 'ok'],
  ['partial', 'failed'],
  ['failed', 'failed'],
  ['not_started', 'failed'],
  ['interrupted', 'interrupted'],
  [null, 'interrupted'],
])('after one that was complete, a run that is %s is %s', async (outcome, expected) => {
  await complete(await state.addRun({ mode: 'full' }), ago(noon, 3_600))
  const last = await state.addRun({ outcome })
  // Neither says how complete the copy is.
  await state.addRun({ mode: 'test', outcome: 'failed' })
  await state.addRun({ mode: 'repair' })
  expect(await statusOf()).toMatchObject({ state: expected, lastSync: { id: last } })
})

test.each([
  ['cancelled', 'interrupted'],
  ['limited', 'interrupted'],
  ['succeeded', 'never'],
  ['failed', 'failed'],
])('before anything was complete, a run that is %s is %s', async (outcome, expected) => {
  await state.addRun({ outcome })
  expect((await statusOf()).state).toBe(expected)
})

test('a run with a lease runs, one whose lease is past its time was interrupted', async () => {
  const earlier = await state.addRun({ mode: 'full', seconds: 40 })
  const run = await state.addRun({ outcome: null, mode: 'full', startedAt: ago(noon, 30) })
  await lease(run, ago(noon, -30), ago(noon, 1))
  expect(await statusOf()).toMatchObject({
    state: 'running',
    running: {
      id: run,
      mode: 'full',
      holder: 'here',
      startedAt: ago(noon, 30),
      signOfLifeAt: ago(noon, 30),
      cancelRequestedAt: ago(noon, 1),
      progress: null,
    },
    lastRun: { id: earlier },
    expectedSeconds: { full: 40, incremental: null },
  })
  expect(await statusOf(ago(noon, -31))).toMatchObject({
    state: 'interrupted',
    running: null,
    lastRun: { id: run, outcome: 'interrupted', finishedAt: null },
  })
})

test('progress has the pace of its pass, and what is left at that pace', async () => {
  const run = await state.addRun({ outcome: null })
  await lease(run, ago(noon, -30))
  await state.addProgress(run, noon, [
    { pass: 'changes', read: 4_000, calls: 90 },
    { read: 100, total: 1_000, calls: 100 },
    { read: 300, total: 1_000, calls: 110 },
    { read: 500, total: 1_000, calls: 120, waiting: 'HubSpot says wait', inserted: 7 },
  ])
  const { running } = await statusOf()
  expect(running?.progress).toEqual({
    at: noon,
    pass: 'records',
    read: 500,
    total: 1_000,
    inserted: 7,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    rejectedValues: 0,
    rejectedRecords: 0,
    calls: 120,
    retries: 0,
    recordsPerSecond: 200,
    callsPerSecond: 10,
    secondsLeft: 2.5,
    waiting: 'HubSpot says wait',
  })
  // Nothing has moved since.
  const still = (await statusOf(ago(noon, -25))).running?.progress
  expect(still).toMatchObject({ recordsPerSecond: 0, callsPerSecond: 0, secondsLeft: null })
})

test('the first row of progress gives no pace', async () => {
  const run = await state.addRun({ outcome: null })
  await lease(run, ago(noon, -30))
  await state.addProgress(run, noon, [{ read: 100, total: 1_000, calls: 3 }])
  expect((await statusOf()).running?.progress).toMatchObject({
    recordsPerSecond: null,
    callsPerSecond: null,
    secondsLeft: null,
  })
})

test('the expected time is the median of the last ten that succeeded, by mode', async () => {
  await state.addRun({ seconds: 9_999 })
  for (const seconds of [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]) await state.addRun({ seconds })
  await state.addRun({ seconds: 7_777, outcome: 'failed' })
  await state.addRun({ mode: 'full', seconds: 300 })
  expect((await statusOf()).expectedSeconds).toEqual({ full: 300, incremental: 5.5 })
})

test('the copy is as old as its stamped columns; other parts may be older', async () => {
  const run = await state.addRun({ mode: 'full' })
  await complete(run, ago(noon, 7 * 86_400), 'reconciliation')
  await complete(run, ago(noon, 86_400))
  await complete(run, ago(noon, 86_400), 'calculated')
  await complete(run, ago(noon, 600), 'changes')
  expect(await statusOf()).toMatchObject({
    state: 'ok',
    freshness: {
      asOf: ago(noon, 600),
      ageSeconds: 600,
      oldest: { part: 'reconciliation', ageSeconds: 7 * 86_400 },
      parts: [
        { part: 'calculated', asOf: ago(noon, 86_400), ageSeconds: 86_400 },
        { part: 'reconciliation' },
        { part: 'stamped', ageSeconds: 600 },
      ],
    },
  })
  expect((await statusOf(ago(noon, -26 * 3_600))).state).toBe('stale')
})

test('calls count from midnight of the portal on, those of the running run too', async () => {
  // 05:00Z is midnight in New York.
  await state.addRun({ startedAt: new Date('2026-11-20T04:59:59Z'), calls: 1_000 })
  await state.addRun({ startedAt: new Date('2026-11-20T05:00:00Z'), calls: 20 })
  const other = await state.addRun({ entity: 'contacts', calls: 3 })
  const daily = { permitted: 500_000, remaining: 400_000 }
  await state.addProgress(other, new Date('2026-11-20T05:30:00Z'), [{ daily }])
  const run = await state.addRun({ outcome: null, startedAt: ago(noon, 9), calls: 5 })
  await lease(run, ago(noon, -30))
  await state.addProgress(run, noon, [{ calls: 100 }])
  const both = [deals, contacts]
  const eastern = await readStatus(state.database, both, { now: noon, timeZone: 'US/Eastern' })
  expect(eastern.api).toEqual({
    callsToday: 123,
    since: new Date('2026-11-20T05:00:00Z'),
    timeZone: 'US/Eastern',
    daily: { ...daily, reportedAt: new Date('2026-11-20T05:30:00Z') },
  })
  const unknown = await readStatus(state.database, both, { now: noon, timeZone: 'Mars/Base' })
  expect(unknown.api).toMatchObject({ callsToday: 1_123, timeZone: 'UTC' })
  const tokyo = await readStatus(state.database, both, { now: noon, timeZone: 'Asia/Tokyo' })
  expect(tokyo.api.daily?.remaining).toBe(400_000)
  const tomorrow = new Date('2026-11-21T12:00:00Z')
  const next = await readStatus(state.database, both, { now: tomorrow, timeZone: 'US/Eastern' })
  expect(next.api).toMatchObject({ callsToday: 0, daily: { ...daily, remaining: null } })
})

test('drift, checks and the quarantine are counted; of checks the newest only', async () => {
  const run = await state.addRun({ mode: 'full' })
  await complete(run, noon)
  await state.scratch.query(
    `INSERT INTO hubgen.quarantine (entity, record_id, property, raw_value, reason, run_id)
     VALUES ('deals', '1', 'amount', 'x', 'not_a_number', ${run}),
      ('deals', '2', 'amount', 'x', 'not_a_number', ${run}), ('deals', '3', NULL, '{}', '22P05', ${run});
     INSERT INTO hubgen.drift (entity, looked_at, drifts) VALUES
      ('deals', '2026-11-20T11:00Z', '[{"kind":"column_extra","severity":"schema","text":"a"},
        {"kind":"label_changed","severity":"label","text":"b"}, 7]'),
      ('contacts', '2026-11-20T11:00Z', '{"not": "a list"}');
     INSERT INTO hubgen.check_result (entity, checked_at, check_name, subject, passed) VALUES
      ('deals', '2026-11-19T11:00Z', 'completeness', 'a', false),
      ('deals', '2026-11-20T11:00Z', 'completeness', 'a', true),
      ('deals', '2026-11-20T11:00Z', 'completeness', 'b', false),
      ('deals', '2026-11-20T11:00Z', 'freshness', 'c', NULL)`,
  )
  const status = await readStatus(state.database, [contacts, deals], { now: noon })
  const eleven = new Date('2026-11-20T11:00:00Z')
  expect(status.entities).toMatchObject([
    { entity: 'contacts', drift: { grave: 0, lesser: 0 }, checks: null },
    {
      quarantine: { values: 2, records: 1 },
      drift: { lookedAt: eleven, grave: 1, lesser: 1 },
      checks: { checkedAt: eleven, passed: 1, failed: 1, unjudged: 1 },
    },
  ])
  expect(status.totals).toMatchObject({
    quarantine: { values: 2, records: 1 },
    drift: { grave: 1, lesser: 1 },
    checks: { failed: 1 },
    rows: null,
  })
  expect(findProblems(status).map(({ kind, command }) => [kind, command])).toEqual([
    ['never', 'sync contacts'],
    ['failed_checks', 'check deals'],
    ['grave_drift', 'diff deals'],
  ])
})

test('of no entity there is nothing to say', async () => {
  const status = await readStatus(state.database, [], { now: noon })
  expect(status).toMatchObject({ entities: [], api: { callsToday: 0, daily: null } })
  expect(await countRows(state.database, [])).toEqual(new Map())
})

test('what an older hubgen left is understood', async () => {
  await using older = await openStateDatabase()
  await older.scratch.query(`DROP TABLE hubgen.audit, hubgen.event, hubgen.drift, hubgen.check_result;
    ALTER TABLE hubgen.lease DROP COLUMN cancel_requested_at`)
  const run = await older.addRun({ outcome: 'failed', error: 'HUBSPOT_DOWN: no' })
  const { entities } = await readStatus(older.database, [deals], { now: noon })
  expect(entities).toMatchObject([{ state: 'failed', lastRun: { id: run }, drift: null }])
  const there = await older.scratch.query(`SELECT to_regclass('hubgen.drift') AS name`)
  expect(there).toEqual([{ name: null }])
})

test.each([
  // Without a queue the run itself says how long the rounds after it may be silent.
  [undefined, 3_600, 'ok'],
  [undefined, -1, 'stale'],
  [600, 3_600, 'ok'],
  [3 * 3_600, 3_600, 'stale'],
  // Before the last run: another process repeats the runs.
  [9 * 3_600, 3_600, 'ok'],
])(
  'a copy of 8 h that was compared %s s ago and is quiet for %s s is %s',
  async (compared, quiet, expected) => {
    const startedAt = ago(noon, 8 * 3_600)
    const run = await state.addRun({ startedAt })
    await complete(run, startedAt)
    await state.scratch.query(
      'UPDATE hubgen.run SET every_seconds = 900, quiet_until = $1 WHERE id = $2',
      [ago(noon, -quiet), run],
    )
    const comparedAt = compared === undefined ? undefined : ago(noon, compared)
    const options = { now: noon, maxAgeSeconds: 7_200, comparedAt }
    const { entities } = await readStatus(state.database, [deals], options)
    expect(entities[0]?.state).toBe(expected)
  },
)
