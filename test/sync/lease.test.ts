import { writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { beginRun, keepLease, proveLease } from '../../runtime/postgres/state/lease.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets', { records: { tickets: 1_500 } }, fewColumns)
  await ensureState(portal.connection)
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query(
    'TRUNCATE hubspot.ticket, hubgen.run, hubgen.pass, hubgen.quarantine CASCADE',
  )
})

afterAll(() => portal[Symbol.asyncDispose]())

const facts = { entity: 'tickets', mode: 'full', portalId: 8100142 }
const begin = () => beginRun(portal.connection, facts)
const expire = () => portal.database.query('UPDATE hubgen.lease SET expires_at = now()')
const runs = () => portal.database.query('SELECT outcome, error FROM hubgen.run ORDER BY id')
const prove = (run: Awaited<ReturnType<typeof begin>>) =>
  portal.connection.kysely.transaction().execute((transaction) => proveLease(transaction, run))

describe('a lease', () => {
  it('refuses a second run before anything is read, and says who holds it', async () => {
    const run = await begin()
    const before = portal.simulator.requests.of('list')
    await expect(portal.sync()).rejects.toMatchObject({
      code: 'ENTITY_BUSY',
      message: expect.stringMatching(new RegExp(`run ${run.id}, since 20\\d\\d-`)),
      at: `\`${hostname()}, process ${process.pid}\`, according to hubgen.lease`,
      fix: expect.stringContaining('60 seconds'),
    })
    expect(portal.simulator.requests.of('list')).toBe(before)
    expect(await portal.count()).toBe(0)
    // The refused one is not a run.
    expect(await runs()).toEqual([{ outcome: null, error: null }])
  })

  it('belongs to one entity: others continue', async () => {
    await begin()
    await beginRun(portal.connection, { ...facts, entity: 'deals' })
  })

  it('is had by one of many who want it at once', async () => {
    const wanted = await Promise.allSettled(Array.from({ length: 8 }, begin))
    expect(wanted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('is given back by a run, whatever its outcome', async () => {
    await portal.sync({ limit: 10 })
    portal.simulator.faults.add({ kind: 'expired_401', route: 'list', times: 2 })
    expect(await portal.sync()).toMatchObject({ outcome: 'failed' })
    portal.simulator.faults.clear()
    const controller = new AbortController()
    await portal
      .sync({ signal: controller.signal, onEvent: () => controller.abort() })
      .catch(() => {})
    expect(await portal.database.query('SELECT * FROM hubgen.lease')).toEqual([])
  })

  it('that has expired is taken, and the run that had it is recorded as interrupted', async () => {
    const dead = await begin()
    await expire()
    expect(await portal.sync()).toMatchObject({ outcome: 'succeeded' })
    expect(await runs()).toEqual([
      { outcome: 'interrupted', error: 'its process ended unexpectedly' },
      { outcome: 'succeeded', error: null },
    ])
    await expect(prove(dead)).rejects.toMatchObject({ code: 'LEASE_LOST' })
  })

  it('that has expired is still its own as long as nobody takes it', async () => {
    const run = await begin()
    await expire()
    await prove(run)
    await expect(begin()).rejects.toMatchObject({ code: 'ENTITY_BUSY' })
  })

  it('is kept alive, and its loss is reported once', async () => {
    const run = await begin()
    await expire()
    const lost = Promise.withResolvers<string>()
    using _lease = lease(run, (code) => lost.resolve(code))
    const alive = async (): Promise<boolean> => {
      const [row] = await portal.database.query(
        `SELECT expires_at > now() AS alive FROM hubgen.lease WHERE entity = 'tickets'`,
      )
      return row?.['alive'] === true
    }
    while (!(await alive())) await new Promise(setImmediate)
    const other = await beginRun(portal.connection, { ...facts, entity: 'deals' })
    await portal.database.query(`UPDATE hubgen.lease SET run_id = $1 WHERE entity = 'tickets'`, [
      other.id,
    ])
    expect(await lost.promise).toBe('LEASE_LOST')
  })

  it('that is lost ends the run, and nothing of it is written any more', async () => {
    const report = await portal.sync({
      batchRows: 100,
      onEvent: (event) => {
        if (event.type === 'batch_written' && event.batch === 2) taken = takeOver()
      },
    })
    await taken
    expect(report).toMatchObject({ outcome: 'partial', error: { code: 'LEASE_LOST' } })
    expect(await portal.count()).toBe(report.inserted)
    const [lease] = await portal.database.query('SELECT run_id FROM hubgen.lease')
    expect(Number(lease?.['run_id'])).toBeGreaterThan(Number(report.runId))
  })
})

let taken: Promise<unknown> = Promise.resolve()

/** As if the lease had expired, whenever that is. */
function takeOver(): Promise<unknown> {
  return portal.database.query(
    `WITH other AS (INSERT INTO hubgen.run (entity, mode) VALUES ('tickets', 'full') RETURNING id)
     UPDATE hubgen.lease SET run_id = other.id FROM other WHERE entity = 'tickets'`,
  )
}

function lease(run: Awaited<ReturnType<typeof begin>>, onLost: (code: string) => void) {
  const kept = keepLease(portal.connection, run, ({ code }) => onLost(code), 1)
  return { [Symbol.dispose]: () => kept.release() }
}

describe('a run that is killed', () => {
  const environment = () => ({
    HUBSPOT_API_URL: portal.simulator.url,
    HUBSPOT_API_TOKEN: portal.simulator.token,
    DATABASE_URL: portal.database.url,
  })

  it('keeps others out until its lease expires; the next one resumes where it was', async () => {
    const { directory, simulator } = portal
    await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
    for (const args of [['generate', '--all'], ['migrate']]) {
      expect((await runHubgen(directory, args, environment())).exitCode).toBe(0)
    }
    simulator.faults.add({
      kind: 'hang',
      route: 'list',
      objectType: 'tickets',
      after: 20,
      times: 99,
    })
    const running = startHubgen(directory, ['sync', 'tickets', '--json'], environment())
    await running.says(/"type":"batch_written"/)
    running.kill('SIGKILL')
    expect(await running.ended).toBeNull()
    simulator.faults.clear()
    const before = await portal.count()
    expect(before).toBeGreaterThan(0)
    await expect(portal.sync()).rejects.toMatchObject({
      code: 'ENTITY_BUSY',
      at: expect.stringContaining(`process ${running.pid}`),
    })
    await expire()
    const report = await portal.sync()
    const total = simulator.store.count('0-5')
    expect(report).toMatchObject({ outcome: 'succeeded', inserted: total - before })
    expect(report.unchanged).toBeLessThan(100)
    expect(await portal.count()).toBe(total)
    expect((await runs()).map(({ outcome }) => outcome)).toEqual(['interrupted', 'succeeded'])
  })

  it('by a reader that wants one line only is a run that was cancelled', async () => {
    const { directory } = portal
    const running = startHubgen(directory, ['sync', 'tickets', '--json'], environment())
    await running.says(/run_started/)
    running.closeOutput()
    expect(await running.ended).toBe(0)
    expect(running.errors()).toBe('')
    expect(await runs()).toEqual([{ outcome: 'cancelled', error: null }])
    expect(await portal.database.query('SELECT * FROM hubgen.lease')).toEqual([])
  })
})
