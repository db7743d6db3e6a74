import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import type { RateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { openOwnerPortal } from '../support/owner-tables.ts'
import type { SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal
let other: Entity

beforeEach(async () => {
  portal = await openOwnerPortal()
  await portal.database.query(`CREATE TABLE hubspot.other (LIKE hubspot.note INCLUDING ALL);
    COMMENT ON TABLE hubspot.other IS 'A copy, synced by hubgen'`)
  other = { ...portal.entity, name: 'others', table: 'hubspot.other' }
})

afterEach(() => portal[Symbol.asyncDispose]())

function sync(entity: Entity, options: SyncOptions = {}) {
  const { simulator, connection: database, directory, connect } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return syncEntity(entity, { hubspot, database, directory, connect, ...options })
}

/** Syncs notes, and does something else between the two answers that its owners are made of. */
async function syncNotes(meanwhile: () => Promise<unknown>) {
  const { rateLimiter: limiter } = portal.connect
  if (limiter === undefined) throw new Error('no limiter')
  let ownerCalls: number | null = null
  const waiting: RateLimiter = {
    ...limiter,
    async admit(bucket, signal) {
      if (ownerCalls !== null && ++ownerCalls === 2) await meanwhile()
      return limiter.admit(bucket, signal)
    },
  }
  return await sync(portal.entity, {
    connect: { ...portal.connect, rateLimiter: waiting },
    onEvent(event) {
      if (event.type === 'pass_started') ownerCalls = event.pass === 'owners' ? 0 : null
    },
  })
}

/** Gives every listed owner a new name. */
function rename(firstName: string): void {
  const { store } = portal.simulator
  store.setOwners(store.owners().map((owner) => ({ ...owner, firstName })))
}

async function names(): Promise<readonly unknown[]> {
  const rows = await portal.database.query(
    'SELECT DISTINCT first_name FROM hubspot.owner WHERE is_active',
  )
  return rows.map((row) => row['first_name'])
}

const ownersOf = ({ passes }: Awaited<ReturnType<typeof sync>>) =>
  passes.flatMap(({ pass, outcome }) => (pass === 'owners' ? [outcome] : []))

test('an older answer is not written over a newer one', async () => {
  rename('Old')
  const report = await syncNotes(async () => {
    rename('New')
    expect(ownersOf(await sync(other))).toEqual(['completed'])
  })
  expect(report.outcome).toBe('succeeded')
  expect(ownersOf(report)).toEqual(['skipped'])
  expect(await names()).toEqual(['New'])
  expect(ownersOf(await sync(portal.entity))).toEqual([])
})

test('where the newer run ended before it wrote, owners are due again', async () => {
  rename('Old')
  const report = await syncNotes(async () => {
    rename('New')
    await sync(other)
    // As if the process had died after its beginning.
    await portal.database.query(
      "UPDATE hubgen.pass SET finished_at = NULL, fresh_as_of = NULL WHERE pass = 'owners'",
    )
    await portal.database.query('DELETE FROM hubspot.owner')
  })
  expect(ownersOf(report)).toEqual(['skipped'])
  expect(await names()).toEqual([])
  expect(ownersOf(await sync(portal.entity))).toEqual(['completed'])
  expect(await names()).toEqual(['New'])
})
