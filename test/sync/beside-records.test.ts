import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AssociationTable, Entity } from '../../runtime/entity.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import { associationNamed, companionFacts } from '../support/companion-facts.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const contacts = '0-1'
const plain = { category: 'HUBSPOT_DEFINED', typeId: 3 }

let portal: SyncPortal
let entity: Entity
let toContacts: AssociationTable

beforeEach(async () => {
  portal = await openSyncPortal(
    'deals',
    { records: { deals: 1_300, contacts: 300 } },
    { history: ['amount'] },
  )
  toContacts = associationNamed(portal.analysis, 'deal_contact')
  entity = {
    ...portal.entity,
    ...companionFacts(portal.analysis),
    associations: [toContacts],
  }
})

afterEach(() => portal[Symbol.asyncDispose]())

async function sync(of: Entity = entity) {
  const { simulator, directory, connection, connect } = portal
  const report = await syncEntity(of, {
    directory,
    hubspot: { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' },
    database: connection,
    connect,
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

describe('what stands beside the records', () => {
  it('is filled by the first run, and is not counted as records', async () => {
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
    await sync()
    const { passes } = await sync()
    expect(passes['calculated']).toBeUndefined()
    expect(passes['associations:deal_contact']).toBeUndefined()
    expect(passes['changed_associations:deal_contact']).toMatchObject({ calls: 0, read: 0 })
    expect(passes['history']).toMatchObject({ calls: 0, read: 0 })
  })

  it('a new record has its links and its history at once', async () => {
    await sync()
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
    await sync()
    const { store } = portal.simulator
    const id = liveIds().find((each) => store.links(deals, each, contacts).length === 0) ?? ''
    const [contact] = [...store.scan(contacts, 0n, { archived: false })]
    store.link(deals, id, contacts, contact?.id ?? '', plain)
    await sync()
    expect(await countOf('hubspot.deal_contact', `deal_id = ${id}`)).toBe(0)
    await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day',
      finished_at = finished_at - interval '1 day', fresh_as_of = fresh_as_of - interval '1 day'`)
    await sync()
    expect(await countOf('hubspot.deal_contact', `deal_id = ${id}`)).toBe(1)
  })

  it('what was interrupted goes on where it was, and what changed meanwhile is not forgotten', async () => {
    const { faults, store } = portal.simulator
    faults.add({ kind: 'error_500', route: 'associations', after: 1, times: 50 })
    const first = await sync()
    faults.clear()
    expect(first.report).toMatchObject({ outcome: 'partial', error: { code: 'HUBSPOT_FAILED' } })
    // Records and calculated properties do not suffer from it, nor does what comes after.
    expect(first.report.inserted).toBe(liveIds().length)
    expect(first.passes['history']).toMatchObject({ outcome: 'completed' })
    const [early = ''] = liveIds()
    store.update(deals, early, { dealname: 'Renamed' })
    const [contact] = [...store.scan(contacts, 0n, { archived: false })].filter(({ id }) =>
      store.links(deals, early, contacts).every(({ toId }) => toId !== id),
    )
    store.link(deals, early, contacts, contact?.id ?? '', plain)
    const second = await sync()
    expect(second.passes['associations:deal_contact']).toMatchObject({
      outcome: 'completed',
      read: liveIds().length - 200,
    })
    expect(await countOf('hubspot.deal_contact')).toBe(linkRows())
  })

  it('what could not be read is no fresher for it, and is not asked for in every run', async () => {
    const unreadable = { ...toContacts, toObjectType: '2-999' }
    const first = await sync({ ...entity, associations: [unreadable] })
    expect(first.report).toMatchObject({ outcome: 'succeeded' })
    expect(first.passes['associations:deal_contact']).toMatchObject({ outcome: 'skipped' })
    expect(await freshness()).toMatchObject({ 'associations:deal_contact': false, stamped: true })
    const second = await sync({ ...entity, associations: [unreadable] })
    expect(second.passes['associations:deal_contact']).toBeUndefined()
  })

  it('a property that joins the history is read of every record', async () => {
    await sync()
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
