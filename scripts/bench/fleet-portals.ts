import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { createStore } from '../../simulator/create-store.ts'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { startSimulator } from '../../simulator/start-simulator.ts'
import { cleanEnvironment } from './child.ts'

/** The built command line, which users have. */
export const builtMain: string = fileURLToPath(
  new URL('../../dist/generator/cli/main.js', import.meta.url),
)

/** Six entities, and the object types that the simulator knows them by. */
export const entities = {
  companies: '0-2',
  tickets: '0-5',
  calls: '0-48',
  meetings: '0-47',
  notes: '0-46',
  tasks: '0-27',
} as const

/** A call according to the simulator. */
interface LoggedCall {
  readonly atMs: number
  /** The process that made it. */
  readonly process: string
  readonly route: string
  readonly status: number
}

export interface FleetPortal {
  readonly name: string
  readonly kind: 'light' | 'heavy'
  readonly simulator: Simulator
  readonly databaseUrl: string
  readonly log: LoggedCall[]
}

export interface Fleet extends AsyncDisposable {
  readonly portals: readonly FleetPortal[]
  /** The folder with hubgen.portals.ts. */
  readonly directory: string
  /** Of workers. */
  readonly environment: NodeJS.ProcessEnv
}

const lightRecords = 10
const lightLatency = { minMs: 10, maxMs: 30 }
const heavyLatency = { minMs: 250, maxMs: 500 }

/**
 * Portals with a simulator each in this process, and a migrated database each. `addressOf` gives the URL under which
 * workers reach a database of the server.
 */
export async function openFleet(
  counts: { readonly light: number; readonly heavy: number; readonly heavyRecords: number },
  serverUrl: string,
  addressOf: (database: string) => string,
): Promise<Fleet> {
  const directory = fileURLToPath(new URL(`../../.hubgen/bench/${process.pid}`, import.meta.url))
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const names = [
    ...Array.from({ length: counts.light }, (_, index) => ['light', index + 1] as const),
    ...Array.from({ length: counts.heavy }, (_, index) => ['heavy', index + 1] as const),
  ]
  const portals: FleetPortal[] = []
  const bornMs = Date.now()
  let isPrepared = false
  for (const [kind, number] of names) {
    const log: LoggedCall[] = []
    const records = kind === 'light' ? lightRecords : counts.heavyRecords
    const simulator = await startSimulator({
      store: createStore({
        // Light portals begin alike, with one copy that was made once.
        seed: kind === 'light' ? 1 : number,
        records: Object.fromEntries(Object.keys(entities).map((entity) => [entity, records])),
        now: () => (isPrepared ? Date.now() : bornMs),
      }),
      latency: kind === 'light' ? lightLatency : heavyLatency,
      compression: 'none',
      onAnswer: ({ route, status, headers }) =>
        log.push({ atMs: Date.now(), process: String(headers['x-process']), route, status }),
    })
    const name = `${kind}${number}`
    portals.push({ name, kind, simulator, databaseUrl: addressOf(name), log })
  }
  await prepareCode(directory, portals)
  await prepareDatabases(directory, portals, serverUrl)
  isPrepared = true
  return {
    portals,
    directory,
    environment: environmentOf(portals, addressOf('queue')),
    async [Symbol.asyncDispose]() {
      for (const { simulator } of portals) await simulator.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** All share one folder of generated code; each has its own simulator's address in its `.env`. */
async function prepareCode(directory: string, portals: readonly FleetPortal[]): Promise<void> {
  const [first] = portals
  if (first === undefined) throw new Error('no portals')
  const { url, token } = first.simulator
  const environment = { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token }
  await run(directory, environment, ['explore', ...Object.keys(entities)])
  await run(directory, environment, ['generate', '--all'])
  for (const { name, simulator } of portals) {
    mkdirSync(join(directory, 'portals', name), { recursive: true })
    writeFileSync(join(directory, 'portals', name, '.env'), `HUBSPOT_API_URL=${simulator.url}\n`)
  }
  const listed = portals.map(({ name }) => [
    name,
    {
      portalId: 8_100_142,
      tokenFrom: 'BENCH_TOKEN',
      databaseFrom: `${name.toUpperCase()}_DATABASE`,
      generated: 'generated',
      every: '1d',
    },
  ])
  const file = {
    queueFrom: 'BENCH_QUEUE',
    slice: '60s',
    portals: Object.fromEntries(listed),
  }
  writeFileSync(
    join(directory, 'hubgen.portals.mjs'),
    `export default ${JSON.stringify(file, null, 2)}\n`,
  )
}

/** Copies of one migrated database; those of light portals have the records as well. */
async function prepareDatabases(
  directory: string,
  portals: readonly FleetPortal[],
  serverUrl: string,
): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query('CREATE DATABASE migrated')
  await client.query('CREATE DATABASE queue')
  const migrated = new URL(serverUrl)
  migrated.pathname = '/migrated'
  await run(directory, { DATABASE_URL: migrated.href }, ['migrate'])
  const copy = (of: string, { name }: FleetPortal) =>
    client.query(`CREATE DATABASE ${name} TEMPLATE ${of} STRATEGY FILE_COPY`)
  for (const portal of portals) if (portal.kind === 'heavy') await copy('migrated', portal)
  const [first] = portals
  if (first === undefined) return
  const { url, token } = first.simulator
  const environment = { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token }
  await run(directory, { DATABASE_URL: migrated.href, ...environment }, ['sync', '--all'])
  for (const portal of portals) if (portal.kind === 'light') await copy('migrated', portal)
  await client.end()
}

function environmentOf(portals: readonly FleetPortal[], queueUrl: string): NodeJS.ProcessEnv {
  const tag = new URL('tag-requests.mjs', import.meta.url).href
  const databases = portals.map(({ name, databaseUrl }) => [
    `${name.toUpperCase()}_DATABASE`,
    databaseUrl,
  ])
  return {
    ...cleanEnvironment(),
    ...Object.fromEntries(databases),
    BENCH_TOKEN: portals[0]?.simulator.token ?? '',
    BENCH_QUEUE: queueUrl,
    HUBGEN_LOGS: 'off',
    NODE_OPTIONS: `--import=${tag}`,
  }
}

/** Runs a command of the built command line to its end; the simulators of this process answer it meanwhile. */
export async function run(
  directory: string,
  environment: NodeJS.ProcessEnv,
  args: readonly string[],
): Promise<void> {
  const child = spawn(process.execPath, [builtMain, ...args], {
    cwd: directory,
    env: { ...cleanEnvironment(), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const [status] = await once(child, 'close')
  if (status !== 0) throw new Error(`\`hubgen ${args.join(' ')}\` failed: ${errors}`)
}
