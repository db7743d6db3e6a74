import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readStatus } from '../../runtime/monitoring/read-status.ts'
import { describeDoubt } from '../../runtime/monitoring/verdict/describe-doubt.ts'
import { findProblems } from '../../runtime/monitoring/verdict/find-problems.ts'
import { replayEntity } from '../../runtime/sync/replay/replay-entity.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
let portal: SyncPortal

beforeEach(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 40 } })
})

afterEach(() => portal[Symbol.asyncDispose]())

/** A trigger that drops, in a way of its own, the rows of every second record. */
async function addTrigger(body: string, events = 'INSERT'): Promise<void> {
  await portal.database.query(`CREATE FUNCTION hubspot.tr() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN ${body} RETURN NEW; END $$`)
  await portal.database.query(`CREATE TRIGGER tr BEFORE ${events} ON hubspot.deal
    FOR EACH ROW EXECUTE FUNCTION hubspot.tr()`)
}
const dropsSome = `IF NEW.id IN (SELECT id FROM picked) THEN RETURN NULL; END IF;`

async function pickSome(): Promise<string[]> {
  const ids = [...portal.simulator.store.scan(deals, 0n, { archived: false })].map(({ id }) => id)
  const picked = ids.filter((_, place) => place % 2 === 0)
  await portal.database.query('CREATE TABLE IF NOT EXISTS public.picked (id bigint)')
  await portal.database.query(`INSERT INTO public.picked VALUES ${picked.map((id) => `(${id})`)}`)
  return picked
}

async function sync(options: SyncOptions = {}) {
  const notices: { code: string; message: string; fix: string | null }[] = []
  const { simulator, directory, connection: database, connect } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const report = await syncEntity(portal.entity, {
    ...{ directory, hubspot, database, connect, ...options },
    onEvent(event) {
      if (event.type === 'notice') notices.push(event)
    },
  })
  return { report, notices: notices.filter(({ code }) => code === 'ROWS_DROPPED') }
}

async function look() {
  const { entity } = portal
  const watched = { name: entity.name, label: entity.name, table: entity.table }
  return readStatus(portal.connection, [watched])
}

async function quarantined(): Promise<number> {
  const [row] = await portal.database.query<{ count: number }>(
    "SELECT count(*)::int FROM hubgen.quarantine WHERE property IS NULL AND reason = 'row_dropped'",
  )
  return row?.count ?? 0
}

describe.each([
  ['the usual way', { batchRows: 1_000 }],
  ['COPY from the second batch on', { batchRows: 10 }],
])('a trigger that drops rows, loaded %s', (_, options) => {
  it('is a problem in words, and its records are not read again in every run', async () => {
    await pickSome()
    await addTrigger(dropsSome.replace('picked', 'public.picked'))
    const { report, notices } = await sync(options)
    expect(report).toMatchObject({ outcome: 'succeeded', inserted: 20, rejectedRecords: 20 })
    expect(notices).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('`hubspot.deal` does not keep 20 records'),
        fix: expect.stringContaining('`hubgen replay deals`'),
      }),
    ])
    expect(await portal.count()).toBe(20)
    expect(await quarantined()).toBe(20)
    const status = await look()
    const [deal] = status.entities
    const problem = { kind: 'rows_dropped', entity: 'deals', command: 'quarantine deals' }
    expect(findProblems(status)).toContainEqual(problem)
    expect(deal && describeDoubt('rows_dropped', [deal], new Date())).toContain('hubspot.deal')
    await sync(options)
    const idle = await sync(options)
    expect(idle.report).toMatchObject({ outcome: 'succeeded', read: 0 })
    expect(idle.report.calls).toBeLessThanOrEqual(4)
    expect(idle.notices).toHaveLength(1)
    await portal.database.query('DROP TRIGGER tr ON hubspot.deal')
    const { records } = await replayEntity(portal.entity, portal.connection)
    expect(records).toMatchObject({ fitted: 20, stayed: 0 })
    expect(await portal.count()).toBe(40)
    expect(await quarantined()).toBe(0)
    expect(findProblems(await look())).not.toContainEqual(problem)
    expect((await sync(options)).notices).toEqual([])
  })
})

it('a changed record whose row a trigger keeps as it was is in the quarantine, too', async () => {
  await sync()
  const picked = await pickSome()
  const [first = '', second = ''] = picked
  await addTrigger(dropsSome.replace('picked', 'public.picked'), 'INSERT OR UPDATE')
  for (const id of [first, second]) portal.simulator.store.update(deals, id, { dealname: 'new' })
  expect((await sync()).report).toMatchObject({ outcome: 'succeeded', rejectedRecords: 2 })
  expect(await quarantined()).toBe(2)
  await portal.database.query('DROP TRIGGER tr ON hubspot.deal')
  await sync()
  expect(await quarantined()).toBe(0)
})

it('a trigger that drops nothing is none of this', async () => {
  await addTrigger('NEW.property_dealname := upper(NEW.property_dealname);', 'INSERT OR UPDATE')
  await sync({ batchRows: 10 })
  const { report, notices } = await sync({ full: true })
  expect([report.outcome, notices, await quarantined()]).toEqual(['succeeded', [], 0])
})

it('a run that changes nothing asks no more of a table without triggers', async () => {
  await sync()
  const { report } = await sync({ full: true })
  expect(report).toMatchObject({ outcome: 'succeeded', unchanged: 40, rejectedRecords: 0 })
})
