import { generateContacts } from './contacts-module.ts'
import type { BenchOptions, Figure } from './figure.ts'
import { startPortal } from './portal.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { runSync } from './run-sync.ts'

const contacts = 20_000
const widths = [50, 250, 950]

/** API calls that a full sync makes; they are the same in every round, so one is enough. */
export async function benchCalls(options: BenchOptions): Promise<readonly Figure[]> {
  await using postgres = await startPostgres()
  const figures: Figure[] = []
  for (const width of widths) {
    figures.push(await measure(width, options.records ?? contacts, postgres))
  }
  return figures
}

async function measure(
  properties: number,
  records: number,
  postgres: BenchPostgres,
): Promise<Figure> {
  await using portal = await startPortal({
    contacts: records,
    properties,
    limits: 'none',
    keepsRecords: false,
  })
  const module = await generateContacts(portal)
  const database = await postgres.createDatabase()
  module.migrate(database)
  const { report } = await runSync(module, portal, database)
  const perThousand = (report.calls / report.read) * 1000
  return {
    what: `full sync, ${properties} properties`,
    median: `${perThousand.toFixed(1)} calls per 1,000 records`,
  }
}
