import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectHubSpot } from '../../runtime/hubspot/client.ts'
import { verifyEntity } from '../../runtime/sync/verify-entity.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const TICKETS = '0-5'

describe('verifyEntity', () => {
  let portal: SyncPortal

  beforeAll(async () => {
    portal = await openSyncPortal('tickets', { records: { tickets: 650 } })
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

  it('tells what the index may not have had yet from what was missed', async () => {
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

describe('hubgen verify', () => {
  it('ends with 0, 1 or 2, and mends what differs with --repair', async () => {
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
    expect(first.output).toContain('next: `hubgen verify tickets --repair` mends them')
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
