import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { eraseWithMerged } from '../../runtime/postgres/load/erase-records.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { verifyEntity } from '../../runtime/sync/verify/verify-entity.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

const contact: Entity = {
  ...{ name: 'contacts', objectType: '0-1', table: 'hubspot.contact', portalId: 8_100_142 },
  ...{ modifiedProperty: 'lastmodifieddate', properties: {} },
}

const createContacts = `CREATE TABLE hubspot.contact (
    id bigint PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false,
    _fivetran_deleted boolean NOT NULL DEFAULT false, _fivetran_synced timestamptz NOT NULL DEFAULT now(),
    portal_id bigint NOT NULL DEFAULT 1, updated_at timestamptz NOT NULL DEFAULT now(),
    property_email text, property_hs_additional_emails text);
  COMMENT ON TABLE hubspot.contact IS 'Contacts, synced by hubgen'`

let portal: ResourcePortal
const query = (sql: string) => portal.database.query(sql)

beforeAll(async () => {
  portal = await openResourcePortal()
  await ensureState(portal.connection)
  await query(createContacts)
  await query(`INSERT INTO hubspot.contact (id, is_deleted, property_email, property_hs_additional_emails) VALUES
    (1, true, 'Gone@x.example', 'old@x.example;shared@x.example'),
    (2, false, 'stays@x.example', 'Shared@x.example')`)
  await query(`INSERT INTO hubspot.form_submission (conversion_id, form_id, email, page_url, values, contact_id) VALUES
    ('a', 'f', 'other@x.example', 'https://x.example/?me', '[{"name": "phone"}]', 1),
    ('b', 'f', ' GONE@x.example', null, '[]', null),
    ('c', 'f', 'gone@x.example', null, '[]', 2),
    ('d', 'f', 'shared@x.example', null, '[]', null),
    ('e', 'f', 'stays@x.example', null, '[]', 2)`)
  await query(`INSERT INTO hubspot.email_event (id, type, recipient) VALUES
    ('o', 'OPEN', 'old@x.example'), ('p', 'OPEN', 'stays@x.example')`)
  await query(`INSERT INTO hubspot.email_event_open (id, ip_address, location) VALUES
    ('o', '192.0.2.1', 'Bonn'), ('p', '192.0.2.2', 'Ulm')`)
  await query(
    `INSERT INTO hubspot.contact_list_member (contact_list_id, contact_id) VALUES (7, 1), (7, 2)`,
  )
  await query(`INSERT INTO hubspot.email_subscription_change (id, change, recipient) VALUES
    ('s', 'UNSUBSCRIBED', 'gone@x.example'), ('t', 'UNSUBSCRIBED', 'stays@x.example')`)
})

afterAll(() => portal[Symbol.asyncDispose]())

const erase = (id: string) =>
  portal.connection.kysely
    .transaction()
    .execute((transaction) => eraseWithMerged(transaction, contact, [{ id, updatedAt: null }]))

test('erasing a contact empties its submissions and the events of its addresses, and no other', async () => {
  expect(await erase('1')).toMatchObject({ counts: { rows: 1, personal: 5 } })
  expect(
    await query(`SELECT conversion_id AS id, email, page_url, values, contact_id AS contact
      FROM hubspot.form_submission ORDER BY 1`),
  ).toEqual([
    { id: 'a', email: null, page_url: null, values: null, contact: '1' },
    { id: 'b', email: null, page_url: null, values: null, contact: null },
    { id: 'c', email: 'gone@x.example', page_url: null, values: [], contact: '2' },
    { id: 'd', email: 'shared@x.example', page_url: null, values: [], contact: null },
    { id: 'e', email: 'stays@x.example', page_url: null, values: [], contact: '2' },
  ])
  expect(
    await query(`SELECT id, type, recipient, ip_address AS ip, location
      FROM hubspot.email_event JOIN hubspot.email_event_open USING (id) ORDER BY id`),
  ).toEqual([
    { id: 'o', type: 'OPEN', recipient: null, ip: null, location: null },
    { id: 'p', type: 'OPEN', recipient: 'stays@x.example', ip: '192.0.2.2', location: 'Ulm' },
  ])
  expect(
    await query('SELECT id, recipient FROM hubspot.email_subscription_change ORDER BY id'),
  ).toEqual([
    { id: 's', recipient: null },
    { id: 't', recipient: 'stays@x.example' },
  ])
  expect(await query('SELECT contact_id AS id FROM hubspot.contact_list_member')).toEqual([
    { id: '2' },
  ])
  expect(await erase('1')).toMatchObject({ counts: { rows: 0, personal: 0 } })
})

test('rows that were erased stay so, although HubSpot still sends them', async () => {
  await using other = await openResourcePortal()
  const { simulator, database } = other
  await ensureState(other.connection)
  await database.query(createContacts)
  for (const name of ['contact_list', 'contact_list_member', 'form', 'form_submission']) {
    await other.sync(name)
  }
  await other.sync('email_event')
  const [{ member, list } = {}] = await database.query<{ member: string; list: string }>(
    'SELECT contact_id AS member, contact_list_id AS list FROM hubspot.contact_list_member LIMIT 1',
  )
  const [{ address } = {}] = await database.query<{ address: string }>(
    'SELECT email AS address FROM hubspot.form_submission WHERE email IS NOT NULL LIMIT 1',
  )
  const [{ id: event } = {}] = await database.query<{ id: string }>(
    `UPDATE hubspot.email_event SET recipient = $1
      WHERE id = (SELECT id FROM hubspot.email_event_open ORDER BY id LIMIT 1) RETURNING id`,
    [address],
  )
  await database.query(
    'INSERT INTO hubspot.contact (id, is_deleted, property_email) VALUES ($1, true, $2)',
    [member, address],
  )
  await other.connection.kysely
    .transaction()
    .execute((transaction) =>
      eraseWithMerged(transaction, contact, [{ id: member ?? '', updatedAt: null }]),
    )
  // A value that does not fit would otherwise be kept in the quarantine.
  simulator.resources.patch('email_event', event ?? '', { obsoletedBy: { created: 'never' } })
  const before = await stored(database, { address, member, event })
  expect(before).toEqual({ submissions: 0, members: 0, events: 0, opens: 0, quarantined: 0 })
  for (const name of ['contact_list', 'contact_list_member', 'form_submission', 'email_event']) {
    expect(await other.sync(name, { full: true })).toMatchObject({
      outcome: 'succeeded',
      deleted: 0,
    })
    const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
    const hubspot = connectHubSpot(settings, other.connect)
    const verified = await verifyEntity(other.entity(name), hubspot, other.connection)
    expect(verified).toMatchObject({ total: 0, unserved: 0 })
  }
  expect(await stored(database, { address, member, event })).toEqual(before)
  expect(simulator.resources.find('list_member', member ?? '', list)).toBeDefined()
})

async function stored(
  { query: ask }: TestDatabase,
  { address, member, event }: Readonly<Record<'address' | 'member' | 'event', string | undefined>>,
) {
  const rows = await ask(
    `SELECT (SELECT count(*)::int FROM hubspot.form_submission WHERE email = $1) AS submissions,
      (SELECT count(*)::int FROM hubspot.contact_list_member WHERE contact_id = $2) AS members,
      (SELECT count(*)::int FROM hubspot.email_event WHERE id = $3 AND recipient IS NOT NULL) AS events,
      (SELECT count(*)::int FROM hubspot.email_event_open WHERE id = $3 AND ip_address IS NOT NULL) AS opens,
      (SELECT count(*)::int FROM hubgen.quarantine) AS quarantined`,
    [address, member, event],
  )
  return rows[0]
}
