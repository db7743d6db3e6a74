import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectQueue, type Queue } from '../../runtime/queue/connect-queue.ts'
import { noteStart } from '../../runtime/queue/portal-summary.ts'
import { sendPortal } from '../../runtime/queue/steer-portals.ts'
import { type DatabaseProxy, startDatabaseProxy } from '../support/database-proxy.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { startHubgen } from '../support/run-hubgen.ts'
import { openQueueDatabase, serverSettings } from './open-queue.ts'

const TICKETS = '0-5'

describe("a worker's slice in which HubSpot has nothing new", () => {
  const stack = new AsyncDisposableStack()
  let project: Project
  let database: TestDatabase
  let proxy: DatabaseProxy
  let queueDatabase: TestDatabase
  let queue: Queue
  let worker: NodeProcess
  let slices = 0

  beforeAll(async () => {
    project = stack.use(await openProject({ records: { tickets: 300 } }))
    database = stack.use(await createDatabase())
    proxy = stack.use(await startDatabaseProxy(database.url))
    queueDatabase = stack.use(await openQueueDatabase(['acme']))
    queue = stack.use(await connectQueue(serverSettings(queueDatabase.url), 'asking'))
    project.environment['DATABASE_URL'] = database.url
    for (const command of ['explore tickets', 'generate --all', 'migrate']) {
      const args = [...command.split(' '), '--directory', 'portals/acme/generated']
      expect(await project.hubgen(...args)).toMatchObject({ exitCode: 0 })
    }
    const { url, token } = project.simulator
    for (const name of Object.keys(project.environment)) delete project.environment[name]
    Object.assign(project.environment, {
      HUBSPOT_API_URL: url,
      ACME_TOKEN: token,
      ACME_DATABASE: proxy.url,
      HUBGEN_QUEUE_URL: queueDatabase.url,
    })
    await project.write(
      'hubgen.portals.ts',
      `export default {
        queueFrom: 'HUBGEN_QUEUE_URL',
        portals: {
          acme: { portalId: 8100142, tokenFrom: 'ACME_TOKEN', databaseFrom: 'ACME_DATABASE', every: '300d' },
        },
      }`,
    )
    startWorker()
    await round()
  })

  afterAll(async () => {
    worker.kill('SIGTERM')
    await worker.ended
    await stack.disposeAsync()
  })

  function startWorker(): void {
    slices = 0
    worker = startHubgen(
      project.directory,
      ['worker', '--json', '--slots', '1'],
      project.environment,
    )
  }

  async function restartWorker(): Promise<void> {
    worker.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
    startWorker()
  }

  /** The connections to the portal's database that one round opens. The schedule itself is not due during the test. */
  async function round(
    send = () => sendPortal(queue, 'acme', { afterSeconds: 0, lane: 'rounds' }),
  ): Promise<number> {
    const before = proxy.opened
    await send()
    slices += 1
    await worker.says(new RegExp(`("outcome":"whole"[^]*){${slices}}`))
    return proxy.opened - before
  }

  const summary = async () => {
    const [row] = await queueDatabase.query<Record<string, unknown>>(
      'SELECT outcome, ended_at, whole_at, verdict, memory FROM hubgen_queue.portal_summary',
    )
    return row
  }

  const inTable = () =>
    database.query(
      'SELECT id::text, property_subject AS subject FROM hubspot.ticket WHERE property_subject = $1',
      ['changed'],
    )

  it('opens no connection to its database, and is noted with the queue', async () => {
    const before = await summary()
    expect(await round()).toBe(0)
    const after = await summary()
    expect(after).toMatchObject({ outcome: 'whole', verdict: before?.['verdict'] })
    expect(after?.['whole_at']).not.toEqual(before?.['whole_at'])
  })

  it('brings a change in its round, and is quiet again in the next', async () => {
    const { store } = project.simulator
    const [ticket] = store.scan(TICKETS, 0n, { archived: false })
    const id = ticket?.id ?? ''
    store.update(TICKETS, id, { subject: 'changed' })
    expect(await round()).toBeGreaterThan(0)
    expect(await inTable()).toEqual([{ id, subject: 'changed' }])
    expect(await round()).toBe(0)
  })

  it('continues with the memory of another worker', async () => {
    await restartWorker()
    expect(await round()).toBe(0)
  })

  it('leaves no value, no record and no secret with the queue', async () => {
    const memory = String((await summary())?.['memory'])
    const { token } = project.simulator
    expect(memory).toContain('tickets')
    for (const secret of [token, 'changed', database.url, 'postgres']) {
      expect(memory).not.toContain(secret)
    }
  })

  it('says in the copy until when it may be silent', async () => {
    const [run] = await database.query(
      `SELECT every_seconds, quiet_until > now() + interval '1 hour' AS quiet, quiet_looks::int
      FROM hubgen.run ORDER BY id DESC LIMIT 1`,
    )
    expect(run).toEqual({ every_seconds: 300 * 86_400, quiet: true, quiet_looks: 2 })
  })

  it('is a comparison for `hubgen status --max-age`, and its workers may die', async () => {
    const isHealthy = async () => {
      const args = ['status', '--portal', 'acme', '--max-age', '2h', '--json']
      const { out } = await project.hubgen(...args)
      const { problems } = JSON.parse(out) as { readonly problems: readonly { kind: string }[] }
      return !problems.some(({ kind }) => kind === 'stale')
    }
    const age = (table: string, column: string, interval: string) =>
      `UPDATE ${table} SET ${column} = ${column} - interval '${interval}'`
    await database.query(`${age('hubgen.pass', 'fresh_as_of', '5 hours')};
      ${age('hubgen.run', 'started_at', '5 hours')}`)
    expect(await isHealthy()).toBe(true)
    await queueDatabase.query(age('hubgen_queue.portal_summary', 'whole_at', '3 hours'))
    expect(await isHealthy()).toBe(false)
  })

  it('reads its state from the database when a person asks for a round', async () => {
    expect(await round(() => runByHand())).toBeGreaterThan(0)
  })

  it('reads it after a change of the settings', async () => {
    await project.write('portals/acme/hubgen.config.ts', "export default { lookAt: '03:00' }")
    expect(await round()).toBeGreaterThan(0)
    expect(await round()).toBe(0)
  })

  it('reads it after a slice whose worker was lost', async () => {
    await noteStart(queue.database, 'acme')
    expect(await round()).toBeGreaterThan(0)
  })

  it('is quiet with a cron expression as well, and says how long its longest pause is', async () => {
    const file = await project.read('hubgen.portals.ts')
    await project.write('hubgen.portals.ts', file.replace("every: '300d'", "at: '0 0 1 1 *'"))
    await restartWorker()
    expect(await round(() => runByHand())).toBeGreaterThan(0)
    expect(await round()).toBe(0)
    const [run] = await database.query(
      'SELECT every_seconds > 364 * 86400 AS yearly FROM hubgen.run ORDER BY id DESC LIMIT 1',
    )
    expect(run).toEqual({ yearly: true })
  })

  async function runByHand(): Promise<void> {
    expect(await project.hubgen('portals', 'run', 'acme')).toMatchObject({ exitCode: 0 })
  }
})
