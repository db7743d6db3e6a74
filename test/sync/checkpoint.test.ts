import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rememberUnlisted } from '../../runtime/postgres/load/remember-unlisted.ts'
import { startRun } from '../../runtime/postgres/state/state.ts'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal(
    'tickets',
    {
      records: { tickets: 1_500 },
      latency: { minMs: 1, maxMs: 10 },
    },
    fewColumns,
  )
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query(
    'TRUNCATE hubspot.ticket, hubgen.run, hubgen.pass, hubgen.quarantine CASCADE',
  )
})

afterAll(() => portal[Symbol.asyncDispose]())

const total = () => portal.simulator.store.count('0-5')

async function state(pass = 'records') {
  const [row] = await portal.database.query<{
    begun_at: Date
    fresh_as_of: Date | null
    position: object | null
  }>(
    `SELECT begun_at, position, finished_at, fresh_as_of, reads FROM hubgen.pass
     WHERE entity = 'tickets' AND pass = $1`,
    [pass],
  )
  return row
}

/** Stops after N batches. */
async function interrupt(batches: number, options: { full?: boolean; readers?: number } = {}) {
  const controller = new AbortController()
  let written = 0
  return portal.sync({
    batchRows: 100,
    ...options,
    signal: controller.signal,
    onEvent: ({ type }) => {
      if (type === 'batch_written' && ++written === batches) controller.abort()
    },
  })
}

function resumption(): Extract<SyncEvent, { type: 'pass_started' }> | undefined {
  return portal.events.find((event) => event.type === 'pass_started')
}

describe('a full read that is interrupted', () => {
  it.each([{ readers: 1 }, { readers: 4 }, {}])('resumes where it was: %j', async (options) => {
    const first = await interrupt(4, options)
    expect(first).toMatchObject({ outcome: 'cancelled', mode: 'full' })
    const begun = await state()
    expect(begun).toMatchObject({ finished_at: null, fresh_as_of: null })
    expect(begun?.position).toMatchObject({ read: expect.any(Number) })
    const second = await interrupt(5, options)
    expect(second.outcome).toBe('cancelled')
    const third = await portal.sync({ batchRows: 100, ...options })
    expect(third).toMatchObject({ outcome: 'succeeded', mode: 'full' })
    expect(first.inserted + second.inserted + third.inserted).toBe(total())
    // Only pages that lie in two batches are read twice.
    expect(second.unchanged + third.unchanged).toBeLessThan(200)
    expect(await portal.count()).toBe(total())
    const finished = await state()
    expect(finished).toMatchObject({ position: null, begun_at: begun?.begun_at })
    expect(finished?.fresh_as_of).toEqual(begun?.begun_at)
    // Changes since the first beginning were read as well.
    expect(third.passes.map(({ pass }) => pass).slice(0, 2)).toEqual(['records', 'changes'])
  })

  it('reports that it resumes, since when and from where', async () => {
    await interrupt(4)
    const begun = await state()
    const second = await portal.sync()
    expect(portal.events.find(({ type }) => type === 'run_started')).toMatchObject({
      mode: 'full',
      reason: 'the last full sync was interrupted',
    })
    expect(resumption()).toMatchObject({
      pass: 'records',
      resumedFrom: begun?.begun_at.toISOString(),
      position: expect.stringMatching(
        /^(\d+% of [\d,]+ records were read|[\d,]+ records were read); \d+ ranges? of ids (is|are) left$/,
      ),
    })
    const counted = portal.events.find(({ type }) => type === 'total_counted')
    expect(counted).toMatchObject({ total: expect.any(Number) })
    expect(second.read).toBeLessThan(total())
  })

  it('starts again with --full', async () => {
    await interrupt(4)
    expect(await portal.sync({ full: true })).toMatchObject({ mode: 'full', read: total() })
    expect(resumption()).toMatchObject({ resumedFrom: null })
  })

  it('starts again after a week', async () => {
    await interrupt(4)
    await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '8 days'`)
    expect(await portal.sync()).toMatchObject({ mode: 'full', read: total() })
  })

  it('starts again where its position cannot be understood', async () => {
    await interrupt(4)
    await portal.database.query(`UPDATE hubgen.pass SET position = '{"left": "all"}'`)
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded', read: total() })
  })

  it('starts again when the entity has a property more', async () => {
    await interrupt(4)
    await portal.database.query(
      `UPDATE hubgen.pass SET reads = array_remove(reads, 'property_subject text of subject')`,
    )
    expect(await portal.sync()).toMatchObject({ mode: 'full', read: total() })
    expect(portal.events.find(({ type }) => type === 'run_started')).toMatchObject({
      reason: 'new since the last full sync: `property_subject`',
    })
  })
})

describe('a full read that is complete', () => {
  it('has what changed behind its back, and the next run reads changes only, in three calls', async () => {
    const { store, requests } = portal.simulator
    const [first] = [...store.scan('0-5', 0n, { archived: false })].map(({ id }) => String(id))
    let touched = false
    await portal.sync({
      batchRows: 100,
      onEvent: ({ type }) => {
        if (type !== 'batch_written' || touched) return
        touched = true
        store.update('0-5', first ?? '', { subject: 'changed meanwhile' })
      },
    })
    const [row] = await portal.database.query(
      'SELECT property_subject FROM hubspot.ticket WHERE id = $1',
      [first],
    )
    expect(row).toEqual({ property_subject: 'changed meanwhile' })
    await portal.sync()
    const before = requests.total
    const idle = await portal.sync()
    expect(idle).toMatchObject({
      mode: 'incremental',
      outcome: 'succeeded',
      inserted: 0,
      updated: 0,
    })
    expect(requests.total - before).toBeLessThanOrEqual(3)
    expect(idle.calls).toBeLessThanOrEqual(3)
  })

  it('is not needed with a time since when; that leaves no gap for the runs to come', async () => {
    await portal.sync({ since: new Date() })
    expect(await state()).toBeUndefined()
    expect(await state('changes')).toBeUndefined()
    await portal.sync()
    const known = await state('changes')
    await portal.sync({ since: new Date() })
    expect(await state('changes')).toEqual(known)
    const since = new Date((known?.fresh_as_of?.getTime() ?? 0) - 3_600_000)
    expect(await portal.sync({ since })).toMatchObject({ mode: 'incremental' })
    expect((await state('changes'))?.fresh_as_of).not.toEqual(known?.fresh_as_of)
  })
})

describe('a full read of a table that has rows', () => {
  it('settles those that the list has no longer', async () => {
    const { store } = portal.simulator
    await portal.sync({ full: true })
    const ids = [...store.scan('0-5', 0n, { archived: false })].map(({ id }) => id)
    const [first, middle, last] = [ids[0], ids[700], ids.at(-1)].map((id) => id ?? '')
    store.archive('0-5', String(first))
    store.purge('0-5', String(middle))
    store.purge('0-5', String(last))
    const report = await portal.sync({ full: true, batchRows: 100 })
    expect(report).toMatchObject({ outcome: 'succeeded', deleted: 3 })
    const rows = await portal.database.query<{ id: string }>(
      'SELECT id FROM hubspot.ticket WHERE is_deleted AND _fivetran_deleted ORDER BY id',
    )
    expect(rows.map(({ id }) => id)).toEqual([first, middle, last])
    expect(await portal.sync({ full: true })).toMatchObject({ deleted: 0 })
  })
})

it('rows that were not listed are found, however many there are', async () => {
  await portal.database.query(
    `INSERT INTO hubspot.ticket (id, portal_id, is_deleted, _fivetran_deleted, _fivetran_synced, updated_at)
     SELECT id, 8100142, id % 10 = 0, id % 10 = 0, now(), now() FROM generate_series(1, 5000) AS id`,
  )
  const { connection, entity } = portal
  const run = await startRun(connection, { entity: entity.name, mode: 'full', portalId: 8100142 })
  const parts = [
    { from: 3n, to: 8n, ids: ['4', '5', '99'] },
    { from: 1_001n, to: null, ids: ['2000', '5000', '4999'] },
    { from: 9_000n, to: 9_100n, ids: [] },
  ]
  const count = await connection.kysely
    .transaction()
    .execute((transaction) => rememberUnlisted(transaction, run, entity, parts))
  const found = await portal.database.query<{ record_id: string }>(
    "SELECT record_id FROM hubgen.pending_read WHERE reason = 'not_listed' ORDER BY record_id",
  )
  const expected = [3, 6, 7]
  for (let id = 1_001; id < 4_999; id++) if (id % 10 !== 0) expected.push(id)
  expect(found.map(({ record_id }) => Number(record_id))).toEqual(expected)
  expect(count).toBe(expected.length)
})

describe('a limited run', () => {
  it('leaves no trace in the passes', async () => {
    expect(await portal.sync({ limit: 250 })).toMatchObject({ mode: 'test', read: 250 })
    expect(await state()).toBeUndefined()
    await interrupt(4)
    const before = await state()
    await portal.sync({ limit: 150 })
    expect(await state()).toEqual(before)
  })
})
