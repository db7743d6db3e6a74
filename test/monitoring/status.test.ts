import { describe, expect, test } from 'vitest'
import type { WatchedEntity } from '../../runtime/monitoring/copy-status.ts'
import { countRows } from '../../runtime/monitoring/count-rows.ts'
import { lastMidnight, readStatus } from '../../runtime/monitoring/read-status.ts'
import { findProblems } from '../../runtime/monitoring/verdict/find-problems.ts'
import { openStateDatabase } from '../support/state-database.ts'
import { openSyncPortal } from '../support/sync-portal.ts'

const deals: WatchedEntity = { name: 'deals', table: 'hubspot.deal', label: 'Deals' }
const contacts: WatchedEntity = { name: 'contacts', table: 'hubspot.contact', label: 'Contacts' }

describe('of real runs', () => {
  test('an entity is never synced, then all right, with the result of the run', async () => {
    await using portal = await openSyncPortal('deals', { records: { deals: 30 } })
    const { connection } = portal
    const earlier = await readStatus(connection, [deals])
    expect(earlier.entities).toMatchObject([
      {
        entity: 'deals',
        table: deals.table,
        label: deals.label,
        state: 'never',
        lastRun: null,
        lastSuccess: null,
        freshness: null,
        rows: null,
      },
    ])
    expect(findProblems(earlier)).toEqual([
      { kind: 'never', entity: 'deals', command: 'sync deals' },
    ])
    const report = await portal.sync()
    const rows = await countRows(connection, [deals])
    const after = await readStatus(connection, [deals], { rows, timeZone: 'US/Eastern' })
    const [status] = after.entities
    expect(status).toMatchObject({
      state: 'ok',
      rows: { live: 30, deleted: 0, estimated: false },
      running: null,
      lastRun: { id: report.runId, mode: 'full', outcome: 'succeeded', read: 30, inserted: 30 },
      lastSuccess: { id: report.runId },
      expectedSeconds: { full: report.seconds, incremental: null },
      drift: null,
      checks: null,
    })
    expect(status?.freshness?.parts.map(({ part }) => part)).toContain('stamped')
    expect(status?.freshness?.ageSeconds).toBeGreaterThanOrEqual(0)
    expect(after.api).toMatchObject({ callsToday: report.calls, timeZone: 'US/Eastern' })
    expect(after.totals).toMatchObject({ states: { ok: 1, never: 0 }, rows: { live: 30 } })
    // This portal has no table of owners.
    expect(findProblems(after)).toMatchObject([{ kind: 'part_incomplete' }])
    expect(status?.incomplete).toMatchObject([{ part: 'owners', asOf: null }])
    const later = new Date(after.at.getTime() + 27 * 3_600_000)
    const stale = await readStatus(connection, [deals], { now: later })
    expect(findProblems(stale)[0]).toMatchObject({ kind: 'stale', command: 'sync deals' })
    const patient = await readStatus(connection, [deals], { now: later, maxAgeSeconds: 1e6 })
    expect(patient.entities[0]?.state).toBe('ok')
  })

  test('of a run that could not begin, the reason', async () => {
    await using portal = await openSyncPortal('deals', { records: { deals: 5 } })
    await portal.sync()
    await portal.database.query('ALTER TABLE hubspot.deal RENAME COLUMN property_amount TO amount')
    await expect(portal.sync()).rejects.toMatchObject({ code: 'TABLE_OUTDATED' })
    const status = await readStatus(portal.connection, [deals])
    expect(status.entities).toMatchObject([
      {
        state: 'failed',
        lastSync: { outcome: 'not_started', error: expect.stringMatching(/^TABLE_OUTDATED: /) },
        lastSuccess: { outcome: 'succeeded' },
      },
    ])
    expect(findProblems(status)).toMatchObject([{ kind: 'failed', command: 'sync deals' }])
  })
})

describe('rows', () => {
  test('are counted, and estimated where they are many', async () => {
    await using state = await openStateDatabase()
    const { scratch, database } = state
    await scratch.query(`CREATE SCHEMA hubspot;
      CREATE TABLE hubspot.deal (id bigint PRIMARY KEY, is_deleted boolean NOT NULL);
      CREATE INDEX deleted ON hubspot.deal (id) WHERE is_deleted;
      INSERT INTO hubspot.deal SELECT id, id % 4 = 0 FROM generate_series(1, 1000) AS id;
      ANALYZE hubspot.deal`)
    expect(await countRows(database, [contacts, deals])).toEqual(
      new Map([['deals', { live: 750, deleted: 250, estimated: false }]]),
    )
    await scratch.query(`UPDATE pg_class SET reltuples = reltuples * 4000
      WHERE oid IN ('hubspot.deal'::regclass, 'hubspot.deleted'::regclass)`)
    expect((await countRows(database, [deals])).get('deals')).toEqual({
      live: 3_000_000,
      deleted: 1_000_000,
      estimated: true,
    })
  })
})

test.each([
  ['UTC', '2026-11-20T00:00:00Z', '2026-11-20T00:00:00Z'],
  ['UTC', '2026-11-20T23:59:59Z', '2026-11-20T00:00:00Z'],
  // Clocks go back at 06:00Z: a day of 25 hours; forward at 07:00Z: one of 23.
  ['US/Eastern', '2026-11-02T04:59:59Z', '2026-11-01T04:00:00Z'],
  ['US/Eastern', '2026-11-02T05:00:00Z', '2026-11-02T05:00:00Z'],
  ['US/Eastern', '2026-03-09T04:00:01Z', '2026-03-09T04:00:00Z'],
  ['US/Eastern', '2026-03-09T03:59:59Z', '2026-03-08T05:00:00Z'],
])('in %s the day of %s began at %s', (zone, now, midnight) => {
  expect(lastMidnight(zone, Date.parse(now))).toBe(Date.parse(midnight))
})
