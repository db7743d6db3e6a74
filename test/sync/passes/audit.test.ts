import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Entity } from '../../../runtime/entity.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client/client.ts'
import { readStatus } from '../../../runtime/monitoring/read-status.ts'
import { findProblems } from '../../../runtime/monitoring/verdict/find-problems.ts'
import { planSync } from '../../../runtime/sync/plan-sync.ts'
import type { SyncReport } from '../../../runtime/sync/report.ts'
import { syncEntity } from '../../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import { associationNamed } from '../../support/companion-facts.ts'
import { liveInHubSpot } from '../../support/copy-state.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../../support/sync-portal.ts'

const deals = '0-3'
const calculated = 'property_num_associated_contacts'

let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  // Fewer than a sample, so that every record is in it.
  portal = await openSyncPortal('deals', { records: { deals: 180, contacts: 60 } }, fewColumns)
  const associations = [associationNamed(portal.analysis, 'deal_contact')]
  entity = { ...portal.entity, associations, calculated: [calculated] }
  await sync()
})

beforeEach(() => portal.simulator.faults.clear())

afterAll(() => portal[Symbol.asyncDispose]())

async function sync(options: SyncOptions = {}): Promise<SyncReport> {
  const { simulator, directory, connection: database, connect } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return syncEntity(entity, { directory, hubspot, database, connect, ...options })
}

/** The next run on the next day, as far as the audit is concerned. */
async function syncNextDay(): Promise<SyncReport> {
  await portal.database.query(
    `UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day' WHERE pass = 'audit'`,
  )
  const report = await sync()
  expect(report).toMatchObject({ outcome: 'succeeded' })
  return report
}

async function newest(): Promise<Record<string, string>> {
  const rows = await portal.database.query<Record<string, string>>(
    `SELECT subject, records || ' ' || differing || ' ' || unexplained || ' ' || mended AS counts
    FROM hubgen.audit WHERE audited_at = (SELECT max(audited_at) FROM hubgen.audit)`,
  )
  return Object.fromEntries(rows.map(({ subject = '', counts = '' }) => [subject, counts]))
}

function ids(): string[] {
  return liveInHubSpot(portal).map((row) => row.split(' ')[0] ?? '')
}

const auditOf = ({ passes }: SyncReport) => passes.find(({ pass }) => pass === 'audit')

describe('the daily audit', () => {
  it('compares a sample once a day, and says so where all is equal', async () => {
    const count = ids().length
    // Two batches of a hundred, and one question about links.
    expect(auditOf(await syncNextDay())).toMatchObject({ calls: 3, read: 0, updated: 0 })
    expect(await newest()).toEqual({ '*': `${count} 0 0 0`, deal_contact: `${count} 0 0 0` })
    expect(auditOf(await sync())).toBeUndefined()
    expect(auditOf(await sync({ audit: true }))).toMatchObject({ calls: 3 })
    expect(auditOf(await sync())).toBeUndefined()
  })

  it('is a day later where a run has just read everything from the start, and only then', async () => {
    await using other = await openSyncPortal('deals', { records: { deals: 180 } })
    other.simulator.faults.add({ kind: 'error_500', route: 'list', after: 1, times: 50 })
    expect(await other.sync({ batchRows: 50 })).toMatchObject({ outcome: 'partial' })
    other.simulator.faults.clear()
    expect(auditOf(await other.sync())?.calls).toBeGreaterThanOrEqual(2)
    await other.database.query('TRUNCATE hubgen.pass')
    expect(auditOf(await other.sync())).toMatchObject({ outcome: 'completed', calls: 0 })
    // Of an older hubgen, which has not compared anything.
    await other.database.query("DELETE FROM hubgen.pass WHERE pass = 'audit'")
    expect(auditOf(await other.sync())?.calls).toBeGreaterThanOrEqual(2)
    // A sync that reads everything each time is compared anyway.
    await other.database.query(
      `UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day' WHERE pass = 'audit'`,
    )
    expect(auditOf(await other.sync({ full: true }))?.calls).toBeGreaterThanOrEqual(2)
  })

  it('is counted by the plan', async () => {
    await portal.database.query(
      `UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day' WHERE pass = 'audit'`,
    )
    const { simulator, connection } = portal
    const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
    const { passes } = await planSync(entity, connectHubSpot(settings, portal.connect), connection)
    const calls = passes.find(({ pass }) => pass === 'audit')?.calls.map((one) => one.calls)
    expect(calls).toEqual([2, 1])
  })

  it('finds, repairs and names a value and a link that no change explains', async () => {
    const [one = ''] = ids()
    const links = 'SELECT * FROM hubspot.deal_contact ORDER BY deal_id, contact_id, type_id'
    const before = await portal.database.query(links)
    await portal.database.query(`UPDATE hubspot.deal SET property_dealname = 'x' WHERE id = ${one}`)
    await portal.database.query(
      `DELETE FROM hubspot.deal_contact WHERE deal_id = (SELECT min(deal_id) FROM hubspot.deal_contact)`,
    )
    const events: string[] = []
    await portal.database.query(
      `UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day' WHERE pass = 'audit'`,
    )
    const report = await sync({
      onEvent: (event) => {
        if (event.type === 'notice') events.push(`${event.code} ${event.message}`)
      },
    })
    expect(report.outcome).toBe('succeeded')
    const count = ids().length
    expect(await newest()).toEqual({
      '*': `${count} 1 1 1`,
      property_dealname: `${count} 1 1 1`,
      deal_contact: `${count} 1 1 1`,
    })
    expect(events).toContainEqual(
      expect.stringMatching(/^AUDIT_DIFFERS .*`property_dealname`.*no change explains it/),
    )
    const watched = { name: 'deals', table: 'hubspot.deal', label: 'Deals' } as const
    // The table of owners is not there in this portal, which is a problem of its own.
    const problems = async () =>
      findProblems(await readStatus(portal.connection, [watched])).filter(
        ({ kind }) => kind !== 'part_incomplete',
      )
    expect(await problems()).toEqual([
      { kind: 'audit_differs', entity: 'deals', command: 'verify deals --values all' },
    ])
    const name = portal.simulator.store.record(deals, one)?.value('dealname')
    expect(await portal.row(one)).toMatchObject({ property_dealname: name })
    expect((await portal.database.query(links)).length).toBe(before.length)
    await syncNextDay()
    expect(await problems()).toEqual([])
    expect(await newest()).toEqual({ '*': `${count} 0 0 0`, deal_contact: `${count} 0 0 0` })
  })

  it.each([
    ['_fivetran_deleted', 'true'],
    ['portal_id', '1'],
  ])('finds and repairs another %s', async (column, value) => {
    const [, , , , id = ''] = ids()
    const before = await portal.row(id)
    await portal.database.query(`UPDATE hubspot.deal SET ${column} = ${value} WHERE id = ${id}`)
    await syncNextDay()
    expect(await newest()).toMatchObject({ [column]: expect.stringMatching(/ 1 1 1$/) })
    expect(await portal.row(id)).toMatchObject({ [column]: before?.[column] })
  })

  it('marks a deleted record for both who read `is_deleted` and who read `_fivetran_deleted`', async () => {
    const [, , , , , id = ''] = ids()
    portal.simulator.store.archive(deals, id)
    await sync()
    await portal.database.query(
      `UPDATE hubspot.deal SET _fivetran_deleted = false WHERE id = ${id}`,
    )
    await syncNextDay()
    expect(await newest()).toMatchObject({ _fivetran_deleted: expect.stringMatching(/ 1 1 1$/) })
    expect(await portal.row(id)).toMatchObject({ is_deleted: true, _fivetran_deleted: true })
  })

  it('finds the second change within one millisecond', async () => {
    const [, id = ''] = ids()
    portal.simulator.store.update(deals, id, { amount: '4711' }, { silently: true })
    await sync()
    expect(await portal.row(id)).not.toMatchObject({ property_amount: '4711' })
    await syncNextDay()
    expect(await portal.row(id)).toMatchObject({ property_amount: '4711' })
    expect(await newest()).toMatchObject({ property_amount: expect.stringMatching(/ 1 1 1$/) })
  })

  it('treats values calculated since the daily read as expected, and updates them', async () => {
    const [, , id = '', lost = ''] = ids()
    portal.simulator.store.update(deals, id, { num_associated_contacts: '81' }, { silently: true })
    await syncNextDay()
    expect(await newest()).toMatchObject({ [calculated]: expect.stringMatching(/ 1 0 1$/) })
    expect(await portal.row(id)).toMatchObject({ [calculated]: '81' })
    await portal.database.query(`UPDATE hubspot.deal SET ${calculated} = 82 WHERE id = ${lost}`)
    await syncNextDay()
    expect(await newest()).toMatchObject({ [calculated]: expect.stringMatching(/ 1 1 1$/) })
  })

  it('leaves properties alone that HubSpot does not answer', async () => {
    portal.simulator.store.archiveProperty(deals, 'closedate')
    await syncNextDay()
    expect(Object.keys(await newest()).sort()).toEqual(['*', 'deal_contact'])
  })
})
