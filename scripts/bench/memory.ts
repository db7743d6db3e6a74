import { generateContacts } from './contacts-module.ts'
import { type BenchOptions, type Figure, formatCount, median } from './figure.ts'
import { startPortal } from './portal.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { runSync } from './run-sync.ts'

const sizes = [10_000, 100_000, 1_000_000]
const properties = 250
const mebibyte = 1_048_576

/** Peak memory of a full sync as the number of records grows. */
export async function benchMemory(options: BenchOptions): Promise<readonly Figure[]> {
  await using postgres = await startPostgres()
  const scale = (options.records ?? 1_000_000) / 1_000_000
  const peaks: number[] = []
  const figures: Figure[] = []
  for (const size of sizes.map((each) => Math.round(each * scale))) {
    const samples = await measure(size, postgres, options)
    const peak = median(samples)
    peaks.push(peak)
    figures.push({
      what: `peak RSS, ${formatCount(size)} records of ${properties} properties`,
      median: `${(peak / mebibyte).toFixed(0)} MiB`,
      ...(size === sizes.at(-1) && { bound: '≤ 300 MB (286 MiB)' }),
    })
  }
  const [, middle = Number.NaN, largest = Number.NaN] = peaks
  return [
    ...figures,
    {
      what: 'the largest against the middle one',
      median: `${(largest / middle).toFixed(2)} ×`,
      bound: '≤ 1.15 ×',
    },
  ]
}

async function measure(
  contacts: number,
  postgres: BenchPostgres,
  { rounds, note }: BenchOptions,
): Promise<readonly number[]> {
  await using portal = await startPortal({
    contacts,
    properties,
    limits: 'none',
    keepsRecords: false,
  })
  const module = await generateContacts(portal)
  const samples: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const database = await postgres.createDatabase()
    module.migrate(database)
    const { peakRssBytes, report } = await runSync(module, portal, database)
    const peak = (peakRssBytes / mebibyte).toFixed(0)
    note(`${formatCount(contacts)} records: ${peak} MiB in ${report.seconds.toFixed(0)} s`)
    samples.push(peakRssBytes)
  }
  return samples
}
