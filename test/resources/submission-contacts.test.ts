import { afterAll, beforeAll, expect, test } from 'vitest'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

const FORM = '000000f0-0000-4000-8000-000000000000'
let portal: ResourcePortal

beforeAll(async () => {
  portal = await openResourcePortal()
  await portal.database.query(`
    CREATE TABLE hubspot.contact (id bigint PRIMARY KEY, is_deleted boolean NOT NULL DEFAULT false,
      property_email text, property_hs_additional_emails text, property_hs_calculated_form_submissions text);
    COMMENT ON TABLE hubspot.contact IS 'Contacts, synced by hubgen'`)
  await portal.sync('form')
})

afterAll(() => portal[Symbol.asyncDispose]())

const minute = 60_000
let submitted = Date.now() - 30 * minute

/** A submission of the first form; returns its id and time. */
function submit(email?: string): { readonly id: string; readonly ms: number } {
  submitted += 1_003
  const id = `submission-${submitted}`
  const values = email === undefined ? [] : [{ name: 'email', value: email, objectTypeId: '0-1' }]
  const row = { conversionId: id, submittedAt: submitted, values, pageUrl: 'https://x.example/' }
  portal.simulator.resources.put('form_submission', id, row, FORM)
  return { id, ms: submitted }
}

async function contact(id: number, fields: Readonly<Record<string, string | boolean>>) {
  const names = Object.keys(fields)
  const values = Object.values(fields).map((value) => `'${value}'`)
  await portal.database.query(
    `INSERT INTO hubspot.contact (id${names.map((name) => `, ${name}`).join('')})
      VALUES (${[id, ...values].join(', ')})`,
  )
}

async function matchOf(id: string): Promise<string> {
  const [row] = await portal.database.query<{ contact_id: string | null; match: string }>(
    `SELECT contact_id, contact_match AS match FROM hubspot.form_submission WHERE conversion_id = '${id}'`,
  )
  return `${row?.match} ${row?.contact_id ?? '-'}`
}

const sync = (full = false) => portal.sync('form_submission', { full })
const list = 'property_hs_calculated_form_submissions'

test("a contact's own list of submissions names it, in any of its notations, before any address does", async () => {
  const all = [submit('a@x.example'), submit('a@x.example'), submit('a@x.example')]
  const [first, second, third] = all
  if (first === undefined || second === undefined || third === undefined) throw new Error('three')
  const iso = new Date(second.ms).toISOString()
  await contact(10, {
    [list]: `other:1;${FORM}:${first.ms};${FORM}::${iso};${FORM}:2026-02-30T99:00:00Z;::`,
  })
  await contact(9, { property_email: 'a@x.example' })
  await contact(8, { [list]: `${FORM}:${third.ms}`, is_deleted: true })
  expect(await sync()).toMatchObject({ outcome: 'succeeded', error: null })
  expect(await Promise.all(all.map(({ id }) => matchOf(id)))).toEqual([
    'submission 10',
    'submission 10',
    'email 9',
  ])
})

test('an address of one contact is that contact, and the match says so where several have it', async () => {
  await contact(20, { property_email: 'Ann@X.example' })
  await contact(21, { property_email: 'twin@x.example' })
  await contact(22, { property_email: 'twin@x.example' })
  await contact(23, {
    property_email: 'b@x.example',
    property_hs_additional_emails: 'old@x.example;older@x.example',
  })
  const made = [
    'ann@x.example ',
    'twin@x.example',
    'older@x.example',
    'nobody@x.example',
    undefined,
  ]
  const ids = made.map((email) => submit(email).id)
  await sync()
  expect(await Promise.all(ids.map(matchOf))).toEqual([
    'email 20',
    'one_of_several 21',
    'additional_email 23',
    'none -',
    'none -',
  ])
})

test('two contacts that claim one submission leave it to its address', async () => {
  const { id, ms } = submit('ann@x.example')
  await contact(30, { [list]: `${FORM}:${ms}` })
  await contact(31, { [list]: `${FORM}:${ms}` })
  await sync()
  expect(await matchOf(id)).toBe('email 20')
})

test('a contact that comes later is found by a later run, and every one is found again with --full', async () => {
  const { id } = submit('late@x.example')
  await sync()
  expect(await matchOf(id)).toBe('none -')
  await contact(40, { property_email: 'late@x.example' })
  await sync()
  expect(await matchOf(id)).toBe('email 40')
  await portal.database.query('UPDATE hubspot.contact SET is_deleted = true WHERE id = 40')
  await sync()
  expect(await matchOf(id)).toBe('email 40')
  await sync(true)
  expect(await matchOf(id)).toBe('none -')
})

test('a submission of a contact that was merged away belongs to the contact that is left', async () => {
  const [once, twice] = [submit('away@x.example'), submit('twice@x.example')]
  await contact(50, { property_email: 'away@x.example' })
  await contact(51, { property_email: 'twice@x.example' })
  await sync()
  await portal.database.query(`UPDATE hubspot.contact SET is_deleted = true WHERE id IN (50, 51);
    CREATE TABLE hubspot.merged_contact (contact_id bigint, merged_contact_id bigint PRIMARY KEY);
    COMMENT ON TABLE hubspot.merged_contact IS 'Merges, synced by hubgen';
    INSERT INTO hubspot.merged_contact VALUES (51, 50), (52, 51), (61, 60), (60, 61)`)
  await sync()
  expect(await Promise.all([once, twice].map(({ id }) => matchOf(id)))).toEqual([
    'email 52',
    'email 52',
  ])
  await portal.database.query('DROP TABLE hubspot.merged_contact')
})

test('without a table of contacts submissions have no contact, and the run succeeds', async () => {
  await portal.database.query('DROP TABLE hubspot.contact')
  const { id } = submit('ann@x.example')
  expect(await sync()).toMatchObject({ outcome: 'succeeded', error: null })
  expect(await matchOf(id)).toBe('null -')
})

test('submissions_without_id: a submission without an id of its own has one key, however often it is read', async () => {
  portal.simulator.faults.add({ kind: 'submissions_without_id' })
  expect(await sync(true)).toMatchObject({ outcome: 'succeeded', error: null })
  const again = await sync(true)
  expect(again).toMatchObject({ outcome: 'succeeded', inserted: 0, updated: 0 })
  expect(portal.simulator.faults.list()[0]?.fired).toBeGreaterThan(0)
})
