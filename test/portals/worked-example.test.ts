import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runScript } from '../docs/documented-project.ts'
import { blocksOf, readDocument } from '../docs/read-documents.ts'
import { installCommands } from '../support/installed-commands.ts'
import { plainEnvironment } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runCommand } from '../support/run-command.ts'
import { serveCommands } from '../support/served-commands.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const stack = new AsyncDisposableStack()
const [file, simulators, secrets, commands] = blocksOf(readDocument('docs/portals.md'))
const names = ['acme', 'globex', 'initech']
const databases = new Map<string, TestDatabase>()
/** Addresses of the document, and those of this test. */
const addresses: [string, string][] = []
let directory = ''
let environment: Record<string, string> = {}

beforeAll(async () => {
  directory = stack.use(await temporaryDirectory()).path
  const served = stack.use(await serveCommands(runCommand))
  const PATH = await installCommands(directory, served.script)
  environment = { ...plainEnvironment({}), PATH, HUBGEN_LOGS: 'off' } as Record<string, string>
  for (const line of (simulators?.text ?? '').trim().split('\n')) {
    const option = (name: string) => Number(new RegExp(`--${name} (\\d+)`).exec(line)?.[1])
    const [portalId, seed] = [option('portal-id'), option('seed')]
    const records = { deals: 30 }
    const simulator = stack.use(await startTestSimulator({ portalId, seed, records }))
    addresses.push([`http://localhost:${option('port')}`, simulator.url])
  }
  for (const name of names) {
    const database = stack.use(await createDatabase())
    databases.set(name, database)
    addresses.push([`postgres://postgres:postgres@localhost:5432/${name}`, database.url])
  }
  await writeFile(join(directory, 'hubgen.portals.ts'), file?.text ?? '')
})

afterAll(() => stack.disposeAsync())

/** In one shell, because the second script needs the variables of the first. */
async function run(...scripts: readonly string[]) {
  let script = ['set -e', ...scripts].join('\n')
  for (const [documented, actual] of addresses) script = script.replaceAll(documented, actual)
  return await runScript(script, directory, environment)
}

test('the example of docs/portals.md runs, and `migrate` continues after a failure', async () => {
  const { exitCode, output } = await run(secrets?.text ?? '', commands?.text ?? '')
  // Only acme, the canary, and globex have been synced.
  expect(exitCode, output).toBe(1)
  expect(output).toContain('3 portals in hubgen.portals.ts')
  expect(output).toContain('8 secrets found')
  expect(output).toMatch(/^done {7}acme, globex, initech$/m)
  expect(output).toMatch(/^acme +ok$/m)
  expect(output).toMatch(/^initech +exit 1/m)
  const counts = names.map((name) =>
    databases.get(name)?.query('SELECT count(*) > 0 AS any FROM hubspot.deal'),
  )
  expect(await Promise.all(counts)).toEqual([[{ any: true }], [{ any: true }], [{ any: false }]])

  const globex = databases.get('globex')
  const set = `ALTER DATABASE ${globex?.name} SET default_transaction_read_only`
  await globex?.query(`${set} = on`)
  const failing = await run(secrets?.text ?? '', 'npx hubgen migrate --portals all --canary acme')
  expect(failing.exitCode).toBe(1)
  // Without its canary the next run would not check it.
  expect(failing.output).toMatch(/^next: hubgen migrate --portals all --canary acme, once/m)
  expect(failing.output).toMatch(/^done {7}acme$/m)
  expect(failing.output).toMatch(/^failed {5}globex$/m)
  expect(failing.output).toMatch(/^not begun {2}initech$/m)
  await globex?.query(`BEGIN READ WRITE; ${set} = off; COMMIT`)
  const mended = await run(secrets?.text ?? '', 'npx hubgen migrate --portals all --json')
  expect(mended.exitCode, mended.output).toBe(0)
  const lines = mended.output.trim().split('\n')
  const parsed = lines.slice(-4).map((line): unknown => JSON.parse(line))
  expect(parsed).toMatchObject([
    ...names.map((portal) => ({ portal, exitCode: 0, output: [{ event: 'migrated' }] })),
    { event: 'migrated_portals', done: names, failed: null, notBegun: [] },
  ])
})
