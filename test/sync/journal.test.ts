import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { beginRun, keepLease, requestCancel } from '../../runtime/postgres/state/lease.ts'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import { openJournal } from '../../runtime/sync/journal.ts'
import { makeOwnerTables } from '../support/owner-tables.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets', { records: { tickets: 350 } })
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query(
    'TRUNCATE hubspot.ticket, hubgen.run, hubgen.pass, hubgen.quarantine CASCADE',
  )
})

afterAll(() => portal[Symbol.asyncDispose]())

interface Row {
  readonly number: number
  readonly type: string
  readonly body: Record<string, unknown>
}

const journal = (runId: string) =>
  portal.database.query<Row>(
    `SELECT number, type, body FROM hubgen.event WHERE run_id = ${runId} ORDER BY number`,
  )

describe('the events that a run writes to the database', () => {
  it('is what happened, in its order, numbered without a gap', async () => {
    const { runId, calls } = await portal.sync()
    const rows = await journal(runId)
    expect(rows.map(({ number }) => number)).toEqual(rows.map((_, index) => index + 1))
    expect(rows[0]).toMatchObject({ type: 'run_started', body: { mode: 'full', runId } })
    expect(rows.find(({ type }) => type === 'pass_started')?.body).toMatchObject({
      pass: 'records',
    })
    expect(rows.findLast(({ type }) => type === 'run_finished')?.body).toMatchObject({
      report: { outcome: 'succeeded', calls },
    })
    const progress = rows.findLast(({ type }) => type === 'progress')
    expect(progress?.body).toMatchObject({
      inserted: await portal.count(),
      calls,
      daily: null,
      waiting: null,
    })
  })

  it('has the daily limit as HubSpot reports it', async () => {
    await using limited = await openSyncPortal('tickets', { limits: { burst: 190 } })
    const { runId } = await limited.sync({ limit: 5, connect: {} })
    const [progress] = await limited.database.query<Row>(
      `SELECT body FROM hubgen.event WHERE run_id = ${runId} AND type = 'progress'
      ORDER BY number DESC LIMIT 1`,
    )
    expect(progress?.body['daily']).toEqual({
      permitted: expect.any(Number),
      remaining: expect.any(Number),
    })
  })

  it('names rejected values, but has none, and neither the token', async () => {
    const { runId, rejectedValues } = await portal.sync()
    expect(rejectedValues).toBeGreaterThan(0)
    const rows = await journal(runId)
    const rejected = rows.filter(({ type }) => type === 'value_rejected')
    expect(rejected).toHaveLength(Math.min(rejectedValues, 200))
    expect(Object.keys(rejected[0]?.body ?? {}).sort()).toEqual(['property', 'reason', 'recordId'])
    expect(JSON.stringify(rows)).not.toContain(portal.simulator.token)
  })

  it('names at most ten records that are new, changed and deleted', async () => {
    const written = async (runId: string) =>
      (await journal(runId)).find(({ type }) => type === 'records_written')?.body
    const first = await written((await portal.sync()).runId)
    expect(first).toEqual({ inserted: expect.any(Array), updated: [], deleted: [] })
    expect(first?.['inserted']).toHaveLength(10)
    const { store } = portal.simulator
    const [one, other] = [...store.scan('0-5', 0n, { archived: false })]
    store.update('0-5', one?.id ?? '', { subject: 'another one' })
    store.archive('0-5', other?.id ?? '')
    expect(await written((await portal.sync()).runId)).toEqual({
      inserted: [],
      updated: [one?.id],
      deleted: [other?.id],
    })
    expect(await written((await portal.sync()).runId)).toBeUndefined()
  })

  it('says what is waited for', async () => {
    portal.simulator.faults.add({ kind: 'html_502', route: 'list', after: 1, times: 2 })
    const { runId } = await portal.sync()
    const retries = (await journal(runId)).filter(({ type }) => type === 'retry')
    expect(retries).toHaveLength(2)
    expect(retries[0]?.body).toMatchObject({ status: 502, attempt: 1 })
  })

  it('is not written while the database refuses it, which the run survives', async () => {
    await portal.database.query('ALTER TABLE hubgen.event ADD CHECK (false) NOT VALID')
    const report = await portal.sync()
    await portal.database.query('ALTER TABLE hubgen.event DROP CONSTRAINT event_check')
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    expect(await journal(report.runId)).toEqual([])
  })

  it('has at most 200 of a kind that comes once per record', async () => {
    const facts = { entity: 'tickets', mode: 'full', portalId: 8100142 }
    const run = await beginRun(portal.connection, facts)
    const hubspot = { calls: 0, retries: 0, dailyLimit: null }
    const many = openJournal(portal.connection, run, hubspot)
    const at = '2026-11-01T00:00:00.000Z'
    const event: SyncEvent = {
      at,
      entity: 'tickets',
      type: 'value_rejected',
      recordId: '1',
      property: 'nul \0 and half \uD83D',
      reason: 'not_a_number',
    }
    for (let index = 0; index < 1_000; index += 1) many.note(event)
    await many.close()
    const rows = await journal(run.id)
    expect(rows).toHaveLength(200)
    expect(rows[0]?.body).toMatchObject({ property: 'nul  and half ' })
  })

  it('are none for a run that found nothing new, and its row says the daily limit', async () => {
    await using limited = await openSyncPortal('tickets', { limits: { burst: 190, search: 1_000 } })
    await makeOwnerTables(limited)
    await limited.sync()
    await limited.sync()
    const { runId } = await limited.sync()
    const rows = await limited.database.query(
      `SELECT daily_permitted, daily_remaining > 0 AS has_left,
        (SELECT count(*)::int FROM hubgen.event WHERE run_id = run.id) AS events
      FROM hubgen.run WHERE id = ${runId}`,
    )
    expect(rows).toEqual([{ daily_permitted: '625000', has_left: true, events: 0 }])
    const { api } = await readStatus(limited.connection, [limited.entity])
    expect(api.daily).toMatchObject({ permitted: 625_000 })
  })
})

describe('a run that is asked to end through its lease', () => {
  it('finishes the batch in flight, and the next run resumes', async () => {
    const asked: unknown[] = []
    const report = await portal.sync({
      batchRows: 100,
      onEvent: ({ type }) => {
        if (type === 'batch_started') asked.push(requestCancel(portal.connection, 'tickets'))
      },
    })
    expect(await asked[0]).toEqual({
      runId: report.runId,
      holder: expect.stringContaining('process'),
    })
    expect(report).toMatchObject({ outcome: 'cancelled', error: null })
    expect(report.inserted).toBeLessThan(portal.simulator.store.count('0-5'))
    expect(await portal.database.query('SELECT outcome, error FROM hubgen.run')).toEqual([
      { outcome: 'cancelled', error: null },
    ])
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded' })
    expect(await portal.count()).toBe(portal.simulator.store.count('0-5'))
  })

  it('learns of it by its heartbeat while it waits for HubSpot', async () => {
    const facts = { entity: 'tickets', mode: 'full', portalId: 8100142 }
    const run = await beginRun(portal.connection, facts)
    await requestCancel(portal.connection, 'tickets')
    const ended = Promise.withResolvers<unknown>()
    const lease = keepLease(portal.connection, run, ended.resolve, 5)
    expect(await ended.promise).toMatchObject({ code: 'CANCELLED' })
    lease.release()
  })

  it('is nobody where none is alive, and what was asked of a dead one does not end the next', async () => {
    expect(await requestCancel(portal.connection, 'tickets')).toBeNull()
    const facts = { entity: 'tickets', mode: 'full', portalId: 8100142 }
    await beginRun(portal.connection, facts)
    await requestCancel(portal.connection, 'tickets')
    await portal.database.query('UPDATE hubgen.lease SET expires_at = now()')
    expect(await requestCancel(portal.connection, 'tickets')).toBeNull()
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded' })
  })
})
