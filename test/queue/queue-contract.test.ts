import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { applyPortals } from '../../runtime/queue/apply-portals.ts'
import { connectQueue, portalQueue, type Queue } from '../../runtime/queue/connect-queue.ts'
import type { TestDatabase } from '../support/postgres.ts'
import { pgBouncerMissing, startPgBouncer } from '../support/start-pgbouncer.ts'
import { applyNames, hourly, openQueueDatabase, serverSettings, shortTimes } from './open-queue.ts'

/** The behavior of pg-boss on which workers rely, for its next version. */
describe('pg-boss', () => {
  let database: TestDatabase
  let queues: Queue[]

  beforeAll(async () => {
    database = await openQueueDatabase(['acme'])
    queues = await Promise.all(
      Array.from({ length: 4 }, () => connectQueue(serverSettings(database.url), 'asking')),
    )
  })

  afterAll(async () => {
    for (const queue of queues) await queue[Symbol.asyncDispose]()
    await database.close()
  })

  beforeEach(async () => {
    await database.query('DELETE FROM hubgen_queue.job')
  })

  it('gives a key to one of several instances, 100 times', async () => {
    const [first] = queues
    for (let race = 0; race < 100; race += 1) {
      const sent = await Promise.all(
        queues.map(({ boss }) =>
          boss.send(portalQueue, { portal: 'acme' }, { singletonKey: 'acme' }),
        ),
      )
      expect(sent.filter((id) => id !== null)).toHaveLength(1)
      const taken = (await Promise.all(queues.map(({ boss }) => boss.fetch(portalQueue)))).flat()
      expect(taken).toHaveLength(1)
      // While it is active one more may wait, and nobody gets it.
      if (race % 10 === 0) {
        const waiting = await first?.boss.send(portalQueue, {}, { singletonKey: 'acme' })
        expect(waiting).not.toBeNull()
        expect(await first?.boss.send(portalQueue, {}, { singletonKey: 'acme' })).toBeNull()
        const more = await Promise.all(queues.map(({ boss }) => boss.fetch(portalQueue)))
        expect(more.flat()).toEqual([])
        await first?.boss.deleteQueuedJobs(portalQueue)
      }
      await first?.boss.complete(portalQueue, taken[0]?.id ?? '')
    }
  })

  it('keeps slots for priorities, and moves a waiting job to another time and priority', async () => {
    const [{ boss } = expectQueue()] = queues
    const options = { singletonKey: 'acme', startAfter: 0 }
    await boss.send(portalQueue, { portal: 'acme' }, { singletonKey: 'acme', startAfter: 3_600 })
    expect(await boss.fetch(portalQueue)).toEqual([])
    await boss.upsert(portalQueue, { portal: 'acme' }, { ...options, priority: -1 })
    expect(await boss.fetch(portalQueue, { minPriority: 0 })).toEqual([])
    expect(await boss.fetch(portalQueue, { maxPriority: -1 })).toHaveLength(1)
    const [{ count } = { count: '' }] = await database.query<{ count: string }>(
      'SELECT count(*) FROM hubgen_queue.job',
    )
    expect(count).toBe('1')
  })

  it('retries the job of a worker that was killed, and refuses the end of one that was stopped', async () => {
    const [{ boss } = expectQueue()] = queues
    await boss.send(portalQueue, { portal: 'acme' }, { singletonKey: 'acme' })
    const killed = spawn(
      process.execPath,
      ['--conditions=hubgen-source', '--input-type=module', '--eval', takeAndWait],
      { env: { ...process.env, DATABASE: database.url }, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [said] = await once(killed.stdout, 'data')
    const lost = JSON.parse(String(said))
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    expect(await boss.fetch(portalQueue)).toEqual([])
    // The time until its heartbeat is missed.
    await database.query(
      `UPDATE hubgen_queue.job SET heartbeat_on = heartbeat_on - interval '20 s'`,
    )
    await boss.supervise(portalQueue)
    const [again] = await boss.fetch(portalQueue)
    expect(again).toMatchObject({ id: lost.id, retryCount: lost.retryCount + 1 })
    // A worker that was stopped in between and continues now.
    const late = await boss.complete(portalQueue, { id: lost.id, retryCount: lost.retryCount })
    expect(late).toMatchObject({ affected: 0 })
    expect(await boss.touch(portalQueue, { id: lost.id, retryCount: 0 })).toMatchObject({
      affected: 0,
    })
    const [{ state } = { state: '' }] = await database.query<{ state: string }>(
      'SELECT state FROM hubgen_queue.job',
    )
    expect(state).toBe('active')
  })

  it('fires a schedule once with two schedulers, and spreads portals over their interval', async () => {
    await using one = await connectQueue(serverSettings(database.url), 'working', shortTimes)
    await using two = await connectQueue(serverSettings(database.url), 'working', shortTimes)
    const options = { key: 'acme', singletonKey: 'acme' }
    await one.boss.schedule(portalQueue, '* * * * *', { portal: 'acme' }, options)
    await two.boss.schedule(portalQueue, '* * * * *', { portal: 'acme' }, options)
    await database.query(`UPDATE hubgen_queue.version SET cron_on = now() - interval '1 minute'`)
    await expect
      .poll(() => database.query(`SELECT data FROM hubgen_queue.job WHERE name = 'portal'`))
      .toEqual([{ data: { portal: 'acme' } }])
    const names = Array.from({ length: 60 }, (_, index) => `portal${index}`)
    const { added, removed } = await applyPortals(one, names.map(hourly))
    expect(added).toEqual(names)
    expect(removed).toEqual(['acme'])
    const starts = await database.query<{ cron: string }>(
      `SELECT DISTINCT cron FROM hubgen_queue.schedule`,
    )
    expect(starts.length).toBeGreaterThan(50)
    expect(await applyPortals(two, names.map(hourly))).toEqual({
      added: [],
      changed: [],
      removed: [],
    })
  })

  it.skipIf(pgBouncerMissing)('works through PgBouncer in transaction mode', async () => {
    await using pooler = await startPgBouncer(database.url, 2)
    await applyNames(pooler.url, ['acme'])
    await using queue = await connectQueue(serverSettings(pooler.url), 'working', shortTimes)
    const done = Promise.withResolvers<unknown>()
    await queue.boss.work(portalQueue, { pollingIntervalSeconds: 0.5 }, async ([job]) => {
      done.resolve(job?.data)
    })
    await queue.boss.upsert(
      portalQueue,
      { portal: 'acme' },
      { singletonKey: 'acme', startAfter: 0 },
    )
    expect(await done.promise).toEqual({ portal: 'acme' })
    await queue.boss.offWork(portalQueue)
  })
})

function expectQueue(): never {
  throw new Error('no queue')
}

const sources = new URL('../../runtime/queue/', import.meta.url).href
const takeAndWait = `
  import { connectQueue, portalQueue } from '${sources}connect-queue.ts'
  import { readDatabaseSettings } from '${sources}../postgres/connection/settings.ts'
  const settings = readDatabaseSettings({ DATABASE_URL: process.env.DATABASE }, '')
  const { boss } = await connectQueue(settings, 'asking')
  const [job] = await boss.fetch(portalQueue)
  process.stdout.write(JSON.stringify(job))
  setInterval(() => {}, 1000)
`
