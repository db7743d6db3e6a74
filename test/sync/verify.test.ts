import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import {
  type VerifyOptions,
  type VerifyReport,
  verifyEntity,
} from '../../runtime/sync/verify/verify-entity.ts'
import { associationNamed } from '../support/companion-facts.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const TICKETS = '0-5'

describe('verifyEntity', () => {
  let portal: SyncPortal

  beforeAll(async () => {
    portal = await openSyncPortal('tickets', { records: { tickets: 650 } }, fewColumns)
    await portal.sync({ full: true })
  })

  afterAll(() => portal[Symbol.asyncDispose]())

  async function verify() {
    const { simulator, entity, connection, connect } = portal
    const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
    const { signal } = new AbortController()
    const hubspot = connectHubSpot(settings, { ...connect, signal })
    return verifyEntity(entity, hubspot, connection, { signal })
  }

  async function ids(): Promise<string[]> {
    return (await liveInTable(portal)).map((row) => row.split(' ')[0] ?? '')
  }

  it('finds equality with a list of ids alone', async () => {
    const before = portal.simulator.requests.total
    const report = await verify()
    expect(report).toMatchObject({ total: 0, records: liveInHubSpot(portal).length })
    expect(portal.simulator.requests.total - before).toBeLessThanOrEqual(9)
  })

  it('says of each difference what it is, and repairs exactly those', async () => {
    const { store } = portal.simulator
    const live = await ids()
    const at = (place: number) => live[place] ?? ''
    store.archive(TICKETS, at(1))
    store.purge(TICKETS, at(2))
    store.merge(TICKETS, at(4), at(3))
    store.update(TICKETS, at(5), { subject: 'changed' })
    const { id: created } = store.create(TICKETS, { subject: 'new' })
    await portal.database.query(
      `UPDATE hubspot.ticket SET is_deleted = true, _fivetran_deleted = true WHERE id = $1`,
      [at(6)],
    )
    await portal.database.query('DELETE FROM hubspot.ticket WHERE id = $1', [at(7)])
    await portal.database.query(
      `UPDATE hubspot.ticket SET updated_at = '2000-01-01' WHERE id = $1`,
      [at(8)],
    )
    // The simulator's changes are of November, so that nothing is newer than this.
    await portal.database.query(`UPDATE hubgen.pass SET fresh_as_of = '2026-10-31T23:00:00Z'`)
    const report = await verify()
    const told = report.examples.map(({ id, kind, reason, survivorId }) =>
      [id, kind, reason, ...(survivorId === undefined ? [] : [survivorId])].join(' '),
    )
    expect(told.sort()).toEqual(
      [
        `${at(1)} extra deleted`,
        `${at(2)} extra purged`,
        `${at(3)} extra merged ${at(4)}`,
        `${at(4)} stale changed_since`,
        `${at(5)} stale changed_since`,
        `${created} missing created_since`,
        `${at(6)} missing restored`,
        `${at(7)} missing never_seen`,
        `${at(8)} stale missed_change`,
      ].sort(),
    )
    expect(report.total).toBe(9)
    const untouched = await portal.row(at(20))
    const repair = await portal.sync({ repair: report.spans })
    expect(repair).toMatchObject({ outcome: 'succeeded', mode: 'repair', deleted: 3, inserted: 2 })
    expect(await verify()).toMatchObject({ total: 0 })
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
    expect(await portal.row(at(20))).toEqual(untouched)
  })

  it('distinguishes records that the index may not have had yet from missed ones', async () => {
    const { store } = portal.simulator
    const { id, createdAt } = store.create(TICKETS, { subject: 'just now' })
    const soon = new Date(Date.parse(createdAt) + 60_000).toISOString()
    await portal.database.query('UPDATE hubgen.pass SET fresh_as_of = $1', [soon])
    const { examples, spans } = await verify()
    expect(examples).toEqual([{ id, kind: 'missing', reason: 'index_lag' }])
    await portal.sync({ repair: spans })
    expect(await verify()).toMatchObject({ total: 0 })
  })

  it('counts a record that Postgres refused as kept, not as missing', async () => {
    const [id = ''] = await ids()
    await portal.database.query('DELETE FROM hubspot.ticket WHERE id = $1', [id])
    await portal.database.query(
      `INSERT INTO hubgen.quarantine (entity, record_id, raw_value, reason, run_id)
      SELECT 'tickets', $1, '{}', '22000 data_exception', max(id) FROM hubgen.run`,
      [id],
    )
    expect(await verify()).toMatchObject({ total: 0, quarantined: 1 })
    // Its number is right as well: otherwise every run would look for it.
    const deletes = (await portal.sync()).passes.find(({ pass }) => pass === 'deletes')
    expect(deletes?.calls).toBe(1)
    portal.simulator.store.purge(TICKETS, id)
    await portal.sync()
    expect(
      await portal.database.query('SELECT FROM hubgen.quarantine WHERE property IS NULL'),
    ).toEqual([])
  })
})

describe('verifyEntity by value and link', () => {
  const DEALS = '0-3'
  const calculated = 'property_num_associated_contacts'
  let portal: SyncPortal
  let entity: Entity

  beforeAll(async () => {
    portal = await openSyncPortal('deals', { records: { deals: 450, contacts: 100 } }, fewColumns)
    const associations = [associationNamed(portal.analysis, 'deal_contact')]
    entity = { ...portal.entity, associations, calculated: [calculated] }
    await syncAll()
  })

  afterAll(() => portal[Symbol.asyncDispose]())

  async function syncAll(options: SyncOptions = {}): Promise<SyncReport> {
    const { simulator, directory, connection: database, connect } = portal
    const { url: baseUrl, token } = simulator
    const hubspot = { baseUrl, token, apiVersion: '2026-09' }
    return syncEntity(entity, { directory, hubspot, database, connect, ...options })
  }

  async function verify(options: Omit<VerifyOptions, 'signal'>) {
    const { simulator, connection, connect } = portal
    const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
    const { signal } = new AbortController()
    const hubspot = connectHubSpot(settings, { ...connect, signal })
    return verifyEntity(entity, hubspot, connection, { signal, ...options })
  }

  async function repair(options: Omit<VerifyOptions, 'signal'>): Promise<VerifyReport> {
    const { spans } = await verify(options)
    expect(await syncAll({ repair: spans })).toMatchObject({ outcome: 'succeeded' })
    return verify(options)
  }

  const ids = () => liveInHubSpot(portal).map((row) => row.split(' ')[0] ?? '')
  const told = ({ examples }: VerifyReport) =>
    examples
      .map(({ id, kind, reason, columns, table }) =>
        [id, kind, reason, ...(columns ?? [table])].join(' '),
      )
      .sort()

  it('finds a copy equal, and says what it has compared', async () => {
    expect(await verify({})).toMatchObject({ total: 0, compared: { values: 0, links: 0 } })
    const report = await verify({ values: 'all' })
    const compared = { values: ids().length, links: ids().length, left: [] }
    expect(report).toMatchObject({ total: 0, records: ids().length, compared })
    const before = portal.simulator.requests.total
    expect(await verify({ values: 50 })).toMatchObject({ compared: { values: 50, links: 50 } })
    // Account, list, one batch read, one reading of links.
    expect(portal.simulator.requests.total - before).toBeLessThanOrEqual(1 + 5 + 1 + 1)
  })

  it('names the column of a value that was changed without a stamp, and repairs it', async () => {
    const [one = '', other = '', whole = ''] = ids()
    await portal.database.query(
      `UPDATE hubspot.deal SET property_dealname = 'by hand', property_amount = NULL WHERE id = ${one}`,
    )
    await portal.database.query(`UPDATE hubspot.deal SET property_amount = 1.5 WHERE id = ${other}`)
    portal.simulator.store.update(DEALS, whole, { amount: '7', dealname: 'newer' })
    expect((await verify({})).total).toBe(1)
    const report = await verify({ values: 'all' })
    expect(told(report)).toEqual(
      [
        `${one} value unexplained property_amount property_dealname`,
        `${other} value unexplained property_amount`,
        `${whole} stale changed_since property_amount property_dealname property_hs_lastmodifieddate`,
      ].sort(),
    )
    expect(report.columns).toMatchObject({ property_amount: 3, property_dealname: 2 })
    expect((await repair({ values: 'all' })).total).toBe(0)
    expect(await portal.row(whole)).toMatchObject({ property_dealname: 'newer' })
  })

  it('distinguishes a value that was calculated since the daily read from a lost one', async () => {
    const [since = '', lost = ''] = ids().slice(10)
    portal.simulator.store.update(
      DEALS,
      since,
      { num_associated_contacts: '77' },
      { silently: true },
    )
    await portal.database.query(`UPDATE hubspot.deal SET ${calculated} = 999 WHERE id = ${lost}`)
    expect(told(await verify({ values: 'all' }))).toEqual(
      [
        `${since} value recalculated ${calculated}`,
        `${lost} value unexplained ${calculated}`,
      ].sort(),
    )
    expect((await repair({ values: 'all' })).total).toBe(0)
  })

  it('finds links that are missing, extra or of another label, and repairs them', async () => {
    const rows = await portal.database.query<{ deal_id: string }>(
      'SELECT DISTINCT deal_id FROM hubspot.deal_contact ORDER BY deal_id LIMIT 3',
    )
    const [missing, extra, relabelled] = rows.map(({ deal_id }) => deal_id)
    await portal.database.query(`DELETE FROM hubspot.deal_contact WHERE deal_id = ${missing}`)
    await portal.database.query(`INSERT INTO hubspot.deal_contact
      (deal_id, contact_id, type_id, category, _fivetran_synced)
      VALUES (${extra}, 999999999999, 3, 'HUBSPOT_DEFINED', now())`)
    await portal.database.query(
      `UPDATE hubspot.deal_contact SET label = 'by hand' WHERE deal_id = ${relabelled}`,
    )
    expect((await verify({})).total).toBe(0)
    const unexplained = [missing, extra, relabelled].map(
      (id) => `${id} link unexplained deal_contact`,
    )
    expect(told(await verify({ links: 'all' }))).toEqual(unexplained.sort())
    await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '5 hours',
      fresh_as_of = fresh_as_of - interval '5 hours' WHERE pass = 'associations:deal_contact'`)
    const { differences, linkTables } = await verify({ links: 'all' })
    expect(differences.link).toEqual({ linked_since: 3 })
    expect(linkTables).toEqual({ deal_contact: 3 })
    expect((await repair({ links: 'all' })).total).toBe(0)
  })

  it('takes a value that is in the quarantine for no difference, and one that got lost for one', async () => {
    const [id = ''] = ids().slice(20)
    portal.simulator.store.update(DEALS, id, { amount: 'a lot' })
    await syncAll()
    expect((await verify({ values: 'all' })).total).toBe(0)
    await portal.database.query(`DELETE FROM hubgen.quarantine WHERE record_id = '${id}'`)
    expect(told(await verify({ values: 'all' }))).toEqual([
      `${id} value unexplained property_amount`,
    ])
  })
})

describe('hubgen verify', () => {
  it('exits with 0, 1 or 2, and repairs differences with --repair', async () => {
    await using simulator = await startTestSimulator({ records: { tickets: 120 } })
    await using database: TestDatabase = await createDatabase()
    await using directory = await temporaryDirectory()
    await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
    const environment = {
      HUBSPOT_API_URL: simulator.url,
      HUBSPOT_API_TOKEN: simulator.token,
      DATABASE_URL: database.url,
    }
    const run = (...args: readonly string[]) => runHubgen(directory.path, args, environment)
    for (const args of [['explore', 'tickets'], ['generate', '--all'], ['migrate']]) {
      expect((await run(...args)).exitCode).toBe(0)
    }
    const first = await run('verify', 'tickets')
    expect(first.exitCode).toBe(1)
    expect(first.output).toMatch(/missing \d+: in HubSpot, not in the table\n +\d+ × never seen\n/)
    expect(first.output).toContain('next: `hubgen verify tickets --repair` repairs them')
    const repaired = await run('verify', 'tickets', '--repair')
    expect(repaired.errors).toBe('')
    expect(repaired.exitCode).toBe(0)
    expect(repaired.output).toMatch(/repaired: \d+ inserted, 0 updated, 0 marked as deleted/)
    expect(repaired.output).toMatch(/✓ tickets = hubspot.ticket: \d+ records, equal by id/)
    const [gone] = [...simulator.store.scan(TICKETS, 0n, { archived: false })]
    simulator.store.purge(TICKETS, gone?.id ?? '')
    const json = await run('verify', 'tickets', '--json')
    expect(json.exitCode).toBe(1)
    const lines = json.output.trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { event: 'difference', entity: 'tickets', id: gone?.id, kind: 'extra', reason: 'purged' },
      { event: 'verified', total: 1, differences: { extra: { purged: 1 }, missing: {} } },
    ])
    simulator.faults.add({ kind: 'expired_401', route: 'list', times: 99 })
    const failed = await run('verify', 'tickets')
    expect(failed.exitCode).toBe(2)
    expect(failed.errors).toContain('error[TOKEN_REJECTED]')
  })
})
