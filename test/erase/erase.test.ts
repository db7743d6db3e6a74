import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { beginRun } from '../../runtime/postgres/state/lease.ts'
import { eraseEntity } from '../../runtime/sync/erase-entity.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { companionFacts } from '../support/companion-facts.ts'
import { withMergeTable } from '../support/merge-table.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const contacts = '0-1'
let portal: SyncPortal
let entity: Entity

beforeEach(async () => {
  portal = await openSyncPortal(
    'contacts',
    { records: { contacts: 40, companies: 10 } },
    { history: ['firstname'] },
    fill,
  )
  entity = await entityOf(portal)
})

afterEach(() => portal[Symbol.asyncDispose]())

const query = (sql: string, values?: readonly unknown[]) => portal.database.query(sql, values)

async function entityOf(opened: SyncPortal): Promise<Entity> {
  return { ...(await withMergeTable(opened)), ...companionFacts(opened.analysis) }
}

async function fill(opened: SyncPortal): Promise<void> {
  // The table belongs to the other entity, so it is created here.
  await opened.database.query(`CREATE TABLE hubspot.deal_contact (
    deal_id bigint NOT NULL, contact_id bigint NOT NULL, type_id integer NOT NULL, category text NOT NULL,
    label text, _fivetran_synced timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (deal_id, contact_id, category, type_id))`)
  await sync({}, opened, await entityOf(opened))
}

async function sync(options: SyncOptions = {}, from = portal, of = entity): Promise<void> {
  const { simulator, connection: database, connect, directory } = from
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const report = await syncEntity(of, { database, connect, directory, hubspot, ...options })
  expect(report.error).toBe(null)
}

function erase(...ids: readonly string[]) {
  const { simulator, connection, connect } = portal
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return eraseEntity(entity, connectHubSpot(settings, connect), connection, ids)
}

function liveIds(): string[] {
  return [...portal.simulator.store.scan(contacts, 0n, { archived: false })].map(({ id }) => id)
}

/** Names of filled columns, except for those of every table. */
async function filled(id: string): Promise<readonly string[]> {
  const [row = {}] = await query('SELECT * FROM hubspot.contact WHERE id = $1', [id])
  return Object.entries(row)
    .filter(
      ([name, value]) => (name.startsWith('property_') || name === 'overflow') && value !== null,
    )
    .map(([name]) => name)
}

async function flags(id: string): Promise<unknown> {
  const [row] = await query(
    'SELECT portal_id, is_deleted, _fivetran_deleted FROM hubspot.contact WHERE id = $1',
    [id],
  )
  return row
}

const gone = {
  portal_id: '8100142',
  is_deleted: true,
  _fivetran_deleted: true,
}

async function addTraces(id: string, deal = '900'): Promise<void> {
  await query(
    `INSERT INTO hubspot.contact_property_history
      (contact_id, name, timestamp, value, source, source_id, _fivetran_synced)
    VALUES ($1, 'firstname', '2020-01-01T00:00:00Z', 'Anna', 'CRM_UI', NULL, now()) ON CONFLICT DO NOTHING`,
    [id],
  )
  await query(
    `INSERT INTO hubgen.quarantine (entity, record_id, property, raw_value, reason, run_id)
    SELECT 'contacts', $1, 'birthday', 'in spring', 'not_a_date', max(id) FROM hubgen.run`,
    [id],
  )
  await query(
    `INSERT INTO hubspot.deal_contact VALUES ($2, $1, 4, 'HUBSPOT_DEFINED', 'Anna, who decides')`,
    [id, deal],
  )
  await query(
    `INSERT INTO hubspot.contact_company (contact_id, company_id, type_id, category, label)
    VALUES ($1, 77, 19, 'USER_DEFINED', 'Her firm')`,
    [id],
  )
}

async function traces(id: string): Promise<readonly unknown[]> {
  const [counted] = await query(
    `SELECT
      (SELECT count(*)::int FROM hubspot.contact_property_history WHERE contact_id = $1) AS versions,
      (SELECT count(*)::int FROM hubgen.quarantine WHERE record_id = $1::text) AS quarantined,
      (SELECT count(*)::int FROM hubspot.deal_contact WHERE contact_id = $1) AS deals,
      (SELECT count(label)::int FROM hubspot.deal_contact WHERE contact_id = $1)
        + (SELECT count(label)::int FROM hubspot.contact_company WHERE contact_id = $1) AS labels`,
    [id],
  )
  return Object.values(counted ?? {})
}

describe('hubgen erase', () => {
  test('of a permanently deleted record only id, flags and links stay, and no sync restores more', async () => {
    const [id = '', other = ''] = liveIds()
    await addTraces(id)
    await addTraces(other, '901')
    portal.simulator.store.purge(contacts, id)
    const before = [await filled(other), await traces(other)]
    expect((await filled(id)).length).toBeGreaterThan(5)
    const report = await erase(id)
    expect(report).toMatchObject({ records: [id], merged: [], rows: 1 })
    expect(report.labels).toBeGreaterThanOrEqual(2)
    expect(report.quarantined).toBeGreaterThanOrEqual(1)
    expect(await filled(id)).toEqual([])
    expect(await flags(id)).toEqual(gone)
    expect(await traces(id)).toEqual([0, 0, 1, 0])
    expect([await filled(other), await traces(other)]).toEqual(before)
    await sync({ full: true })
    await sync()
    expect(await filled(id)).toEqual([])
    expect(await flags(id)).toEqual(gone)
    // A second time changes nothing.
    const [{ stamp } = { stamp: '' }] = await query(
      'SELECT _fivetran_synced::text AS stamp FROM hubspot.contact WHERE id = $1',
      [id],
    )
    expect(await erase(id)).toMatchObject({ rows: 0, versions: 0, quarantined: 0, labels: 0 })
    expect(
      await query('SELECT _fivetran_synced::text AS stamp FROM hubspot.contact WHERE id = $1', [
        id,
      ]),
    ).toEqual([{ stamp }])
  })

  test('what is in the recycle bin is erased as well, and the look into the bin does not bring it back', async () => {
    const [id = ''] = liveIds()
    portal.simulator.store.archive(contacts, id)
    await sync()
    expect((await filled(id)).length).toBeGreaterThan(5)
    // The recycle bin has a newer version than the row.
    await query(
      `UPDATE hubspot.contact SET updated_at = updated_at - interval '1 day' WHERE id = $1`,
      [id],
    )
    await erase(id)
    expect(await filled(id)).toEqual([])
    await query(`UPDATE hubgen.pass SET fresh_as_of = fresh_as_of - interval '2 days'`)
    await sync()
    await sync({ full: true })
    expect(await filled(id)).toEqual([])
    expect(await flags(id)).toEqual(gone)
  })

  test('a record that is restored in HubSpot is filled again', async () => {
    const [id = ''] = liveIds()
    portal.simulator.store.archive(contacts, id)
    await sync()
    await erase(id)
    portal.simulator.store.restore(contacts, id)
    await sync()
    expect((await filled(id)).length).toBeGreaterThan(5)
    expect(await flags(id)).toEqual({ ...gone, is_deleted: false, _fivetran_deleted: false })
  })

  test('records merged into it are erased as well; a survivor is named', async () => {
    const { store } = portal.simulator
    const [survivor = '', merged = '', older = '', untouched = ''] = liveIds()
    store.merge(contacts, merged, older)
    store.merge(contacts, survivor, merged)
    await sync()
    const told = await erase(merged)
    expect(told.survivors).toEqual({ [merged]: survivor })
    expect(await filled(merged)).toEqual([])
    expect(await filled(survivor)).not.toEqual([])
    await addTraces(older)
    store.purge(contacts, survivor)
    await sync()
    expect(await erase(survivor)).toMatchObject({ merged: expect.arrayContaining([merged, older]) })
    for (const id of [survivor, merged, older]) {
      expect(await filled(id)).toEqual([])
      expect(await flags(id)).toEqual(gone)
    }
    expect(await traces(older)).toEqual([0, 0, 1, 0])
    expect(await filled(untouched)).not.toEqual([])
    const pairs = await query(
      'SELECT count(*)::int AS pairs FROM hubspot.merged_contact WHERE merged_contact_id IN ($1, $2)',
      [merged, older],
    )
    expect(pairs).toEqual([{ pairs: 2 }])
  })

  test('live records, ids that nobody knows and a busy entity are refused before anything is erased', async () => {
    const [id = '', live = ''] = liveIds()
    portal.simulator.store.purge(contacts, id)
    await expect(erase(id, live)).rejects.toMatchObject({
      code: 'RECORD_LIVE',
      message: expect.stringContaining(live),
      fix: expect.stringContaining('delete in HubSpot first'),
    })
    await expect(erase(id, '123456789012345')).rejects.toMatchObject({ code: 'RECORD_UNKNOWN' })
    portal.simulator.faults.add({ kind: 'html_502', route: 'batch_read', times: 1_000 })
    await expect(erase(id)).rejects.toThrow()
    portal.simulator.faults.clear()
    await beginRun(portal.connection, { entity: 'contacts', mode: 'changes', portalId: 8100142 })
    await expect(erase(id)).rejects.toMatchObject({ code: 'ENTITY_BUSY' })
    expect(await filled(id)).not.toEqual([])
  })

  test('columns that no generated file names any more are emptied, too', async () => {
    const [id = ''] = liveIds()
    await query('ALTER TABLE hubspot.contact ADD COLUMN property_old_note text')
    await query(`UPDATE hubspot.contact SET property_old_note = 'met in spring' WHERE id = $1`, [
      id,
    ])
    portal.simulator.store.purge(contacts, id)
    await erase(id)
    expect(await filled(id)).toEqual([])
  })
})

describe('whenGone', () => {
  test('erase: a sync empties permanently deleted records and those merged into them, and nothing else', async () => {
    const { store } = portal.simulator
    const [gone1 = '', merged = '', archived = '', kept = ''] = liveIds()
    store.merge(contacts, gone1, merged)
    await sync({ full: true })
    for (const id of [gone1, merged, archived, kept]) await addTraces(id, `9${id}`)
    store.purge(contacts, gone1)
    store.archive(contacts, archived)
    await sync({ whenGone: 'erase' })
    for (const id of [gone1, merged]) {
      expect(await filled(id)).toEqual([])
      expect((await traces(id)).slice(0, 2)).toEqual([0, 0])
      expect(await flags(id)).toEqual(gone)
    }
    expect((await filled(archived)).length).toBeGreaterThan(5)
    expect((await filled(kept)).length).toBeGreaterThan(5)
    await sync({ whenGone: 'erase', full: true })
    expect(await filled(gone1)).toEqual([])
  })

  test('keep, by default: the row keeps its values and is marked as deleted', async () => {
    const [id = ''] = liveIds()
    portal.simulator.store.purge(contacts, id)
    await sync()
    expect((await filled(id)).length).toBeGreaterThan(5)
    expect(await flags(id)).toEqual(gone)
  })
})
