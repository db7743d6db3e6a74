import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { everyId } from '../../runtime/postgres/load/live-rows.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal
let id: string

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 150 } }, fewColumns)
  await portal.sync()
})

afterAll(async () => {
  await portal[Symbol.asyncDispose]()
})

/** As if HubSpot's stamp of a record had gone back a day, to what it is there now. */
beforeEach(async () => {
  const rows = await portal.database.query<{ id: string }>(
    `UPDATE hubspot.deal SET property_dealname = 'wrong', updated_at = updated_at + interval '1 day'
     WHERE id = (SELECT min(id) FROM hubspot.deal WHERE NOT is_deleted) RETURNING id`,
  )
  id = rows[0]?.id ?? ''
})

async function name(): Promise<unknown> {
  return (await portal.row(id))?.['property_dealname']
}

const theirs = () => portal.simulator.store.record(DEALS, id)?.properties['dealname']

test('the newest stamp wins in an incremental run', async () => {
  await portal.sync()
  expect(await name()).toBe('wrong')
})

test("a full run makes the row HubSpot's", async () => {
  const { updated } = await portal.sync({ full: true })
  expect(updated).toBe(1)
  expect(await name()).toBe(theirs())
})

test("a repair makes the row HubSpot's", async () => {
  await portal.sync({ repair: [everyId] })
  expect(await name()).toBe(theirs())
})

test('an archived version counts, too', async () => {
  portal.simulator.store.archive(DEALS, id)
  const archived = theirs()
  await portal.sync({ repair: [everyId] })
  expect(await name()).toBe(archived)
  expect((await portal.row(id))?.['is_deleted']).toBe(true)
})
