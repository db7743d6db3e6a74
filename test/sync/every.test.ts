import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { beginRun } from '../../runtime/postgres/state/lease.ts'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { startDatabaseProxy } from '../support/database-proxy.ts'
import { hubgenScripts } from '../support/hubgen-scripts.ts'
import { type NodeProcess, resultOf, startNode } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let simulator: Simulator
let database: TestDatabase
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  simulator = await startTestSimulator({ records: { tickets: 350, tasks: 20 } })
  database = await createDatabase()
  directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
  const config = "export default { exclude: { tickets: ['hs_*'] } }"
  await writeFile(join(directory.path, 'hubgen.config.ts'), config)
  for (const args of [['explore', 'tickets', 'tasks'], ['generate', '--all'], ['migrate']]) {
    expect((await run(...args)).exitCode).toBe(0)
  }
})

beforeEach(() => simulator.faults.clear())

afterAll(async () => {
  await simulator.close()
  await database.close()
  await directory[Symbol.asyncDispose]()
})

function environment(databaseUrl = database.url): NodeJS.ProcessEnv {
  const { url, token } = simulator
  return { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token, DATABASE_URL: databaseUrl }
}

function start(...args: readonly string[]): NodeProcess {
  return startHubgen(directory.path, args, environment())
}

const run = (...args: readonly string[]) => runHubgen(directory.path, args, environment())

/** Rounds whose waits end when the test says so. */
function startRounds(
  names: readonly string[],
  { databaseUrl = database.url, maxCalls = '' } = {},
): NodeProcess & { next(round: number): Promise<void> } {
  const running = startNode(
    directory.path,
    [hubgenScripts.syncBySignal, maxCalls, ...names],
    environment(databaseUrl),
  )
  const next = async (round: number) => {
    if (round > 1) running.kill('SIGUSR2')
    await running.says(new RegExp(`^round ${round} finished`, 'm'))
  }
  return { ...running, next }
}

describe('hubgen sync --every', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says when the next round begins, and ends while it waits at %s',
    async (signal) => {
      const startedMs = Date.now()
      const running = start('sync', 'tasks', 'tickets', '--every', '15m')
      await running.says(/the next one starts at .*Z$/m)
      running.kill(signal)
      const { exitCode, output, errors } = await resultOf(running)
      expect(exitCode).toBe(0)
      expect(errors).toBe('\nStopped between two rounds.\n')
      expect(output).toMatch(/^✓ tasks {4}(\d+ new|no changes) {2}.*\d+\.\d s$/m)
      expect(output).toMatch(/^✓ tickets {2}/m)
      const [, time = ''] = /^round 1 finished; the next one starts at (.*Z)$/m.exec(output) ?? []
      const minutes = (Date.parse(time) - startedMs) / 60_000
      expect(minutes).toBeGreaterThan(13.9)
    },
  )

  it('finishes the batch in flight at SIGTERM, and says by its exit code that a run was cut', async () => {
    await database.query('TRUNCATE hubspot.ticket, hubgen.pass, hubgen.run CASCADE')
    simulator.faults.add({ kind: 'hang', route: 'list', objectType: 'tickets', after: 2 })
    const running = start('sync', 'tickets', 'tasks', '--every', '1h', '--json')
    await running.says(/"read":200/)
    running.kill('SIGTERM')
    const { exitCode, output, errors } = await resultOf(running)
    expect(exitCode).toBe(130)
    expect(errors).toContain('Stopping after the current batch')
    expect(output).toContain('"outcome":"cancelled"')
    expect(output).not.toContain('"entity":"tasks"')
    expect(output).not.toContain('"type":"waiting"')
  })

  it('gives programs an event for the wait', async () => {
    const running = start('sync', 'tasks', '--every', '90s', '--json')
    await running.says(/"type":"waiting"/)
    running.kill('SIGTERM')
    const { exitCode, output } = await resultOf(running)
    expect(exitCode).toBe(0)
    const events = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.at(-2)).toMatchObject({ type: 'run_finished' })
    const { at, round, nextAt } = events.at(-1)
    expect(round).toBe(1)
    expect(Date.parse(nextAt)).toBeGreaterThan(Date.parse(at))
    const [run] = await database.query(
      `SELECT every_seconds, holder FROM hubgen.run WHERE entity = 'tasks' ORDER BY id DESC LIMIT 1`,
    )
    expect(run).toEqual({ every_seconds: 90, holder: expect.stringMatching(/^.+, process \d+$/) })
  })

  it('continues after errors that may be temporary', async () => {
    await using connection = await openDatabase(
      readDatabaseSettings({ DATABASE_URL: database.url }, directory.path),
    )
    await using proxy = await startDatabaseProxy(database.url)
    proxy.cut()
    const running = startRounds(['tickets', 'tasks'], { databaseUrl: proxy.url })
    await running.next(1)
    await running.complains(/error\[DATABASE_UNREACHABLE\]/)
    await proxy.restore()
    simulator.faults.add({ kind: 'expired_401', route: 'account' })
    await running.next(2)
    await running.complains(/error\[TOKEN_REJECTED\]/)
    const [refused] = await database.query(
      `SELECT every_seconds, fix FROM hubgen.run WHERE outcome = 'not_started' ORDER BY id DESC LIMIT 1`,
    )
    expect(refused).toEqual({ every_seconds: 900, fix: expect.stringMatching(/token|key/) })
    expect(running.output()).toContain('not started: tasks')
    await beginRun(connection, { entity: 'tickets', mode: 'full', portalId: 8100142 })
    await running.next(3)
    expect(running.errors()).not.toContain('ENTITY_BUSY')
    expect(running.output()).toMatch(
      /^- tickets: `tickets` is being synced already: run \d+, since .*; left for the next round$/m,
    )
    expect(running.output()).toMatch(/^✓ tasks {2}/m)
    expect(running.output()).not.toMatch(/^✓ tickets {2}/m)
    await database.query('DELETE FROM hubgen.lease')
    await running.next(4)
    expect(running.output()).toMatch(/^✓ tickets {2}/m)
    running.kill('SIGTERM')
    const { exitCode, output } = await resultOf(running)
    expect(exitCode).toBe(0)
    expect(output.match(/next one starts at .*/g)).toEqual(
      ['08:15', '08:30', '08:45', '09:00'].map(
        (time) => `next one starts at 2026-11-25T${time}:00.000Z`,
      ),
    )
  })

  it('piles up neither listeners nor connections, however many rounds there are', async () => {
    const running = startRounds(['tasks'])
    const [task] = simulator.store.scan('0-27', 0n, { archived: false })
    for (let round = 1; round <= 15; round += 1) {
      // Without a change, a round would open no connection.
      simulator.store.update('0-27', task?.id ?? '', { hs_task_subject: `round ${round}` })
      await running.next(round)
    }
    const connections = await database.query(
      "SELECT FROM pg_stat_activity WHERE application_name = 'hubgen' AND datname = current_database()",
    )
    expect(connections).toEqual([])
    running.kill('SIGINT')
    const { exitCode, output, errors } = await resultOf(running)
    expect(exitCode).toBe(0)
    expect(output.match(/^✓ tasks {2}/gm)).toHaveLength(15)
    // The one that waits for a second signal.
    expect(output).toMatch(/^1 listeners$/m)
    // Node warns here of the eleventh listener on a signal.
    expect(errors).toBe('\nStopped between two rounds.\n')
  })

  it('has its own limit of API calls in each round', async () => {
    const running = startRounds(['tasks', 'tickets'], { maxCalls: '2' })
    const before = simulator.requests.total
    await running.next(1)
    const first = simulator.requests.total - before
    await running.next(2)
    expect(simulator.requests.total - before).toBe(2 * first)
    running.kill('SIGTERM')
    const { output } = await resultOf(running)
    expect(output.match(/stopped at its limit/g)).toHaveLength(2)
  })

  it.each([
    [['deals'], {}, 'GENERATED_MISSING'],
    [['tasks'], { HUBSPOT_API_TOKEN: '' }, 'TOKEN_MISSING'],
    [['tasks'], { DATABASE_URL: 'mysql://x' }, 'DATABASE_SETTINGS_INVALID'],
    [['tasks'], { HUBGEN_LOG_LEVEL: 'loud' }, 'USAGE'],
  ])('does not begin with %j and %j, which do not heal', async (names, change, code) => {
    const args = ['sync', ...names, '--every', '15m']
    const all = { ...environment(), ...change }
    const { exitCode, output, errors } = await runHubgen(directory.path, args, all)
    expect(exitCode).toBe(1)
    expect(errors).toContain(`error[${code}]`)
    expect(output).toBe('')
  })

  it.each([
    [['tasks', '10', '--every', '15m'], '`--every` and the limit 10 exclude each other'],
    [['--all', '--plan', '--every', '15m'], '`--every` and `--plan` exclude each other'],
    [['tasks', '--since', '3d', '--every', '15m'], '`--every` and `--since` exclude each other'],
    [['tasks', '--every', '15'], '`--every` takes one number and one unit, found `15`'],
    [['tasks', '--every', '30s'], '`--every` takes at least `1m`, found `30s`'],
    [['tasks', '--every'], '`--every` takes one number and one unit, found ``'],
    [['tasks', '--every', '1h', '--every', '2h'], '`--every` is given twice'],
  ])('refuses %j', async (args, words) => {
    const logs = await readdir(join(directory.path, '.hubgen/logs'))
    const { exitCode, errors } = await run('sync', ...args)
    expect(exitCode).toBe(1)
    expect(errors).toContain(`error[USAGE]: ${words}`)
    expect(await readdir(join(directory.path, '.hubgen/logs'))).toEqual(logs)
  })
})
