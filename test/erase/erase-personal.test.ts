import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { eraseWithMerged } from '../../runtime/postgres/load/erase-records.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

const contact: Entity = {
  ...{ name: 'contacts', objectType: '0-1', table: 'hubspot.contact', portalId: 8_100_142 },
  ...{ modifiedProperty: 'lastmodifieddate', properties: {} },
}

let portal: ResourcePortal
const query = (sql: string) => portal.database.query(sql)

beforeAll(async () => {
  portal = await openResourcePortal()
  await ensureState(portal.connection)
  await query(`CREATE TABLE hubspot.contact (id bigint PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false,
    _fivetran_deleted boolean NOT NULL DEFAULT false, _fivetran_synced timestamptz NOT NULL DEFAULT now(),
    portal_id bigint NOT NULL DEFAULT 1, updated_at timestamptz NOT NULL DEFAULT now(),
    property_email text, property_hs_additional_emails text)`)
  await query(`COMMENT ON TABLE hubspot.contact IS 'Contacts, synced by hubgen'`)
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
  await query(`INSERT INTO hubspot.email_subscription_change (id, change, recipient) VALUES
    ('s', 'UNSUBSCRIBED', 'gone@x.example'), ('t', 'UNSUBSCRIBED', 'stays@x.example')`)
})

afterAll(() => portal[Symbol.asyncDispose]())

const erase = (id: string) =>
  portal.connection.kysely
    .transaction()
    .execute((transaction) => eraseWithMerged(transaction, contact, [{ id, updatedAt: null }]))

test('erasing a contact empties its submissions and the events of its addresses, and no other', async () => {
  expect(await erase('1')).toMatchObject({ counts: { rows: 1, personal: 4 } })
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
  expect(await erase('1')).toMatchObject({ counts: { rows: 0, personal: 0 } })
})
