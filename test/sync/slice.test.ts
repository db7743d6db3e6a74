import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { beginRun } from '../../runtime/postgres/state/lease.ts'
import { plainEnvironment } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { hubgenMain } from '../support/run-hubgen.ts'
import { fewColumns, openSyncPortal } from '../support/sync-portal.ts'

/** Before every run: each of them ends at its first checkpoint. */
const over = new Date(0)

describe('a run with little time', () => {
  test('ends at its first checkpoint, and the runs after it complete the copy without reading twice', async () => {
    await using portal = await openSyncPortal('tickets', { records: { tickets: 950 } }, fewColumns)
    const options = { until: over, batchRows: 100, readers: 1 }
    const first = await portal.sync(options)
    expect(first).toMatchObject({ outcome: 'limited', error: null })
    // The batch in flight is written as well.
    expect(first.inserted).toBeLessThanOrEqual(300)
    const reports = [first]
    while (reports.at(-1)?.outcome === 'limited' && reports.length < 30)
      reports.push(await portal.sync(options))
    expect(reports.at(-1)).toMatchObject({ outcome: 'succeeded' })
    expect(reports.length).toBeGreaterThan(2)
    expect(reports.length).toBeLessThan(30)
    expect(await portal.count()).toBe(portal.simulator.store.count('0-5'))
    // Each row has the values of its own record, as the portal has them.
    const records = [...portal.simulator.store.scan('0-5', 0n, { archived: false })]
    expect(
      await portal.database.query(
        'SELECT id, property_subject AS subject FROM hubspot.ticket ORDER BY id',
      ),
    ).toEqual(
      records
        .toSorted((a, b) => Number(BigInt(a.id) - BigInt(b.id)))
        .map(({ id, properties }) => ({ id, subject: properties['subject'] ?? null })),
    )
    // Besides a batch, a run has read at most the page after it.
    const read = reports.reduce((sum, report) => sum + report.read, 0)
    expect(read).toBeLessThan(2_000)
    const idle = await portal.sync(options)
    expect(idle).toMatchObject({ outcome: 'succeeded', inserted: 0, updated: 0 })
  })
})

describe('hubgen sync --slice', () => {
  let project: Project
  let database: TestDatabase

  beforeAll(async () => {
    project = await openProject({ records: { tickets: 700, tasks: 20 } })
    database = await createDatabase()
    project.environment['DATABASE_URL'] = database.url
    await project.write('hubgen.config.ts', "export default { exclude: { tickets: ['hs_*'] } }")
    for (const command of ['explore tickets tasks', 'generate --all', 'migrate']) {
      expect(await project.hubgen(...command.split(' '))).toMatchObject({ exitCode: 0 })
    }
  })

  afterAll(async () => {
    await project[Symbol.asyncDispose]()
    await database.close()
  })

  beforeEach(async () => {
    project.simulator.faults.clear()
    await database.query('TRUNCATE hubspot.ticket, hubspot.task, hubgen.run CASCADE')
  })

  const turns = () =>
    database
      .query<{ entity: string }>('SELECT entity FROM hubgen.run ORDER BY id')
      .then((rows) => rows.map(({ entity }) => entity))

  test('says by its exit code that there is more to do, and begins with the entity that waits longest', async () => {
    project.simulator.faults.add({
      kind: 'slow',
      route: 'list',
      objectType: 'tickets',
      ms: 1_100,
    })
    const slice = (time: string) => project.hubgen('sync', 'tickets', 'tasks', '--slice', time)
    const first = await slice('1s')
    expect(first).toMatchObject({ exitCode: 3, err: '' })
    expect(first.out).toMatch(/^! tickets {2}stopped at its limit {2}/m)
    expect(first.out).toMatch(/^tasks +not started$/m)
    expect(await turns()).toEqual(['tickets'])
    expect(await slice('10m')).toMatchObject({ exitCode: 0 })
    expect(await turns()).toEqual(['tickets', 'tasks', 'tickets'])
    const [{ count } = {}] = await database.query<{ count: string }>(
      'SELECT count(*) FROM hubspot.ticket',
    )
    expect(Number(count)).toBe(project.simulator.store.count('0-5'))
  })

  test('says by another exit code that other runs hold the rest', async () => {
    const settings = readDatabaseSettings({ DATABASE_URL: database.url }, project.directory)
    await using connection = await openDatabase(settings)
    await beginRun(connection, { entity: 'tasks', mode: 'full', portalId: 8100142 })
    const { exitCode, out } = await project.hubgen('sync', 'tickets', 'tasks', '--slice', '10m')
    expect(exitCode).toBe(4)
    expect(out).toMatch(/^✓ tickets/m)
    expect(out).toMatch(/^- tasks: .*left for the next round$/m)
    const unsliced = await project.hubgen('sync', 'tasks')
    expect(unsliced.exitCode).toBe(1)
    await database.query('DELETE FROM hubgen.lease')
  })

  test('ends with an event, and leaves out what the same round has read before', async () => {
    const slice = ['sync', 'tickets', 'tasks', '--slice', '10m', '--json']
    const reportOf = (out: string) => JSON.parse(out.trimEnd().split('\n').at(-1) ?? '')
    const first = reportOf((await project.hubgen(...slice)).out)
    expect(first).toMatchObject({
      type: 'slice_finished',
      left: 'nothing',
      code: null,
      failed: [],
      pendingMigrations: 0,
      oldestAt: expect.any(String),
    })
    project.environment['HUBGEN_ROUND_SINCE'] = first.roundSince
    await database.query("UPDATE hubgen.run SET outcome = 'limited' WHERE entity = 'tasks'")
    expect(reportOf((await project.hubgen(...slice)).out)).toMatchObject({ left: 'nothing' })
    expect((await turns()).filter((entity) => entity === 'tickets')).toHaveLength(1)
    expect((await turns()).filter((entity) => entity === 'tasks')).toHaveLength(2)
    delete project.environment['HUBGEN_ROUND_SINCE']
  })

  test('refuses a time that is none', async () => {
    for (const time of ['10', '0s', '8d', 'soon']) {
      const { exitCode, err } = await project.hubgen('sync', 'tasks', '--slice', time)
      expect(exitCode).toBe(1)
      expect(err).toContain(`found \`${time}\``)
    }
  })

  test('a supervisor that ended first, and closed every stream, loses nothing', async () => {
    project.simulator.faults.add({ kind: 'hang', route: 'list', objectType: 'tickets', after: 2 })
    const child = spawn(
      process.execPath,
      ['--conditions=hubgen-source', hubgenMain, 'sync', 'tickets', '--json'],
      {
        cwd: project.directory,
        env: plainEnvironment(project.environment),
        stdio: ['pipe', 'pipe', 'pipe'],
      },
    )
    const ended = once(child, 'exit')
    let output = ''
    child.stdout.on('data', (text) => {
      output += text
    })
    await vi.waitFor(() => expect(output).toContain('"read":200'), { timeout: 30_000 })
    child.stdin.destroy()
    child.stderr.destroy()
    child.kill('SIGTERM')
    expect(await ended).toEqual([130, null])
    const [run] = await database.query('SELECT outcome FROM hubgen.run ORDER BY id DESC LIMIT 1')
    expect(run).toEqual({ outcome: 'cancelled' })
    expect(await database.query('SELECT FROM hubgen.lease WHERE expires_at > now()')).toEqual([])
    expect(readdirSync(join(project.directory, '.hubgen/logs')).length).toBeGreaterThan(0)
  })
})
