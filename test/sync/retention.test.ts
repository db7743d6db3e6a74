import { afterAll, beforeAll, expect, it } from 'vitest'
import { readRunTotals } from '../../runtime/monitoring/read-run-totals.ts'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets', { records: { tickets: 60 } })
  await portal.sync()
  // A thousand old runs with an event each, a quarantine row of one of them, and old audits and checks.
  await portal.database.query(`
    INSERT INTO hubgen.run (entity, mode, started_at, finished_at, outcome, read, calls, seconds)
    SELECT CASE WHEN number > 1010 THEN 'forms' WHEN number > 1000 THEN 'deals' ELSE 'tickets' END, 'incremental', started, started,
      'succeeded', 7, 3, 1.5
    FROM generate_series(1, 1050) AS number,
      LATERAL (SELECT now() - interval '91 days' - number * interval '1 hour' AS started) AS at;
    INSERT INTO hubgen.pass (entity, pass, begun_at, run_id)
    SELECT 'forms', 'rows', now(), max(id) FROM hubgen.run WHERE entity = 'forms';
    INSERT INTO hubgen.event (run_id, number, at, type, body)
    SELECT id, 1, started_at, 'notice', '{}' FROM hubgen.run WHERE started_at < now() - interval '90 days';
    INSERT INTO hubgen.quarantine (entity, record_id, property, raw_value, reason, run_id)
    SELECT 'tickets', '1', 'old', 'x', 'not_a_number', min(id)
    FROM hubgen.run WHERE entity = 'tickets' AND read = 7;
    INSERT INTO hubgen.check_result (entity, checked_at, check_name, subject)
    SELECT 'tickets', now() - days * interval '1 day', 'completeness', 'a'
    FROM unnest(ARRAY[400, 300, 95]) AS days;
    INSERT INTO hubgen.audit (entity, audited_at, subject, records, differing, unexplained, mended)
    SELECT 'tickets', now() - days * interval '1 day', '*', 1, 0, 0, 0
    FROM unnest(ARRAY[400, 300, 95]) AS days`)
})

afterAll(() => portal[Symbol.asyncDispose]())

async function count(from: string): Promise<number> {
  const [row] = await portal.database.query<{ count: string }>(
    `SELECT count(*) FROM hubgen.${from}`,
  )
  return Number(row?.count)
}

it('what is older than 90 days goes, except what is still needed', async () => {
  const old = "run WHERE entity = 'tickets' AND read = 7"
  const totals = () => readRunTotals(portal.connection, ['tickets'])
  const status = () => readStatus(portal.connection, [portal.entity])
  const [before] = await totals()
  await portal.sync()
  // No daily pass was due.
  expect(await count(old)).toBe(1_000)
  const quiet = await status()
  await portal.sync({ full: true })
  // The newest ones of a kind, and the one that the quarantine refers to.
  const left = await count(old)
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThanOrEqual(20)
  expect(await count("quarantine WHERE property = 'old'")).toBe(1)
  expect(await count("event WHERE at < now() - interval '90 days'")).toBe(10)
  expect(await count("check_result WHERE entity = 'tickets'")).toBe(1)
  expect(await count("audit WHERE audited_at < now() - interval '90 days'")).toBeLessThanOrEqual(1)
  expect(await count("run WHERE entity = 'deals'")).toBe(10)
  // A resource has no daily part: the runs of entities remove its old ones.
  expect(await count("run WHERE entity = 'forms'")).toBe(15)
  const [after] = await totals()
  expect(after?.calls).toBeGreaterThan(before?.calls ?? 0)
  expect(after?.read).toBeGreaterThanOrEqual(before?.read ?? 0)
  const runs = (of = before) => of?.outcomes.reduce((sum, { runs }) => sum + runs, 0)
  expect(runs(after)).toBe((runs(before) ?? 0) + 2)
  const [shown] = (await status()).entities
  expect(shown?.expectedSeconds.incremental).toBe(quiet.entities[0]?.expectedSeconds.incremental)
})

it('a shorter time is kept as well', async () => {
  await portal.database.query(
    "UPDATE hubgen.run SET started_at = now() - interval '8 days' WHERE entity = 'tickets'",
  )
  await portal.sync({ full: true, keepRunsMs: 7 * 86_400_000 })
  expect(await count("event WHERE at < now() - interval '90 days'")).toBe(10)
  const events =
    "event JOIN hubgen.run ON run.id = run_id WHERE started_at < now() - interval '7 days'"
  expect(await count(`${events} AND entity = 'tickets'`)).toBe(0)
})
