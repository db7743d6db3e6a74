import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { renderFiles } from '../../../generator/render/render.ts'
import type { Entity } from '../../../runtime/entity.ts'
import { syncEntity } from '../../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import { associationNamed } from '../../support/companion-facts.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../../support/sync-portal.ts'

const dealType = '0-3'
const contactType = '0-1'
const plain = { category: 'HUBSPOT_DEFINED', typeId: 3 }
const records = { deals: 60, contacts: 80 }

let portal: SyncPortal
let deals: Entity
let contacts: Entity
let contactsSchema: string

beforeAll(async () => {
  await using others = await openSyncPortal('contacts', { records }, fewColumns)
  contacts = others.entity
  contactsSchema = renderFiles([others.analysis]).get('contacts/schema.sql') ?? ''
})

/** Deals have a table of their contacts; contacts have none of deals. */
beforeEach(async () => {
  portal = await openSyncPortal('deals', { records }, fewColumns, syncBoth)
  deals = dealsOf(portal)
  expect(await stored()).toEqual(expected())
  expect(expected().length).toBeGreaterThan(20)
})

afterEach(() => portal[Symbol.asyncDispose]())

function dealsOf({ entity, analysis }: SyncPortal): Entity {
  return { ...entity, associations: [associationNamed(analysis, 'deal_contact')] }
}

async function syncBoth(opened: SyncPortal): Promise<void> {
  await opened.database.query(contactsSchema)
  for (const entity of [contacts, dealsOf(opened)]) await sync(entity, {}, opened)
}

async function sync(entity: Entity, options: SyncOptions = {}, from: SyncPortal = portal) {
  const { simulator, directory, connection, connect } = from
  const report = await syncEntity(entity, {
    directory,
    hubspot: { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' },
    database: connection,
    connect,
    ...options,
  })
  const passes = Object.fromEntries(report.passes.map((pass) => [pass.pass, pass]))
  return { report, passes }
}

function liveIds(typeId: string): string[] {
  return [...portal.simulator.store.scan(typeId, 0n, { archived: false })].map(({ id }) => id)
}

function expected(): string[] {
  const { store } = portal.simulator
  return liveIds(dealType)
    .flatMap((id) =>
      store
        .links(dealType, id, contactType)
        .flatMap(({ toId, types }) =>
          types.map(({ typeId, category, label }) => [id, toId, category, typeId, label].join(' ')),
        ),
    )
    .sort()
}

async function stored(): Promise<string[]> {
  const rows = await portal.database.query<Record<string, unknown>>(
    'SELECT deal_id AS f, contact_id AS t, category, type_id, label FROM hubspot.deal_contact',
  )
  return rows
    .map(({ f, t, category, type_id, label }) => [f, t, category, type_id, label].join(' '))
    .sort()
}

function linkedContacts(): string[] {
  const { store } = portal.simulator
  return liveIds(contactType).filter((id) => store.links(contactType, id, dealType).length > 0)
}

const orders: readonly (readonly [name: string, entities: () => readonly Entity[]])[] = [
  ['contacts alone', () => [contacts]],
  ['contacts, then deals', () => [contacts, deals]],
  ['deals, then contacts', () => [deals, contacts]],
]

describe.each(orders)('links in the table of deals, after %s', (_, entities) => {
  it.each<[name: string, change: () => void]>([
    [
      'a contact was archived',
      () => portal.simulator.store.archive(contactType, linkedContacts()[0] ?? ''),
    ],
    [
      'a contact was purged',
      () => portal.simulator.store.purge(contactType, linkedContacts()[0] ?? ''),
    ],
    [
      'a contact swallowed another',
      () => {
        const [one = '', other = ''] = linkedContacts()
        portal.simulator.store.merge(contactType, one, other)
      },
    ],
    [
      'a merge made a contact of a new id',
      () => {
        const [one = '', other = ''] = linkedContacts()
        portal.simulator.store.merge(contactType, one, other, { newId: true })
      },
    ],
    [
      'a contact was created with a link, and another was unlinked',
      () => {
        const { store } = portal.simulator
        const { id } = store.create(contactType, { lastname: 'New' })
        store.link(dealType, liveIds(dealType)[0] ?? '', contactType, id, plain)
        const [linked = ''] = linkedContacts()
        const [link] = store.links(contactType, linked, dealType)
        store.unlink(dealType, link?.toId ?? '', contactType, linked)
        store.update(contactType, linked, { lastname: 'Alone' })
      },
    ],
  ])('%s', async (_change, change) => {
    change()
    const wanted = expected()
    expect(await stored()).not.toEqual(wanted)
    for (const entity of entities()) await sync(entity)
    expect(await stored()).toEqual(wanted)
  })

  it('a contact was restored without a new stamp', async () => {
    const { store } = portal.simulator
    const [id = ''] = linkedContacts()
    store.archive(contactType, id)
    for (const entity of entities()) await sync(entity)
    const without = await stored()
    store.restore(contactType, id, { silently: true })
    for (const entity of entities()) await sync(entity)
    expect(await stored()).toEqual(expected())
    expect(await stored()).not.toEqual(without)
  })
})

describe('a survivor of a merge whose stamp did not change', () => {
  it.each(['contacts', 'deals'])('has the links of both after a run of %s', async (end) => {
    const { store } = portal.simulator
    const [type, entity] = end === 'contacts' ? [contactType, contacts] : [dealType, deals]
    const other = end === 'contacts' ? dealType : contactType
    const [one = '', two = ''] = liveIds(type).filter(
      (id) => store.links(type, id, other).length > 0,
    )
    store.merge(type, one, two)
    await portal.database.query(
      `UPDATE ${entity.table} SET updated_at = now() + interval '1 day' WHERE id = $1`,
      [one],
    )
    await sync(entity)
    expect(await stored()).toEqual(expected())
  })
})

describe('repairing links of the other end', () => {
  const linkCalls = () => portal.simulator.requests.of('associations')

  it('asks nothing where nothing changed, and reads no deal where the pairs are right', async () => {
    portal.simulator.requests.clear()
    const idle = await sync(contacts)
    expect(idle.passes['changed_links']).toMatchObject({ outcome: 'completed', calls: 0 })
    const [id = ''] = linkedContacts()
    portal.simulator.store.update(contactType, id, { lastname: 'Other' })
    const { passes } = await sync(contacts)
    expect(passes['changed_links']).toMatchObject({ calls: 1, read: 1, inserted: 0, deleted: 0 })
    expect(linkCalls()).toBe(1)
  })

  it('is right after a run that resumes another one', async () => {
    const { store, faults } = portal.simulator
    const ids = linkedContacts().slice(0, 9)
    for (const id of ids) {
      for (const { toId } of store.links(contactType, id, dealType)) {
        store.unlink(dealType, toId, contactType, id)
      }
      store.update(contactType, id, { lastname: 'Alone' })
    }
    faults.add({ kind: 'error_500', route: 'associations', after: 1, times: 50 })
    const first = await sync(contacts)
    expect(first.passes['changed_links']).toMatchObject({ outcome: 'failed' })
    faults.clear()
    store.archive(contactType, linkedContacts()[0] ?? '')
    await sync(contacts)
    expect(await stored()).toEqual(expected())
  })

  it('touches no table that is another one by now, or of another portal', async () => {
    await portal.database.query(`ALTER TABLE hubspot.deal_contact RENAME TO kept;
      CREATE TABLE hubspot.deal_contact (deal_id text, contact_id text);
      INSERT INTO hubspot.deal_contact SELECT deal_id, contact_id FROM hubspot.kept`)
    const count = async () =>
      (await portal.database.query('SELECT FROM hubspot.deal_contact')).length
    const before = await count()
    portal.simulator.store.archive(contactType, linkedContacts()[0] ?? '')
    expect((await sync(contacts)).report.outcome).toBe('succeeded')
    expect(await count()).toBe(before)
    await portal.database.query(`DROP TABLE hubspot.deal_contact;
      ALTER TABLE hubspot.kept RENAME TO deal_contact;
      UPDATE hubgen.link_table SET portal_id = 1`)
    const kept = await stored()
    portal.simulator.store.archive(contactType, linkedContacts()[0] ?? '')
    expect((await sync(contacts)).report.outcome).toBe('succeeded')
    expect(await stored()).toEqual(kept)
  })

  it('if HubSpot refuses the pair the run continues, and the table stays as it is', async () => {
    const before = await stored()
    const [id = ''] = linkedContacts()
    portal.simulator.store.update(contactType, id, { lastname: 'Other' })
    portal.simulator.faults.add({ kind: 'empty_404', route: 'associations', times: 50 })
    const { report } = await sync(contacts)
    expect(report.outcome).toBe('succeeded')
    expect(await stored()).toEqual(before)
  })
})
