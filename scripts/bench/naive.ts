import { startChild } from './child.ts'
import { type ContactsModule, generateContacts } from './contacts-module.ts'
import { type BenchOptions, type Figure, formatCount, medianOf } from './figure.ts'
import { type Portal, startPortal } from './portal.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { recordsPerSecond, runSync } from './run-sync.ts'

const contacts = 200_000
const properties = 250

export interface NaiveInput {
  /** Of a generated `entity.ts`. */
  readonly modulePath: string
  readonly url: string
  readonly token: string
  readonly databaseUrl: string
}

export interface NaiveFacts {
  readonly records: number
  readonly seconds: number
  readonly cpuSeconds: number
}

interface Sample {
  readonly syncRate: number
  readonly naiveRate: number
  readonly syncCpuMs: number
  readonly naiveCpuMs: number
}

/**
 * Compares a full sync with a plain implementation of the same work; runs both in each round, each into an
 * empty table.
 */
export async function benchNaive(options: BenchOptions): Promise<readonly Figure[]> {
  await using portal = await startPortal({
    contacts: options.records ?? contacts,
    properties,
    limits: 'none',
    compression: 'none',
    keepsRecords: true,
  })
  const module = await generateContacts(portal)
  await portal.warmUp(module.properties)
  await using postgres = await startPostgres()
  const samples: Sample[] = []
  for (let round = 0; round < options.rounds; round += 1) {
    const sample = await measure(portal, module, postgres)
    const { syncRate, naiveRate } = sample
    options.note(`sync ${formatCount(syncRate)}/s, naive ${formatCount(naiveRate)}/s`)
    samples.push(sample)
  }
  const ratio = medianOf(samples, ({ syncRate, naiveRate }) => syncRate / naiveRate)
  return [
    { what: 'full sync against the naive way', median: `${ratio.toFixed(1)} ×`, bound: '≥ 4 ×' },
    rate(
      'full sync',
      medianOf(samples, ({ syncRate }) => syncRate),
    ),
    rate(
      'naive',
      medianOf(samples, ({ naiveRate }) => naiveRate),
    ),
    cpu(
      'full sync, client',
      medianOf(samples, ({ syncCpuMs }) => syncCpuMs),
    ),
    cpu(
      'naive, client',
      medianOf(samples, ({ naiveCpuMs }) => naiveCpuMs),
    ),
  ]
}

function rate(what: string, perSecond: number): Figure {
  return { what, median: `${formatCount(perSecond)} records/s` }
}

function cpu(what: string, ms: number): Figure {
  return { what, median: `${ms.toFixed(1)} ms of CPU per 100 records` }
}

async function measure(
  portal: Portal,
  module: ContactsModule,
  postgres: BenchPostgres,
): Promise<Sample> {
  const forSync = await postgres.createDatabase()
  module.migrate(forSync)
  await forSync.query('CHECKPOINT')
  const sync = await runSync(module, portal, forSync)
  const forNaive = await postgres.createDatabase()
  module.migrate(forNaive)
  await forNaive.query('CHECKPOINT')
  const { url, token } = portal
  const input: NaiveInput = { modulePath: module.path, url, token, databaseUrl: forNaive.url }
  await using child = startChild('naive-process.ts', { input })
  const naive = await child.answer<NaiveFacts>()
  return {
    syncRate: recordsPerSecond(sync),
    naiveRate: naive.records / naive.seconds,
    syncCpuMs: (sync.cpuSeconds * 1000) / (sync.report.read / 100),
    naiveCpuMs: (naive.cpuSeconds * 1000) / (naive.records / 100),
  }
}
