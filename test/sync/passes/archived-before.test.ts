import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSyncPortal, type SyncPortal } from '../../support/sync-portal.ts'

let portal: SyncPortal

beforeEach(async () => {
  portal = await openSyncPortal('notes', { records: { notes: 350 } })
})

afterEach(() => portal[Symbol.asyncDispose]())

const typeId = '0-46'
const bin = () =>
  [...portal.simulator.store.scan(typeId, 0n, { archived: true })].map(({ id }) => id)
const deleted = async () =>
  (
    await portal.database.query<{ id: string }>(
      'SELECT id FROM hubspot.note WHERE is_deleted AND _fivetran_deleted ORDER BY id',
    )
  ).map(({ id }) => id)
const passes = () =>
  portal.events.flatMap((event) => (event.type === 'pass_started' ? event.pass : []))

test('without the setting records that were deleted before the first sync have no row', async () => {
  expect(bin().length).toBeGreaterThan(1)
  await portal.sync()
  expect(await deleted()).toEqual([])
  expect(passes()).not.toContain('archived_before')
})

test('with it they are rows with their values, marked as deleted, and read once', async () => {
  await portal.sync({ archivedBefore: true })
  expect(await deleted()).toEqual(bin())
  const [id = ''] = bin()
  const body = portal.simulator.store.record(typeId, id)?.value('hs_note_body') ?? null
  expect((await portal.row(id))?.['property_hs_note_body']).toEqual(body)
  await portal.sync({ archivedBefore: true })
  expect(passes()).not.toContain('archived_before')
})

test('the setting works for a copy that exists, and a restored record is live again', async () => {
  const [first = '', ...others] = bin()
  await portal.sync()
  await portal.sync({ archivedBefore: true })
  expect(await deleted()).toEqual([first, ...others])
  portal.simulator.store.restore(typeId, first)
  await portal.sync({ archivedBefore: true })
  expect(await deleted()).toEqual(others)
})
