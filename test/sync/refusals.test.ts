import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { startDatabaseProxy } from '../support/database-proxy.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets')
})

afterAll(() => portal[Symbol.asyncDispose]())

/**
 * The failure of a run that must not have begun: no row, and no run except the note that it could not begin.
 */
async function refused(options: SyncOptions, entity = portal.entity) {
  const failure = await syncEntity(entity, {
    directory: portal.directory,
    hubspot: hubspot(),
    database: portal.connection,
    connect: portal.connect,
    ...options,
  }).then(
    () => {
      throw new Error('the run began')
    },
    (error: unknown) => error,
  )
  expect(await portal.count()).toBe(0)
  const started = "SELECT FROM hubgen.run WHERE outcome IS DISTINCT FROM 'not_started' OR read > 0"
  expect(await portal.database.query(started)).toEqual([])
  return failure
}

/** The rows that a reader of the database sees of it. */
async function noted() {
  const runs = await portal.database.query(
    'DELETE FROM hubgen.run RETURNING entity, mode, outcome, error, finished_at IS NOT NULL AS over',
  )
  return runs
}

function hubspot() {
  const { url: baseUrl, token } = portal.simulator
  return { baseUrl, token, apiVersion: '2026-09' }
}

describe('a run does not begin', () => {
  it('with a token that HubSpot rejects', async () => {
    const token = 'pat-na1-not-the-right-one'
    const failure = await refused({ hubspot: { ...hubspot(), token } })
    expect(failure).toMatchObject({ code: 'TOKEN_REJECTED' })
    expect(JSON.stringify(failure)).not.toContain(token)
    const runs = await noted()
    expect(runs).toMatchObject([
      { entity: 'tickets', mode: 'incremental', outcome: 'not_started', over: true },
    ])
    expect(runs[0]?.['error']).toMatch(/^TOKEN_REJECTED: /)
    expect(JSON.stringify(runs)).not.toContain(token)
  })

  it('without HubSpot', async () => {
    const gone = await startTestSimulator()
    await gone.close()
    const failure = await refused({ hubspot: { ...hubspot(), baseUrl: gone.url } })
    expect(failure).toMatchObject({ code: 'HUBSPOT_UNREACHABLE' })
  })

  it('for an entity of another portal', async () => {
    const failure = await refused({}, { ...portal.entity, portalId: 4711 })
    expect(failure).toMatchObject({
      code: 'PORTAL_MISMATCH',
      message: '`tickets` was generated for portal `4711`, but the token reads portal `8100142`',
    })
  })

  it('without the table', async () => {
    const failure = await refused({}, { ...portal.entity, table: 'hubspot.nothing' })
    expect(failure).toMatchObject({
      code: 'TABLE_MISSING',
      fix: expect.stringMatching(/^run `hubgen migrate`/),
    })
    expect((await noted()).at(-1)?.['error']).toMatch(/^TABLE_MISSING: /)
  })

  it('with a table that is not ours', async () => {
    await portal.database.query('CREATE TABLE hubspot.theirs (id bigint, name text)')
    const failure = await refused({}, { ...portal.entity, table: 'hubspot.theirs' })
    expect(failure).toMatchObject({ code: 'TABLE_NOT_OURS' })
  })

  it('in a database that takes no writes', async () => {
    const { url } = portal.database
    await portal.database.query(
      `ALTER DATABASE ${portal.database.name} SET default_transaction_read_only = on`,
    )
    const settings = readDatabaseSettings({ DATABASE_URL: url }, portal.directory)
    const database = await openDatabase(settings)
    const failure = await refused({ database })
    await database.close()
    await portal.database.query(
      `ALTER DATABASE ${portal.database.name} RESET default_transaction_read_only`,
    )
    expect(failure).toMatchObject({ code: 'DATABASE_READ_ONLY' })
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'with the limit %d',
    async (limit) => {
      expect(await refused({ limit })).toMatchObject({ code: 'LIMIT_INVALID' })
    },
  )

  it('when it was cancelled before', async () => {
    await noted()
    const failure = await refused({ signal: AbortSignal.abort() })
    expect(failure).toMatchObject({ code: 'CANCELLED' })
    expect(await noted()).toEqual([])
  })
})

it('a missing scope is named before anything is written', async () => {
  await using simulator = await startTestSimulator({ scopes: ['oauth', 'crm.objects.deals.read'] })
  const { url: baseUrl, token } = simulator
  const report = await portal.sync({ hubspot: { baseUrl, token, apiVersion: '2026-09' } })
  expect(report).toMatchObject({ outcome: 'failed', read: 0 })
  expect(report.error).toMatchObject({ code: 'SCOPE_MISSING' })
  expect(report.error?.message).toContain('tickets')
  expect(await portal.count()).toBe(0)
})

it('a table of another portal is left alone', async () => {
  await portal.database.query(
    `INSERT INTO hubspot.ticket (id, portal_id, is_deleted, _fivetran_deleted, _fivetran_synced,
      updated_at) VALUES (1, 4711, false, false, now(), now())`,
  )
  await expect(portal.sync()).rejects.toMatchObject({
    code: 'PORTAL_MISMATCH',
    message:
      '`hubspot.ticket` holds records of portal `4711`, but the token reads portal `8100142`',
  })
  expect(await portal.count()).toBe(1)
  await portal.database.query('DELETE FROM hubspot.ticket')
})

describe('a database that fails on the way', () => {
  it('a batch is rolled back whole, and the log has its records', async () => {
    // Only the second batch meets the trigger, which refuses by a state that blames no record.
    await portal.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'secret value' USING ERRCODE = '55000'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON hubspot.ticket FOR EACH ROW
      WHEN (new.id > ${await idAt(15)}) EXECUTE FUNCTION refuse()`)
    const report = await portal.sync({ batchRows: 10 })
    await portal.database.query('DROP TRIGGER refuse ON hubspot.ticket; DROP FUNCTION refuse')
    expect(report).toMatchObject({ outcome: 'partial', inserted: 10 })
    expect(report.error?.code).toBe('BATCH_REFUSED')
    expect(report.error?.message).not.toContain('secret value')
    expect(await portal.count()).toBe(10)
    const failed = portal.events.find(({ type }) => type === 'batch_failed')
    expect(failed).toMatchObject({ batch: 2, records: 10 })
    expect(failed).toHaveProperty('recordIds.length', 10)
    const runs = await portal.database.query('SELECT outcome FROM hubgen.run ORDER BY id DESC')
    expect(runs[0]).toEqual({ outcome: 'partial' })
    await portal.database.query('TRUNCATE hubspot.ticket')
  })

  it('a record that Postgres refuses is quarantined, and the batch continues', async () => {
    const id = await idAt(5)
    await portal.database.query(`ALTER TABLE hubspot.ticket ADD CONSTRAINT odd CHECK (id <> ${id})`)
    const report = await portal.sync({ batchRows: 10 })
    await portal.database.query('ALTER TABLE hubspot.ticket DROP CONSTRAINT odd')
    expect(report).toMatchObject({ outcome: 'succeeded', rejectedRecords: 1 })
    expect(report.inserted).toBe(report.read - 1)
    expect(portal.events.find(({ type }) => type === 'record_rejected')).toMatchObject({
      recordId: id,
      reason: '23514 check_violation',
    })
    const rows = await portal.database.query(
      'SELECT record_id, property FROM hubgen.quarantine WHERE property IS NULL',
    )
    expect(rows).toEqual([{ record_id: id, property: null }])
  })

  it('a database that goes away ends the run with a report', async () => {
    await using proxy = await startDatabaseProxy(portal.database.url)
    const settings = readDatabaseSettings({ DATABASE_URL: proxy.url }, portal.directory)
    await using database = await openDatabase(settings)
    const report = await portal.sync({
      database,
      full: true,
      batchRows: 10,
      onEvent: ({ type }) => {
        if (type === 'batch_written') proxy.cut()
      },
    })
    expect(report).toMatchObject({ outcome: 'partial', batches: 1 })
    expect(report.error?.code).toBe('DATABASE_UNREACHABLE')
    const waits = portal.events.flatMap((event) =>
      event.type === 'database_retry' ? event.delayMs : [],
    )
    expect(waits.reduce((sum, each) => sum + each, 0)).toBeGreaterThan(60_000)
    // It could not return its lease, which expires.
    await expect(portal.sync()).rejects.toMatchObject({ code: 'ENTITY_BUSY' })
    await portal.database.query('UPDATE hubgen.lease SET expires_at = now()')
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded' })
  })
})

it.each(['run_requested', 'run_started', 'batch_written'])(
  'a database that is away for a moment is waited for: after %s',
  async (when) => {
    await using proxy = await startDatabaseProxy(portal.database.url)
    const settings = readDatabaseSettings({ DATABASE_URL: proxy.url }, portal.directory)
    await using database = await openDatabase(settings)
    const { clock } = portal
    const back = Promise.withResolvers<void>()
    let cut = false
    const report = await portal.sync({
      database,
      full: true,
      batchRows: 10,
      connect: {
        ...portal.connect,
        clock: { ...clock, now: clock.now, sleep: () => back.promise },
      },
      onEvent: ({ type }) => {
        if (type === when && !cut) proxy.cut()
        cut ||= type === when
        if (type === 'database_retry') proxy.restore().then(back.resolve, back.resolve)
      },
    })
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    expect(portal.events.filter(({ type }) => type === 'database_retry').length).toBeGreaterThan(0)
    expect(await portal.count()).toBe(portal.simulator.store.count('0-5'))
  },
)

async function idAt(place: number): Promise<string> {
  const ids = [...portal.simulator.store.scan('0-5', 0n, { archived: false })].map(({ id }) => id)
  return ids[place] ?? ''
}
