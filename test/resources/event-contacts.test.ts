import { afterAll, beforeAll, expect, test } from 'vitest'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

let portal: ResourcePortal
let made = Date.now() - 30 * 60_000

beforeAll(async () => {
  portal = await openResourcePortal()
})

afterAll(() => portal[Symbol.asyncDispose]())

/** An e-mail to this address was opened; returns the event's id. */
function open(recipient?: string): string {
  made += 1_003
  const id = `event-${made}`
  const row = { id, created: made, type: 'OPEN', recipient }
  portal.simulator.resources.put('email_event', id, row)
  return id
}

async function matchOf(id: string): Promise<string> {
  const [row] = await portal.database.query<{ contact_id: string | null; match: string }>(
    'SELECT contact_id, contact_match AS match FROM hubspot.email_event WHERE id = $1',
    [id],
  )
  return `${row?.match} ${row?.contact_id ?? '-'}`
}

async function makeContacts(): Promise<void> {
  await portal.database.query(`
    CREATE TABLE hubspot.contact (id bigint PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false,
      property_email text, property_hs_additional_emails text);
    COMMENT ON TABLE hubspot.contact IS 'Contacts, synced by hubgen';
    INSERT INTO hubspot.contact (id, property_email, property_hs_additional_emails, is_deleted) VALUES
      (20, 'Ann@X.example', NULL, false), (21, 'twin@x.example', NULL, false), (22, 'twin@x.example', NULL, false),
      (23, 'b@x.example', 'old@x.example;older@x.example', false), (24, 'gone@x.example', NULL, true)`)
}

const sync = async (full = false) => {
  const report = await portal.sync('email_event', { full })
  expect(report).toMatchObject({ outcome: 'succeeded', error: null })
  return report
}

test('without a table of contacts events have no contact, and nothing says how one was found', async () => {
  const id = open('ann@x.example')
  await sync()
  expect(await matchOf(id)).toBe('null -')
  await makeContacts()
  await sync()
  expect(await matchOf(id)).toBe('email 20')
})

test('the recipient of an event is its contact; an address of several contacts names none', async () => {
  const ids = [
    'ann@x.example ',
    'older@x.example',
    'twin@x.example',
    'gone@x.example',
    'nobody@x.example',
    undefined,
  ].map(open)
  await sync()
  expect(await Promise.all(ids.map(matchOf))).toEqual([
    'email 20',
    'additional_email 23',
    'several -',
    'none -',
    'none -',
    'none -',
  ])
  expect(await sync()).toMatchObject({ inserted: 0, updated: 0 })
})

test('a contact that comes later is found by a later run', async () => {
  const id = open('late@x.example')
  await sync()
  expect(await matchOf(id)).toBe('none -')
  await portal.database.query(
    "INSERT INTO hubspot.contact (id, property_email) VALUES (40, 'late@x.example')",
  )
  await sync()
  expect(await matchOf(id)).toBe('email 40')
})

test('an event that is sent again keeps its contact', async () => {
  const id = open('ann@x.example')
  await sync()
  portal.simulator.resources.patch('email_event', id, { filteredEvent: true })
  expect(await sync()).toMatchObject({ updated: 1 })
  expect(await matchOf(id)).toBe('email 20')
})

test('more events than one transaction matches all find their contacts, and again with --full', async () => {
  await portal.database.query(`INSERT INTO hubspot.email_event (id, created, recipient)
    SELECT 'many-' || n, '2020-01-01', 'b@x.example' FROM generate_series(1, 50001) AS n`)
  const count = async (where: string) => {
    const rows = await portal.database.query<{ n: string }>(
      `SELECT count(*) AS n FROM hubspot.email_event WHERE id LIKE 'many-%' AND ${where}`,
    )
    return Number(rows[0]?.n)
  }
  await sync()
  expect(await count('contact_id = 23')).toBe(50_001)
  await portal.database.query('UPDATE hubspot.contact SET is_deleted = true WHERE id = 23')
  await sync()
  expect(await count('contact_id = 23')).toBe(50_001)
  await sync(true)
  expect(await count("contact_id IS NULL AND contact_match = 'none'")).toBe(50_001)
})
