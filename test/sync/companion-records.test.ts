import { afterEach, describe, expect, it } from 'vitest'
import type { AssociationTable, Entity } from '../../runtime/entity.ts'
import { createCallBudget } from '../../runtime/hubspot/limits/call-budget.ts'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { associationNamed, companionFacts } from '../support/companion-facts.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const contacts = '0-1'
const plain = { category: 'HUBSPOT_DEFINED', typeId: 3 }

let portal: SyncPortal
let entity: Entity
let toContacts: AssociationTable

async function open(fill?: (opened: SyncPortal) => Promise<void>): Promise<void> {
  portal = await openSyncPortal(
    'deals',
    { records: { deals: 650, contacts: 200 } },
    { ...fewColumns, history: ['amount'] },
    fill,
  )
  entity = entityOf(portal)
  toContacts = associationNamed(portal.analysis, 'deal_contact')
}

/** As after a first run. */
const openSynced = () => open(syncOnce)

afterEach(() => portal[Symbol.asyncDispose]())

function entityOf({ entity: plain, analysis }: SyncPortal): Entity {
  return {
    ...plain,
    ...companionFacts(analysis),
    associations: [associationNamed(analysis, 'deal_contact')],
  }
}

async function syncOnce(opened: SyncPortal): Promise<void> {
  const { report } = await sync(entityOf(opened), {}, {}, opened)
  expect(report.outcome).toBe('succeeded')
}

async function sync(
  of: Entity = entity,
  connecting: SyncOptions['connect'] = {},
  options: SyncOptions = {},
  from: SyncPortal = portal,
) {
  const { simulator, directory, connection } = from
  const connect = { ...from.connect, ...connecting }
  const report = await syncEntity(of, {
    directory,
    hubspot: { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' },
    database: connection,
    connect,
    ...options,
  })
  const passes = Object.fromEntries(report.passes.map((pass) => [pass.pass, pass]))
  return { report, passes }
}

function liveIds(): string[] {
  const records = portal.simulator.store.scan(deals, 0n, { archived: false })
  return [...records].map(({ id }) => id)
}

function linkRows(): number {
  const { store } = portal.simulator
  const types = liveIds()
    .flatMap((id) => store.links(deals, id, contacts))
    .flatMap(({ types }) => types)
  return types.length
}

async function ageBy(time: string): Promise<void> {
  await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '${time}',
    finished_at = finished_at - interval '${time}', fresh_as_of = fresh_as_of - interval '${time}'`)
}

async function countOf(table: string, where = 'true'): Promise<number> {
  const [row] = await portal.database.query<{ count: string }>(
    `SELECT count(*) FROM ${table} WHERE ${where}`,
  )
  return Number(row?.count)
}

async function freshness(): Promise<Record<string, boolean>> {
  const rows = await portal.database.query<{ part: string; fresh: boolean }>(
    `SELECT part, fresh_as_of IS NOT NULL AS fresh FROM hubgen.freshness WHERE entity = 'deals'`,
  )
  return Object.fromEntries(rows.map(({ part, fresh }) => [part, fresh]))
}

describe('companions of the records', () => {
  it('is filled by the first run, and is not counted as records', async () => {
    await open()
    const { report, passes } = await sync()
    expect(report).toMatchObject({ outcome: 'succeeded', inserted: liveIds().length })
    expect(await countOf('hubspot.deal_contact')).toBe(linkRows())
    expect(passes['associations:deal_contact']).toMatchObject({
      unit: 'links',
      outcome: 'completed',
      inserted: linkRows(),
    })
    expect(await countOf('hubspot.deal_property_history')).toBeGreaterThan(liveIds().length)
    expect(await freshness()).toMatchObject({
      stamped: true,
      calculated: true,
      'associations:deal_contact': true,
      history: true,
    })
  })

  it('asks HubSpot nothing while it is fresh and no record changed', async () => {
    await openSynced()
    const { passes } = await sync()
    expect(passes['calculated']).toBeUndefined()
    expect(passes['associations:deal_contact']).toBeUndefined()
    expect(passes['changed_associations:deal_contact']).toMatchObject({ calls: 0, read: 0 })
    expect(passes['history']).toMatchObject({ calls: 0, read: 0 })
  })

  it('a new record has its links and its history at once', async () => {
    await openSynced()
    const { store } = portal.simulator
    const record = store.create(deals, { dealname: 'New', amount: '5' })
    const [contact] = [...store.scan(contacts, 0n, { archived: false })]
    store.link(deals, record.id, contacts, contact?.id ?? '', plain)
    const { passes } = await sync()
    expect(passes['changed_associations:deal_contact']).toMatchObject({ calls: 1, inserted: 1 })
    expect(await countOf('hubspot.deal_contact', `deal_id = ${record.id}`)).toBe(1)
    expect(await countOf('hubspot.deal_property_history', `deal_id = ${record.id}`)).toBe(1)
  })

  it('a link that came though no stamp moved is there a day later', async () => {
    await openSynced()
    const { store } = portal.simulator
    const id = liveIds().find((each) => store.links(deals, each, contacts).length === 0) ?? ''
    const [contact] = [...store.scan(contacts, 0n, { archived: false })]
    store.link(deals, id, contacts, contact?.id ?? '', plain)
    await sync()
    expect(await countOf('hubspot.deal_contact', `deal_id = ${id}`)).toBe(0)
    await ageBy('1 day')
    await sync()
    expect(await countOf('hubspot.deal_contact', `deal_id = ${id}`)).toBe(1)
  })

  it('an interrupted read resumes where it was, and changes in the meantime are not lost', async () => {
    await open()
    const { faults, store } = portal.simulator
    faults.add({ kind: 'error_500', route: 'associations', after: 1, times: 50 })
    const first = await sync()
    faults.clear()
    expect(first.report).toMatchObject({ outcome: 'partial', error: { code: 'HUBSPOT_FAILED' } })
    // Records and calculated properties are not affected, and neither are later passes.
    expect(first.report.inserted).toBe(liveIds().length)
    expect(first.passes['history']).toMatchObject({ outcome: 'completed' })
    const [early = ''] = liveIds()
    const [contact] = [...store.scan(contacts, 0n, { archived: false })].filter(({ id }) =>
      store.links(deals, early, contacts).every(({ toId }) => toId !== id),
    )
    store.link(deals, early, contacts, contact?.id ?? '', plain)
    const second = await sync()
    // Data from before the interruption is read once more, because no stamp shows its changes.
    expect(second.passes['associations:deal_contact']).toMatchObject({
      outcome: 'completed',
      read: liveIds().length,
    })
    expect(await countOf('hubspot.deal_contact')).toBe(linkRows())
    const third = await sync()
    expect(third.passes['associations:deal_contact']).toBeUndefined()
  })

  it('under a ceiling of calls it makes progress, and reads nothing twice', async () => {
    await openSynced()
    await ageBy('1 day')
    const { faults } = portal.simulator
    faults.add({ kind: 'error_500', route: 'associations', after: 1, times: 50 })
    await sync()
    faults.clear()
    const { passes } = await sync(entity, { budget: createCallBudget(1_000) })
    expect(passes['associations:deal_contact']).toMatchObject({ read: liveIds().length - 200 })
    expect((await sync()).passes['associations:deal_contact']).toBeUndefined()
  })

  it('calculated columns that an interrupted full run has read are read again by the one that resumes it', async () => {
    await openSynced()
    const { faults, store } = portal.simulator
    faults.add({ kind: 'error_500', route: 'list', after: 4, times: 50 })
    const first = await sync(entity, {}, { full: true })
    faults.clear()
    expect(first.report.outcome).not.toBe('succeeded')
    const [early = ''] = liveIds()
    const stamp = store.record(deals, early)?.updatedAt
    store.update(deals, early, { num_associated_contacts: '77' }, { silently: true })
    expect(store.record(deals, early)?.updatedAt).toBe(stamp)
    const second = await sync()
    expect(second.passes['calculated']).toMatchObject({ read: liveIds().length, updated: 1 })
    expect(
      await countOf('hubspot.deal', `id = ${early} AND property_num_associated_contacts = 77`),
    ).toBe(1)
  })

  it('--full reads links, former values and calculated columns of every record again', async () => {
    await openSynced()
    const { passes } = await sync(entity, {}, { full: true })
    expect(passes['records']).toMatchObject({ read: liveIds().length })
    // The list contained them.
    expect(passes['calculated']).toBeUndefined()
    expect(passes['associations:deal_contact']).toMatchObject({ read: liveIds().length })
    expect(passes['history']).toMatchObject({ read: liveIds().length })
  })

  it('after an upgrade, what was gone through by ids as text is read from the start once, by itself', async () => {
    await openSynced()
    // The state of an earlier hubgen, which did not store this.
    await portal.database.query(
      `UPDATE hubgen.pass SET reads = array_remove(reads, 'ids in numeric order')
       WHERE pass <> 'records';
       DELETE FROM hubspot.deal_contact WHERE deal_id % 2 = 0;
       DELETE FROM hubspot.deal_property_history WHERE deal_id % 2 = 0`,
    )
    const { passes } = await sync()
    for (const pass of ['calculated', 'associations:deal_contact', 'history']) {
      expect(passes[pass]).toMatchObject({ read: liveIds().length })
    }
    expect(passes['records']).toBeUndefined()
    expect(await countOf('hubspot.deal_contact')).toBe(linkRows())
    const again = await sync()
    expect(again.passes['calculated']).toBeUndefined()
    expect(again.passes['associations:deal_contact']).toBeUndefined()
    expect(again.passes['history']).toMatchObject({ read: 0 })
  })

  it('what could not be read is no fresher for it, and is tried in every run until it is', async () => {
    await open()
    const unreadable = { ...toContacts, toObjectType: '2-999' }
    const first = await sync({ ...entity, associations: [unreadable] })
    expect(first.report).toMatchObject({ outcome: 'succeeded' })
    expect(first.passes['associations:deal_contact']).toMatchObject({ outcome: 'skipped' })
    expect(await freshness()).toMatchObject({ 'associations:deal_contact': false, stamped: true })
    const second = await sync({ ...entity, associations: [unreadable] })
    expect(second.passes['associations:deal_contact']).toMatchObject({ outcome: 'skipped' })
    const refusals = () =>
      portal.database.query<{ refusal: string | null }>(
        `SELECT refusal FROM hubgen.pass WHERE pass = 'associations:deal_contact'`,
      )
    expect((await refusals())[0]?.refusal).toMatch(/^HUBSPOT_\w+: /)
    const third = await sync()
    expect(third.passes['associations:deal_contact']).toMatchObject({ outcome: 'completed' })
    expect(await freshness()).toMatchObject({ 'associations:deal_contact': true })
    expect(await refusals()).toEqual([{ refusal: null }])
  })

  it('what changed in records whose links were read again is not missed after an interruption', async () => {
    await openSynced()
    const { store } = portal.simulator
    const changed = liveIds().slice(0, 500)
    for (const id of changed) store.update(deals, id, { dealname: 'Once' })
    const ended = new AbortController()
    let pass = ''
    const onEvent = (event: SyncEvent) => {
      if (event.type === 'pass_started') pass = event.pass
      if (event.type === 'page_read' && pass.startsWith('changed_associations')) ended.abort()
    }
    const first = await sync(entity, {}, { signal: ended.signal, onEvent })
    expect(first.report.outcome).toBe('cancelled')
    const [early = ''] = changed
    const [contact] = [...store.scan(contacts, 0n, { archived: false })].filter(({ id }) =>
      store.links(deals, early, contacts).every(({ toId }) => toId !== id),
    )
    store.link(deals, early, contacts, contact?.id ?? '', plain)
    store.update(deals, early, { dealname: 'Twice', amount: '4711' })
    const { passes } = await sync()
    // Behind the first 200, and of these the one that changed since.
    expect(passes['changed_associations:deal_contact']).toMatchObject({ read: 301 })
    expect(await countOf('hubspot.deal_contact')).toBe(linkRows())
    expect(
      await countOf('hubspot.deal_property_history', `deal_id = ${early} AND value = '4711'`),
    ).toBe(1)
  })

  it('records whose histories an answer could not give are read first in the next run', async () => {
    await openSynced()
    const [id = ''] = liveIds()
    await portal.database.query(
      `INSERT INTO hubgen.pending_read (entity, part, record_id, reason, run_id)
       SELECT 'deals', 'history', ${id}, 'unread', max(id) FROM hubgen.run;
       DELETE FROM hubspot.deal_property_history WHERE deal_id = ${id}`,
    )
    const { passes } = await sync()
    expect(passes['history']).toMatchObject({ read: 1, calls: 1 })
    expect(await countOf('hubspot.deal_property_history', `deal_id = ${id}`)).toBeGreaterThan(0)
    expect(await countOf('hubgen.pending_read')).toBe(0)
  })

  it('a property that joins the history is read of every record', async () => {
    await openSynced()
    const { history } = entity
    if (history === undefined) throw new Error('the entity has a history')
    const { passes } = await sync({
      ...entity,
      history: { ...history, properties: ['amount', 'dealstage'] },
    })
    expect(passes['history']).toMatchObject({ read: liveIds().length })
    expect(await countOf('hubspot.deal_property_history', `name = 'dealstage'`)).toBeGreaterThan(
      liveIds().length / 2,
    )
  })
})
