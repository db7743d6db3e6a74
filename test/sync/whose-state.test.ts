import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { planSync } from '../../runtime/sync/plan-sync.ts'
import { replayEntity } from '../../runtime/sync/replay/replay-entity.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { verifyEntity } from '../../runtime/sync/verify/verify-entity.ts'
import { associationNamed } from '../support/companion-facts.ts'
import { withMergeTable } from '../support/merge-table.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

/** A copy of a table lacks its comment, by which hubgen knows it. */
const markOf = (table: string) => `COMMENT ON TABLE ${table} IS 'a copy, synced by hubgen'`

let portal: SyncPortal
let elsewhere: Entity

beforeEach(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 40 } })
  elsewhere = { ...portal.entity, table: 'elsewhere.deal' }
})

afterEach(() => portal[Symbol.asyncDispose]())

async function makeElsewhere(): Promise<void> {
  await portal.database.query('CREATE SCHEMA elsewhere')
  await portal.database.query(
    `CREATE TABLE elsewhere.deal (LIKE hubspot.deal INCLUDING ALL); ${markOf('elsewhere.deal')}`,
  )
}

function connect() {
  const { simulator, connect: options } = portal
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return connectHubSpot(settings, options)
}

function sync(entity: Entity) {
  const { simulator, connection: database, directory, connect: options } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return syncEntity(entity, { hubspot, database, directory, connect: options })
}

async function refusal(work: () => Promise<unknown>): Promise<HubgenError> {
  const error = await work().catch((thrown: unknown) => thrown)
  if (error instanceof HubgenError) return error
  throw new Error(`no HubgenError: ${error}`)
}

const remember = () =>
  portal.database.query<object>(`SELECT to_jsonb(kept.*) FROM hubgen.pass AS kept
    UNION ALL SELECT to_jsonb(kept.*) FROM hubgen.run AS kept
    UNION ALL SELECT to_jsonb(kept.*) FROM hubgen.copy AS kept`)

describe('state of another table', () => {
  test('is refused in words before a record is read, and stays as it is', async () => {
    await portal.sync()
    await makeElsewhere()
    const before = await remember()
    portal.simulator.requests.clear()
    const error = await refusal(() => sync(elsewhere))
    expect(error.code).toBe('STATE_OF_ANOTHER_PROJECT')
    expect(error.message).toMatch(/portal `8100142` in `hubspot\.deal`.* `elsewhere\.deal`/)
    expect(error.fix).toContain('another database')
    const { requests } = portal.simulator
    expect(requests.of('list') + requests.of('search') + requests.of('batch_read')).toBe(0)
    expect(await remember()).toEqual(before)
    expect(await portal.sync()).toMatchObject({ mode: 'incremental', outcome: 'succeeded' })
  })

  test('is met before advice about a table that is missing', async () => {
    await portal.sync()
    expect((await refusal(() => sync(elsewhere))).code).toBe('STATE_OF_ANOTHER_PROJECT')
  })

  test('misleads no other command', async () => {
    await portal.sync()
    await makeElsewhere()
    const { connection } = portal
    const { signal } = new AbortController()
    for (const command of [
      () => planSync(elsewhere, connect(), connection),
      () => verifyEntity(elsewhere, connect(), connection, { signal }),
      () => replayEntity(elsewhere, connection),
    ]) {
      expect((await refusal(command)).code).toBe('STATE_OF_ANOTHER_PROJECT')
    }
  })

  test("is nobody's once that table is dropped", async () => {
    await portal.sync()
    await makeElsewhere()
    await portal.database.query('DROP TABLE hubspot.deal CASCADE')
    expect(await sync(elsewhere)).toMatchObject({ mode: 'full', inserted: 40 })
  })

  test('follows a table that was moved', async () => {
    await portal.sync()
    await portal.database.query('CREATE SCHEMA elsewhere')
    await portal.database.query('ALTER TABLE hubspot.deal SET SCHEMA elsewhere')
    expect(await sync(elsewhere)).toMatchObject({ mode: 'incremental', outcome: 'succeeded' })
  })
})

test('state of another portal is refused, though the table is empty', async () => {
  await portal.sync()
  await portal.database.query('TRUNCATE hubspot.deal')
  await portal.database.query("UPDATE hubgen.copy SET portal_id = 777 WHERE entity = 'deals'")
  const error = await refusal(() => portal.sync())
  expect(error.code).toBe('STATE_OF_ANOTHER_PROJECT')
  expect(error.message).toContain('portal `777`')
})

describe('a table that was dropped and made again', () => {
  test('is filled by the next run, which says so once', async () => {
    await portal.sync()
    await portal.database.query(`INSERT INTO hubgen.quarantine
      (entity, record_id, raw_value, reason, run_id) SELECT 'deals', '1', '{}', 'old', max(id) FROM hubgen.run`)
    await portal.database.query(
      `CREATE TABLE hubspot.kept (LIKE hubspot.deal INCLUDING ALL); ${markOf('hubspot.kept')}`,
    )
    await portal.database.query('DROP TABLE hubspot.deal CASCADE')
    await portal.database.query('ALTER TABLE hubspot.kept RENAME TO deal')
    const plan = await planSync(portal.entity, connect(), portal.connection)
    expect(plan.mode).toBe('full')
    expect(await portal.sync()).toMatchObject({ mode: 'full', inserted: 40 })
    const remade = () =>
      portal.events.filter((event) => event.type === 'notice' && event.code === 'TABLE_REMADE')
    expect(remade()).toHaveLength(1)
    const old = await portal.database.query("SELECT FROM hubgen.quarantine WHERE reason = 'old'")
    expect(old).toEqual([])
    expect(await portal.sync()).toMatchObject({ mode: 'incremental' })
    expect(remade()).toHaveLength(0)
  })

  test('of companion tables is read from the start, and that of the records is not', async () => {
    const association = associationNamed(portal.analysis, 'deal_contact')
    const { table } = association
    const entity = { ...portal.entity, associations: [association] }
    const count = async () => (await portal.database.query(`SELECT FROM ${table}`)).length
    await sync(entity)
    const before = await count()
    expect(before).toBeGreaterThan(0)
    await portal.database.query(
      `CREATE TABLE kept (LIKE ${table} INCLUDING ALL); ${markOf('kept')}`,
    )
    await portal.database.query(`DROP TABLE ${table} CASCADE`)
    await portal.database.query('ALTER TABLE kept SET SCHEMA hubspot')
    await portal.database.query(`ALTER TABLE hubspot.kept RENAME TO ${table.split('.')[1]}`)
    expect(await sync(entity)).toMatchObject({ mode: 'incremental', outcome: 'succeeded' })
    expect(await count()).toBe(before)
  })
})

describe('a companion table that was dropped', () => {
  const kept = async (table: string) => {
    await portal.database.query(
      `CREATE TABLE kept (LIKE ${table} INCLUDING ALL); ${markOf('kept')}`,
    )
    await portal.database.query(`DROP TABLE ${table} CASCADE`)
  }
  const restore = async (table: string) => {
    await portal.database.query('ALTER TABLE kept SET SCHEMA hubspot')
    await portal.database.query(`ALTER TABLE hubspot.kept RENAME TO ${table.split('.')[1]}`)
  }

  test('is reported by the next run, before its pass is due, and filled once it is back', async () => {
    const pipelines = {
      table: 'hubspot.deal_pipeline',
      stageTable: 'hubspot.deal_pipeline_stage',
    } as const
    const entity = { ...portal.entity, pipelines }
    const stages = async () =>
      (await portal.database.query(`SELECT FROM ${pipelines.stageTable}`)).length
    await sync(entity)
    const before = await stages()
    expect(before).toBeGreaterThan(0)
    await kept(pipelines.stageTable)
    for (const _ of [1, 2]) {
      const { mode, passes } = await sync(entity)
      expect(mode).toBe('incremental')
      expect(passes).toContainEqual(
        expect.objectContaining({ pass: 'pipelines', outcome: 'skipped', calls: 0 }),
      )
      const [state] = await portal.database.query(
        "SELECT fresh_as_of, refusal FROM hubgen.pass WHERE entity = 'deals' AND pass = 'pipelines'",
      )
      expect(state).toEqual({
        fresh_as_of: null,
        refusal: expect.stringMatching(/^PIPELINES_TABLE_MISSING: /),
      })
    }
    await restore(pipelines.stageTable)
    await sync(entity)
    expect(await stages()).toBe(before)
  })

  test('of merges stops the run, and all records are read once it is back', async () => {
    const entity = await withMergeTable(portal)
    const table = 'hubspot.merged_deal'
    const [survivor, merged] = [...portal.simulator.store.scan('0-3', 0n, { archived: false })]
    portal.simulator.store.merge('0-3', survivor?.id ?? '', merged?.id ?? '')
    await sync(entity)
    const merges = () =>
      portal.database.query<object>(`SELECT deal_id, merged_deal_id FROM ${table} ORDER BY 2`)
    const before = await merges()
    expect(before).not.toEqual([])
    await kept(table)
    const error = await refusal(() => sync(entity))
    expect(error).toMatchObject({
      code: 'TABLE_MISSING',
      fix: expect.stringMatching(/^run `hubgen migrate`;/),
    })
    expect(error.message).toBe('there is no table `hubspot.merged_deal`')
    await restore(table)
    expect(await sync(entity)).toMatchObject({ mode: 'full', outcome: 'succeeded' })
    expect(await merges()).toEqual(before)
  })
})

test('a copy from before hubgen recorded the owner of its state continues as before', async () => {
  await portal.sync()
  await portal.database.query('TRUNCATE hubgen.copy')
  expect(await portal.sync()).toMatchObject({ mode: 'incremental' })
  expect(
    portal.events.some((event) => event.type === 'notice' && event.code === 'TABLE_REMADE'),
  ).toBe(false)
})
