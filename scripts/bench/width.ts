import { generateContacts } from './contacts-module.ts'
import { type BenchOptions, type Figure, formatCount, medianOf } from './figure.ts'
import { startPortal } from './portal.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { recordsPerSecond, runSync } from './run-sync.ts'

/** Fewer records for wider ones: each width has about the same number of values. */
const shapes = [
  { properties: 50, contacts: 200_000 },
  { properties: 250, contacts: 100_000 },
  { properties: 950, contacts: 30_000 },
]

/** Records per second of a full sync as records get wider. */
export async function benchWidth(options: BenchOptions): Promise<readonly Figure[]> {
  await using postgres = await startPostgres()
  const figures: Figure[] = []
  for (const { properties, contacts } of shapes) {
    figures.push(...(await measure(properties, options.records ?? contacts, postgres, options)))
  }
  return figures
}

async function measure(
  properties: number,
  contacts: number,
  postgres: BenchPostgres,
  { rounds, note }: BenchOptions,
): Promise<readonly Figure[]> {
  await using portal = await startPortal({
    contacts,
    properties,
    limits: 'none',
    compression: 'none',
    keepsRecords: true,
  })
  const module = await generateContacts(portal)
  await portal.warmUp(module.properties)
  const samples: { rate: number; clientMs: number; serverMs: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const database = await postgres.createDatabase()
    module.migrate(database)
    await database.query('CHECKPOINT')
    const serverBefore = postgres.cpuSeconds()
    const run = await runSync(module, portal, database)
    const pages = run.report.read / 100
    const rate = recordsPerSecond(run)
    samples.push({
      rate,
      clientMs: (run.cpuSeconds * 1000) / pages,
      serverMs: ((postgres.cpuSeconds() - serverBefore) * 1000) / pages,
    })
    note(`${properties} properties: ${formatCount(rate)} records/s`)
  }
  const rate = formatCount(medianOf(samples, (sample) => sample.rate))
  const client = medianOf(samples, ({ clientMs }) => clientMs).toFixed(1)
  const server = medianOf(samples, ({ serverMs }) => serverMs).toFixed(1)
  return [
    { what: `${properties} properties`, median: `${rate} records/s` },
    {
      what: `${properties} properties: CPU per 100 records`,
      median: `${client} ms client, ${server} ms server`,
    },
  ]
}
