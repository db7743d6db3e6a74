import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { type NodeProcess, resultOf } from '../support/node-process.ts'
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
  for (const args of [
    ['explore', 'tickets', 'tasks'],
    ['generate', '--all'],
  ]) {
    expect((await run(...args)).exitCode).toBe(0)
  }
})

afterAll(async () => {
  await simulator.close()
  await database.close()
  await directory[Symbol.asyncDispose]()
})

function environment(): NodeJS.ProcessEnv {
  const { url, token } = simulator
  return { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token, DATABASE_URL: database.url }
}

const run = (...args: readonly string[]) => runHubgen(directory.path, args, environment())

/** A sync that waits for HubSpot after its second page. */
async function startHanging(...args: readonly string[]): Promise<NodeProcess> {
  simulator.faults.clear()
  simulator.faults.add({ kind: 'hang', route: 'list', objectType: 'tickets', after: 2, times: 9 })
  const running = startHubgen(directory.path, ['sync', 'tickets', ...args, '--json'], environment())
  await running.says(/"read":200/)
  return running
}

describe('hubgen cancel', () => {
  it('has nothing to stop where no sync was ever started', async () => {
    expect(await run('cancel', 'tickets')).toEqual({
      exitCode: 0,
      output: '- tickets  no run is active\n',
      errors: '',
    })
  })

  it('stops a run that waits for HubSpot, as another process would on another machine', async () => {
    expect((await run('migrate')).exitCode).toBe(0)
    const running = await startHanging()
    const cancelled = await run('cancel', 'tickets', 'tasks')
    expect(cancelled).toMatchObject({ exitCode: 0, errors: '' })
    expect(cancelled.output).toMatch(
      /^✓ tickets {2}run \d+ of \S+, process \d+ was asked to stop\n- tasks {2}no run is active\n\nnext: `hubgen status tickets` shows when it has stopped\n$/,
    )
    const { exitCode, output } = await resultOf(running)
    expect(exitCode).toBe(130)
    expect(output).toContain('"outcome":"cancelled"')
    const [last] = await database.query('SELECT outcome FROM hubgen.run ORDER BY id DESC LIMIT 1')
    expect(last).toEqual({ outcome: 'cancelled' })
    simulator.faults.clear()
    const resumed = await run('sync', 'tickets')
    expect(resumed.exitCode).toBe(0)
    expect(resumed.output).toMatch(/^✓ tickets {2}/m)
  })

  it('is named by the run that it stopped, which the next round of --every resumes', async () => {
    simulator.faults.clear()
    await database.query('TRUNCATE hubgen.pass')
    simulator.faults.add({ kind: 'hang', route: 'list', objectType: 'tickets', after: 2, times: 9 })
    const args = ['sync', 'tickets', '--every', '15m', '--verbose']
    const running = startHubgen(directory.path, args, environment())
    await running.says(/full sync/)
    await run('cancel', 'tickets')
    await running.says(/^round 1 finished/m)
    expect(running.output()).toMatch(/^! tickets {2}cancelled {2}/m)
    expect(running.output()).toContain(
      '\n  it was asked to stop, from the dashboard or by `hubgen cancel`\n',
    )
    running.kill('SIGTERM')
    expect((await resultOf(running)).exitCode).toBe(0)
  })

  it('prints one JSON line per entity', async () => {
    const running = await startHanging('--full')
    const { output } = await run('cancel', '--all', '--json')
    const lines = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const none = { runId: null, holder: null }
    expect(lines).toEqual([
      { event: 'cancel_requested', entity: 'tasks', ...none },
      {
        event: 'cancel_requested',
        entity: 'tickets',
        runId: expect.stringMatching(/^\d+$/),
        holder: expect.stringContaining('process '),
      },
    ])
    expect((await resultOf(running)).exitCode).toBe(130)
  })

  it('is what a second sync of a running entity is pointed to', async () => {
    const running = await startHanging('--full')
    const { exitCode, errors } = await run('sync', 'tickets')
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[ENTITY_BUSY]')
    expect(errors).toContain('stop it with `hubgen cancel tickets`')
    await run('cancel', 'tickets')
    await running.ended
  })

  it.each([
    [['cancel'], 'USAGE', 'which entity?'],
    [['cancel', 'tickts'], 'UNKNOWN_ENTITY', 'did you mean `tickets`?'],
    [['cancel', '--al'], 'USAGE', 'did you mean `--all`?'],
  ])('refuses %j with %s', async (args, code, words) => {
    const { exitCode, errors } = await run(...args)
    expect(exitCode).toBe(1)
    expect(errors).toContain(`error[${code}]`)
    expect(errors).toContain(words)
  })
})
