import { generateContacts } from './contacts-module.ts'
import { type BenchOptions, type Figure, formatCount } from './figure.ts'
import { startPortal } from './portal.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { runSync } from './run-sync.ts'

const contacts = 20_000
const widths = [50, 250, 950]
/** One record in N. */
const changedOneIn = 20

/** API calls of a sync; they are the same in every round, so one round is enough. */
export async function benchCalls(options: BenchOptions): Promise<readonly Figure[]> {
  await using postgres = await startPostgres()
  const figures: Figure[] = []
  for (const width of widths) {
    figures.push(...(await measure(width, options.records ?? contacts, postgres)))
  }
  return figures
}

async function measure(
  properties: number,
  records: number,
  postgres: BenchPostgres,
): Promise<readonly Figure[]> {
  await using portal = await startPortal({
    contacts: records,
    properties,
    limits: 'none',
    keepsRecords: false,
  })
  const module = await generateContacts(portal)
  const database = await postgres.createDatabase()
  module.migrate(database)
  const full = await runSync(module, portal, database)
  const idle = await runSync(module, portal, database)
  await database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day'
    WHERE pass <> 'records' AND pass <> 'changes'`)
  const daily = await runSync(module, portal, database)
  const changed = Math.floor(records / changedOneIn)
  await portal.changeContacts(changed)
  const incremental = await runSync(module, portal, database)
  const perThousand = (calls: number, of: number) =>
    `${((calls / of) * 1000).toFixed(1)} calls per 1,000`
  const described = `${properties} properties`
  return [
    {
      what: `full sync, ${described}`,
      median: `${perThousand(full.report.calls, full.report.read)} records`,
    },
    {
      what: `nothing new, ${described}`,
      median: `${idle.report.calls} calls`,
      bound: '≤ 3 calls',
    },
    {
      what: `the looks of a day besides, ${described}`,
      median: `${perThousand(daily.report.calls - idle.report.calls, full.report.read)} records`,
    },
    {
      what: `incremental sync of ${formatCount(changed)} changed records, ${described}`,
      median: `${perThousand(incremental.report.calls, changed)} changed records`,
    },
  ]
}
