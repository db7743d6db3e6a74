import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 40 } })
})

afterAll(() => portal[Symbol.asyncDispose]())

const alter = (action: string) => portal.database.query(`ALTER TABLE hubspot.deal ${action}`)

test('a run of which Postgres refused every record failed, and so does the next', async () => {
  await alter('ADD mine text NOT NULL')
  for (let run = 0; run < 2; run++) {
    const report = await portal.sync()
    expect(report).toMatchObject({ mode: 'full', outcome: 'failed', rejectedRecords: 40 })
    expect(report.error).toMatchObject({
      code: 'EVERY_RECORD_REFUSED',
      fix: expect.stringContaining('hubgen quarantine deals'),
    })
  }
  await alter('DROP mine')
  expect(await portal.sync()).toMatchObject({ mode: 'full', outcome: 'succeeded', inserted: 40 })
})

test('one of which it refused some has done its work', async () => {
  const { store } = portal.simulator
  await alter("ADD CONSTRAINT fits CHECK (property_dealname <> 'bad')")
  const ids = [...store.scan('0-3', 0n, { archived: false })].map(({ id }) => id)
  for (const id of ids.slice(0, 3)) store.update('0-3', id, { dealname: 'bad' })
  expect(await portal.sync()).toMatchObject({ outcome: 'succeeded', rejectedRecords: 3 })
  for (const id of ids.slice(0, 12)) store.update('0-3', id, { dealname: 'bad' })
  const report = await portal.sync()
  expect(report.error?.code).toBe('EVERY_RECORD_REFUSED')
})
