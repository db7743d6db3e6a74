import { styleText } from 'node:util'
import { HubgenError } from '../../../runtime/errors.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { countOf, formatCount } from '../../../runtime/words/numbers-as-text.ts'
import type { Simulator } from '../../../simulator/start-simulator.ts'
import { defineCommand } from '../define-command.ts'
import { readPort } from '../read-port.ts'
import { waitForSignal } from '../wait-for-signal.ts'
import {
  faultsHelp,
  readFault,
  readLatency,
  readLimits,
  readPortalId,
  readRecords,
  readScopes,
  readSearchLimit,
  readSeed,
  readUrlLimit,
  simulatorPort,
} from './simulate-options.ts'

interface SimulateArguments {
  readonly port: string
  readonly records: readonly string[]
  readonly seed: string | undefined
  readonly portalId: string | undefined
  readonly limit: string
  readonly latency: string
  readonly fault: readonly string[]
  readonly scopes: readonly string[]
  readonly urlLimit: string
  readonly searchLimit: string
  readonly compression: 'gzip' | 'none'
  readonly oddValues: 'none' | 'usual' | 'broken'
  readonly json: boolean
}

export const simulateCommand = defineCommand({
  command: 'simulate',
  describe: 'Run a local HubSpot simulator, for demos and tests',
  builder: (program) =>
    program
      .option('port', {
        string: true,
        default: simulatorPort,
        describe: 'Port on 127.0.0.1; 0 chooses a free one',
      })
      .option('records', {
        string: true,
        array: true,
        default: [],
        describe: 'Records per object type, e.g. contacts=10000,deals=5000',
      })
      .option('seed', {
        string: true,
        describe: 'A whole number; each one gives another portal',
      })
      .option('portal-id', {
        string: true,
        describe: "The portal's id; 8100142 by default",
      })
      .option('limit', {
        string: true,
        default: '190',
        describe: 'Calls allowed per ten seconds, or none',
      })
      .option('latency', {
        string: true,
        default: '0',
        describe: 'Latency of an answer in milliseconds, e.g. 200 or 150-400',
      })
      .option('fault', {
        string: true,
        array: true,
        default: [],
        describe: 'Faults to inject: kind or kind:rate, e.g. html_502:0.02',
      })
      .option('scopes', {
        string: true,
        array: true,
        default: [],
        describe: 'Scopes of the token; default: all',
      })
      .option('url-limit', {
        string: true,
        default: '16384',
        describe: 'Bytes of a URL; some clients met a limit of 8192',
      })
      .option('search-limit', {
        string: true,
        default: 'none',
        describe: 'Characters of a search body, or none; HubSpot documents 3000',
      })
      .option('compression', {
        choices: ['gzip', 'none'] as const,
        default: 'gzip' as const,
        describe: 'Of answers, for clients that accept it',
      })
      .option('odd-values', {
        choices: ['none', 'usual', 'broken'] as const,
        default: 'usual' as const,
        describe: 'Values that do not fit their type; broken: also NUL and lone surrogates',
      })
      .option('json', { boolean: true, default: false, describe: 'One JSON line for programs' })
      .epilogue(faultsHelp),
  handler: (args) => simulate(args),
})

/** Runs until a signal stops it. */
async function simulate(argv: SimulateArguments): Promise<void> {
  await using simulator = await start(argv)
  // Before the text, whose reader may stop the process at once.
  const stopped = waitForSignal()
  if (argv.json) process.stdout.write(`${startedLine(simulator)}\n`)
  else print(startedText(simulator))
  await stopped
  if (argv.json) process.stdout.write(`${stoppedLine(simulator)}\n`)
  else print(stoppedText(simulator))
}

/** Loads the simulator lazily, so that no other command pays for it. */
async function start(argv: SimulateArguments): Promise<Simulator> {
  const { createStore } = await import('../../../simulator/create-store.ts')
  const { startSimulator } = await import('../../../simulator/start-simulator.ts')
  const port = readPort(argv.port, 'simulate')
  const seed = argv.seed === undefined ? undefined : readSeed(argv.seed)
  const portalId = argv.portalId === undefined ? undefined : readPortalId(argv.portalId)
  const types = createStore().objectTypes()
  const records = readRecords(argv.records, types)
  const limits = readLimits(argv.limit)
  const latency = readLatency(argv.latency)
  const faults = argv.fault.map(readFault)
  const scopes = readScopes(argv.scopes, types)
  const urlLimitBytes = readUrlLimit(argv.urlLimit)
  const searchBodyLimit = readSearchLimit(argv.searchLimit)
  const simulator = await startSimulator({
    port,
    records,
    limits,
    latency,
    urlLimitBytes,
    searchBodyLimit,
    compression: argv.compression,
    oddValues: argv.oddValues,
    ...(seed !== undefined && { seed }),
    ...(portalId !== undefined && { portalId }),
    ...(scopes !== undefined && { scopes }),
  }).catch((error: unknown) => {
    throw listenFailure(error, port)
  })
  for (const fault of faults) simulator.faults.add(fault)
  return simulator
}

function listenFailure(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'EADDRINUSE' && code !== 'EACCES') return error
  const reason = code === 'EACCES' ? 'is not allowed for this user' : 'is in use'
  return new HubgenError('PORT_UNAVAILABLE', `port \`${port}\` ${reason}`, {
    fix: 'stop the program on that port, or choose another port: `hubgen simulate --port 5556`',
    cause: error,
  })
}

function startedText(simulator: Simulator): string {
  const { portal } = simulator.store
  const all = recordCounts(simulator)
  const counts = all.flatMap(([name, count]) => (count > 0 ? [[name, formatCount(count)]] : []))
  const empty = all.length - counts.length
  return [
    `A local HubSpot is running: portal ${portal.portalId}, ${portal.timeZone}, ${portal.currency}.`,
    '',
    ...alignColumns(counts, (column) => column === 1).map((line) => `  ${line} records`),
    `  and ${empty} standard objects without records`,
    '',
    'Put these two lines into .env in your working directory:',
    '',
    styleText('cyan', `  HUBSPOT_API_URL=${simulator.url}`),
    styleText('cyan', `  HUBSPOT_API_TOKEN=${simulator.token}`),
    '',
    'Then run there:',
    '',
    styleText('bold', '  hubgen explore deals'),
    '',
    `${simulator.url}/ lists routes and faults. Ctrl-C stops it.`,
  ].join('\n')
}

function startedLine(simulator: Simulator): string {
  const { url, token, store } = simulator
  const records = Object.fromEntries(recordCounts(simulator))
  return JSON.stringify({ event: 'started', url, token, portal: store.portal, records })
}

function stoppedText({ requests }: Simulator): string {
  return `\nStopped after ${countOf(requests.total, 'call')}. Start it again with \`hubgen simulate\`.`
}

function stoppedLine({ requests }: Simulator): string {
  return JSON.stringify({ event: 'stopped', calls: requests.total })
}

function recordCounts({ store }: Simulator): readonly (readonly [string, number])[] {
  return store.objectTypes().map((type) => [type.name, store.count(type.typeId)])
}
