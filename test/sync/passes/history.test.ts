import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Entity } from '../../../runtime/entity.ts'
import { history } from '../../../runtime/sync/passes/history.ts'
import { companionFacts } from '../../support/companion-facts.ts'
import { runPass } from '../../support/run-pass.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../../support/sync-portal.ts'

const deals = '0-3'
const names = ['amount', 'dealstage']

let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal(
    'deals',
    { records: { deals: 230 } },
    { ...fewColumns, history: names },
  )
  const { history: generated } = companionFacts(portal.analysis)
  expect(generated).toEqual({
    table: 'hubspot.deal_property_history',
    idColumn: 'deal_id',
    properties: names,
  })
  entity = { ...portal.entity, ...(generated && { history: generated }) }
  await portal.sync()
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query('TRUNCATE hubspot.deal_property_history')
})

afterAll(() => portal[Symbol.asyncDispose]())

function liveIds(): string[] {
  const records = portal.simulator.store.scan(deals, 0n, { archived: false })
  return [...records].map(({ id }) => id)
}

/** By the store; of several values in one millisecond the oldest at that time, each later one 1 µs after it. */
function expected(ids: readonly string[]): readonly string[] {
  const rows: string[] = []
  for (const id of ids) {
    for (const name of names) {
      const taken = new Map<number, number>()
      for (const entry of portal.simulator.store.history(deals, id, name).toReversed()) {
        const ms = Date.parse(entry.timestamp)
        const behind = taken.get(ms) ?? 0
        taken.set(ms, behind + 1)
        const value = [
          entry.value === '' ? null : entry.value,
          entry.sourceType,
          entry.sourceId ?? null,
        ]
        rows.push(`${id} ${name} ${ms * 1000 + behind} ${JSON.stringify(value)}`)
      }
    }
  }
  return rows.sort()
}

async function stored(): Promise<readonly string[]> {
  const rows = await portal.database.query<Record<string, unknown>>(
    `SELECT *, (extract(epoch FROM timestamp) * 1000000)::bigint AS micros
     FROM hubspot.deal_property_history`,
  )
  return rows
    .map(
      ({ deal_id, name, micros, value, source, source_id }) =>
        `${deal_id} ${name} ${micros} ${JSON.stringify([value, source, source_id])}`,
    )
    .sort()
}

describe('history of chosen properties', () => {
  it('is every value that HubSpot remembers, 50 records a call', async () => {
    const { calls, counts } = await runPass(portal, history, { entity })
    const rows = expected(liveIds())
    expect(await stored()).toEqual(rows)
    expect(rows.length).toBeGreaterThan(liveIds().length)
    expect(calls).toBe(Math.ceil(liveIds().length / 50))
    expect(counts).toMatchObject({ read: liveIds().length, inserted: rows.length, updated: 0 })
  })

  it('does not come twice', async () => {
    await runPass(portal, history, { entity })
    const { counts } = await runPass(portal, history, { entity })
    expect(counts).toMatchObject({ inserted: 0, updated: 0, unchanged: expected(liveIds()).length })
  })

  it('grows by what changed, reading only the records that changed here', async () => {
    await runPass(portal, history, { entity })
    const [{ now } = { now: new Date() }] = await portal.database.query<{ now: Date }>(
      'SELECT now() AS now',
    )
    const id = liveIds()[7] ?? ''
    portal.simulator.store.update(deals, id, { amount: '12' })
    await portal.database.query(`UPDATE hubspot.deal SET _fivetran_synced = now() WHERE id = ${id}`)
    const { calls, counts } = await runPass(portal, history, { entity, freshAsOf: now })
    expect(calls).toBe(1)
    expect(counts).toMatchObject({ read: 1, inserted: 1, updated: 0 })
    expect(await stored()).toEqual(expected(liveIds()))
  })

  it('resumes where it was interrupted, for the remaining records', async () => {
    const ids = liveIds()
    const position = { since: null, last: ids[99] }
    await runPass(portal, history, { entity, position, freshAsOf: new Date() })
    expect(await stored()).toEqual(expected(ids.slice(100)))
  })

  it('survives faults of HubSpot', async () => {
    const { faults } = portal.simulator
    faults.add({ kind: 'html_502', route: 'batch_read', after: 1 })
    faults.add({ kind: 'reset_mid_body', route: 'batch_read', after: 2 })
    faults.add({ kind: 'html_524', route: 'batch_read', after: 3, times: 2 })
    await runPass(portal, history, { entity })
    expect(await stored()).toEqual(expected(liveIds()))
  })

  it('is not read where nobody asked for it', async () => {
    expect(await runPass(portal, history)).toMatchObject({ calls: 0, counts: {} })
  })
})
