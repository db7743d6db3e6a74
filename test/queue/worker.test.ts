import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PortalState } from '../../runtime/queue/read-queue.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { createDatabase, createTemplate, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { startHubgen } from '../support/run-hubgen.ts'

/** Two portals of one simulator, each with a folder and a database of its own. No schedule is due during the test. */
describe('hubgen worker', () => {
  const stack = new AsyncDisposableStack()
  let project: Project
  let queue: TestDatabase
  let databases: readonly TestDatabase[]
  let environment: Record<string, string>

  beforeAll(async () => {
    project = stack.use(await openProject({ records: { tickets: 300, tasks: 20 } }))
    queue = stack.use(await createDatabase())
    const template = await createTemplate((empty) => generateShared(empty.url))
    databases = [
      stack.use(await createDatabase(undefined, template)),
      stack.use(await createDatabase(undefined, template)),
    ]
    const { url, token } = project.simulator
    environment = {
      HUBSPOT_API_URL: url,
      ACME_TOKEN: token,
      GLOBEX_TOKEN: token,
      ACME_DATABASE: databases[0]?.url ?? '',
      GLOBEX_DATABASE: databases[1]?.url ?? '',
      HUBGEN_QUEUE_URL: queue.url,
    }
    for (const name of Object.keys(project.environment)) delete project.environment[name]
    Object.assign(project.environment, environment)
    await project.write(
      'hubgen.portals.ts',
      `export default {
        queueFrom: 'HUBGEN_QUEUE_URL',
        portals: {
          acme: { portalId: 8100142, tokenFrom: 'ACME_TOKEN', databaseFrom: 'ACME_DATABASE', generated: 'shared', every: '300d' },
          globex: { portalId: 8100142, tokenFrom: 'GLOBEX_TOKEN', databaseFrom: 'GLOBEX_DATABASE', generated: 'shared', every: '300d' },
        },
      }`,
    )
    for (const name of ['acme', 'globex']) await project.write(`portals/${name}/.keep`, '')
  })

  afterAll(() => stack.disposeAsync())

  /** The folder that both portals share, and the tables of one of them. */
  async function generateShared(url: string): Promise<void> {
    project.environment['DATABASE_URL'] = url
    for (const command of ['explore tickets tasks', 'generate --all', 'migrate']) {
      const args = [...command.split(' '), '--directory', 'shared']
      expect(await project.hubgen(...args)).toMatchObject({ exitCode: 0 })
    }
  }

  const start = (...args: readonly string[]) =>
    startHubgen(project.directory, ['worker', '--json', ...args], environment)

  const list = async (): Promise<ReadonlyMap<string, PortalState>> => {
    const { out } = await project.hubgen('portals', '--json')
    const { portals } = JSON.parse(out) as { portals: PortalState[] }
    return new Map(portals.map((one) => [one.portal, one]))
  }

  /** Of `hubgen doctor`, by check. */
  const findings = async (): Promise<Record<string, string>> => {
    const { out } = await project.hubgen('doctor', '--json')
    const found = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    return Object.fromEntries(found.map(({ check, state }) => [check, state]))
  }

  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0)
    } catch {
      return false
    }
  }

  const end = async (worker: NodeProcess) => {
    worker.kill('SIGTERM')
    return await worker.ended
  }

  const countTickets = () =>
    Promise.all(
      databases.map(async ({ query }) => {
        const [row] = await query<{ count: string }>('SELECT count(*) FROM hubspot.ticket')
        return Number(row?.count)
      }),
    )

  const expectedTickets = () => databases.map(() => project.simulator.store.count('0-5'))

  it('says what is missing', async () => {
    const worker = start()
    expect(await worker.ended).toBe(1)
    expect(worker.errors()).toContain('QUEUE_NOT_READY')
    expect(worker.errors()).toContain('hubgen portals apply')
    const doctor = await project.hubgen('doctor')
    expect(doctor).toMatchObject({ exitCode: 1 })
    expect(doctor.out).toContain("FAIL  the queue's tables (schema `hubgen_queue`) are missing")
    for (const slots of ['0', '-1', 'many']) {
      const { exitCode, err } = await project.hubgen('worker', `--slots=${slots}`)
      expect(exitCode).toBe(1)
      expect(err).toContain('--slots')
    }
  })

  it('syncs each portal into its own database, and says how', async () => {
    const plan = await project.hubgen('portals', 'apply', '--plan')
    expect(plan.out).toContain('CREATE SCHEMA IF NOT EXISTS hubgen_queue')
    expect(await queue.query("SELECT FROM pg_namespace WHERE nspname = 'hubgen_queue'")).toEqual([])
    const applied = await project.hubgen('portals', 'apply', '--json')
    expect(JSON.parse(applied.out)).toMatchObject({ madeTables: true, added: ['acme', 'globex'] })
    expect((await list()).get('acme')).toMatchObject({ state: 'scheduled', outcome: null })
    expect(await findings()).toMatchObject({
      queue: 'ok',
      queue_schedules: 'ok',
      queue_workers: 'warning',
      queue_portals: 'ok',
    })
    await project.hubgen('portals', 'run', 'acme', 'globex')
    await queue.query("UPDATE hubgen_queue.schedule SET key = 'gone' WHERE key = 'acme'")
    const changes = await project.hubgen('portals', 'apply', '--plan')
    expect(changes.out).toContain('-- schedules that are removed: gone')
    expect((await findings())['queue_schedules']).toBe('warning')
    const worker = start('--slots', '2')
    await worker.says(/"portal":"(acme|globex)","outcome"[\s\S]*"portal":"(acme|globex)","outcome"/)
    expect((await findings())['queue_workers']).toBe('ok')
    expect(worker.errors()).toContain('notice[PORTALS_NOT_LISTED]')
    expect(await end(worker)).toBe(0)
    await project.hubgen('portals', 'apply')
    expect((await findings())['queue_schedules']).toBe('ok')
    const portals = await list()
    for (const name of ['acme', 'globex']) {
      expect(portals.get(name)).toMatchObject({
        state: 'scheduled',
        outcome: 'whole',
        code: null,
        isDead: false,
        pendingMigrations: 0,
        failedEntities: 0,
        oldestAt: expect.any(String),
        nextAt: expect.any(String),
      })
    }
    expect(await countTickets()).toEqual(expectedTickets())
    expect((await project.hubgen('portals')).out).toMatch(/^acme +scheduled +whole /m)
  })

  it('gives the portal of a killed worker to another one, whose slice meets no orphan', async () => {
    await databases[0]?.query('TRUNCATE hubspot.ticket, hubgen.run CASCADE')
    const { faults } = project.simulator
    faults.add({ kind: 'slow', route: 'list', objectType: 'tickets', ms: 700 })
    await project.hubgen('portals', 'run', 'acme')
    const killed = start('--slots', '1')
    const runs = () =>
      databases[0]?.query("SELECT outcome FROM hubgen.run WHERE entity = 'tickets' ORDER BY id")
    await expect.poll(runs, { timeout: 20_000 }).toEqual([{ outcome: null }])
    killed.kill('SIGKILL')
    await killed.ended
    // Its slice ends at a checkpoint and frees the lease.
    await expect.poll(runs).toEqual([{ outcome: 'cancelled' }])
    faults.clear()
    expect((await list()).get('acme')).toMatchObject({ state: 'active' })
    await queue.query(
      "UPDATE hubgen_queue.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'",
    )
    const worker = start('--slots', '1')
    await worker.says(/"outcome":"whole"/)
    expect(await end(worker)).toBe(0)
    expect(await countTickets()).toEqual(expectedTickets())
  })

  it('ignores what a worker writes and says after it was stopped past its lease', async () => {
    const [acme] = databases
    await acme?.query('TRUNCATE hubspot.ticket, hubgen.run CASCADE')
    const { faults } = project.simulator
    // The answer comes while the slice is stopped, and not within a transaction of it.
    faults.add({ kind: 'slow', route: 'list', objectType: 'tickets', ms: 3_000 })
    await project.hubgen('portals', 'run', 'acme')
    const stopped = start('--slots', '1')
    const begun = () => acme?.query("SELECT pass FROM hubgen.pass WHERE entity = 'tickets'")
    await expect.poll(begun, { timeout: 20_000 }).toEqual([{ pass: 'records' }])
    const [lease] = (await acme?.query<{ holder: string }>('SELECT holder FROM hubgen.lease')) ?? []
    const slice = Number(/process (\d+)$/.exec(lease?.holder ?? '')?.[1])
    for (const pid of [stopped.pid, slice]) process.kill(pid, 'SIGSTOP')
    faults.clear()
    // The time until both are presumed lost.
    await acme?.query("UPDATE hubgen.lease SET expires_at = now() - interval '1 second'")
    await queue.query(
      "UPDATE hubgen_queue.job SET heartbeat_on = now() - interval '1 hour' WHERE state = 'active'",
    )
    const other = start('--slots', '1')
    await other.says(/"portal":"acme","outcome":"whole"/)
    const written = async () => ({
      rows: await acme?.query('SELECT id, xmin::text FROM hubspot.ticket ORDER BY id'),
      // The run that was taken over still records its own end.
      runs: await acme?.query(
        "SELECT id, read, inserted FROM hubgen.run WHERE outcome = 'succeeded' ORDER BY id",
      ),
      passes: await acme?.query('SELECT * FROM hubgen.pass ORDER BY entity, pass'),
      summary: await queue.query("SELECT * FROM hubgen_queue.portal_summary WHERE portal = 'acme'"),
    })
    const before = await written()
    for (const pid of [slice, stopped.pid]) process.kill(pid, 'SIGCONT')
    await expect.poll(() => isAlive(slice), { timeout: 30_000 }).toBe(false)
    expect(await end(stopped)).toBe(0)
    expect(stopped.output()).not.toContain('slice_ended')
    expect(await written()).toEqual(before)
    expect(await countTickets()).toEqual(expectedTickets())
    expect((await list()).get('acme')).toMatchObject({ state: 'scheduled', outcome: 'whole' })
    expect(await end(other)).toBe(0)
  })

  it('sets a portal whose token is rejected aside, and syncs the others', async () => {
    await project.hubgen('portals', 'run', 'acme', 'globex')
    const rejected = startHubgen(project.directory, ['worker', '--slots', '1'], {
      ...environment,
      ACME_TOKEN: 'pat-na1-00000000-0000-0000-0000-000000000000',
    })
    await rejected.says(/✗ acme: refused \(TOKEN_REJECTED\)/)
    await rejected.says(/✓ globex: whole/)
    expect(await end(rejected)).toBe(0)
    expect((await list()).get('acme')).toMatchObject({ isDead: true, code: 'TOKEN_REJECTED' })
    expect((await project.hubgen('portals')).out).toMatch(/^acme +needs a person +refused/m)
    const doctor = await project.hubgen('doctor')
    expect(doctor.out).toContain('FAIL  acme needs a person: refused (TOKEN_REJECTED)')
    expect(doctor.out).toContain('next: hubgen doctor --portal acme')
    expect((await project.hubgen('portals', 'retry')).out).toBe('due now: acme\n')
    const mended = start('--slots', '1')
    await mended.says(/"outcome":"whole"/)
    expect(await end(mended)).toBe(0)
    expect((await list()).get('acme')).toMatchObject({ isDead: false, outcome: 'whole' })
  })

  it('does not begin portals that have one database', async () => {
    await project.hubgen('portals', 'run', 'acme', 'globex')
    const worker = startHubgen(project.directory, ['worker', '--slots', '1'], {
      ...environment,
      GLOBEX_DATABASE: databases[0]?.url ?? '',
    })
    await worker.says(/✗ acme: refused \(DATABASE_SHARED\)/)
    await worker.says(/✗ globex: refused \(DATABASE_SHARED\)/)
    expect(await end(worker)).toBe(0)
  })

  it('keeps a paused portal from its rounds, also after the file is applied again', async () => {
    await queue.query("DELETE FROM hubgen_queue.job WHERE name = 'portal-dead'")
    expect(await project.hubgen('portals', 'pause', 'acme')).toMatchObject({ exitCode: 0 })
    await project.hubgen('portals', 'apply')
    expect((await list()).get('acme')).toMatchObject({ state: 'paused', nextAt: null })
    await queue.query(
      "INSERT INTO hubgen_queue.job (name, singleton_key, state) VALUES ('portal', 'acme', 'active')",
    )
    expect((await list()).get('acme')).toMatchObject({ state: 'active', nextAt: null })
    await queue.query("DELETE FROM hubgen_queue.job WHERE state = 'active'")
    const refused = await project.hubgen('portals', 'run', 'acme')
    expect(refused).toMatchObject({ exitCode: 1 })
    expect(refused.err).toContain('hubgen portals resume acme')
    // Its last slice was active when it was paused.
    await queue.query(
      "INSERT INTO hubgen_queue.job (name, singleton_key, state) VALUES ('portal-dead', 'acme', 'created')",
    )
    expect((await project.hubgen('portals')).out).toContain('1 portal needs a person;')
    expect((await project.hubgen('portals', 'retry', 'acme')).err).toContain('`acme` is paused')
    expect((await project.hubgen('portals', 'retry')).out).toBe('no portal needs a person\n')
    await queue.query("DELETE FROM hubgen_queue.job WHERE name = 'portal-dead'")
    expect(await project.hubgen('portals', 'resume', 'acme')).toMatchObject({ exitCode: 0 })
    expect((await list()).get('acme')).toMatchObject({ state: 'scheduled' })
    const unknown = await project.hubgen('portals', 'run', "acme'; DROP TABLE x --")
    expect(unknown.err).toContain('UNKNOWN_PORTAL')
  })

  it('says what to do when the tables of its queue went away, and continues when they are back', async () => {
    const worker = start('--slots', '1')
    await worker.says(/worker_started/)
    await queue.query('ALTER SCHEMA hubgen_queue RENAME TO kept')
    await expect.poll(worker.errors, { timeout: 20_000 }).toContain('error[QUEUE_NOT_READY]')
    await queue.query('ALTER SCHEMA kept RENAME TO hubgen_queue')
    expect(worker.errors()).toContain('the worker asks again')
    await project.hubgen('portals', 'run', 'acme')
    await worker.says(/"portal":"acme","outcome":"whole"/)
    expect(await end(worker)).toBe(0)
  })
})
