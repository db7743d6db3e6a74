import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { type CopyCost, readCost } from '../../../runtime/monitoring/read-cost.ts'
import { openDatabase } from '../../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../../runtime/postgres/connection/settings.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { countOf, formatAge, formatCount } from '../../../runtime/words/numbers-as-text.ts'

/** Prints the cost of the copy in the last 30 days, and which figures are estimates. */
export async function printCost(format: 'json' | 'text'): Promise<void> {
  const cost = await findCost()
  if (format === 'json') process.stdout.write(`${JSON.stringify(cost, null, 2)}\n`)
  else print(describeCost(cost).join('\n'))
}

/** Null if there is no database yet; creates none. */
async function findCost(): Promise<CopyCost | null> {
  const settings = readDatabaseSettings(loadEnvironment(cwd()), cwd())
  if (settings.kind === 'embedded' && !existsSync(settings.directory)) return null
  await using database = await openDatabase(settings)
  return await readCost(database)
}

/** @internal Exported for tests. */
export function describeCost(cost: CopyCost | null): string[] {
  if (cost === null || cost.firstRunAt === null) {
    return ['no run in the last 30 days: nothing is known about their cost']
  }
  const { until, firstRunAt, runs, calls, looks } = cost
  const age = formatAge((until.getTime() - firstRunAt.getTime()) / 1000)
  const quiet =
    looks === 0
      ? ''
      : `, ${formatCount(calls.looks)} of them in ${countOf(looks, 'look')} that found nothing new`
  return [
    `the last 30 days, of which hubgen knows ${age}, since ${firstRunAt.toISOString()}`,
    ...alignColumns(
      [
        [
          'calls',
          `${formatCount(calls.total)}${quiet}; looks since the last run are not counted yet`,
        ],
        ['runs', formatCount(runs)],
        ['compute', describeAwake(cost)],
        ['WAL', describeWal(cost)],
      ],
      () => false,
    ),
  ]
}

function describeAwake({ awake }: CopyCost): string {
  const { hours, wakes, share, suspendSeconds } = awake
  const part = share === null ? '' : `, ${(share * 100).toFixed(1)} % of that time`
  return (
    `about ${hours.toFixed(1)} h awake${part}, in ${countOf(wakes, 'period')}: an estimate from the times of runs and ` +
    `${suspendSeconds / 60} minutes until the compute suspends after each; other programs, open dashboards ` +
    'and commands add to it'
  )
}

function describeWal({ wal }: CopyCost): string {
  const { bytes, countedSince, estimatedBytes } = wal
  if (bytes === null) return 'this server does not say how much it writes'
  const server = 'of the whole server, with everything else that writes there'
  if (estimatedBytes !== null && countedSince !== null) {
    return `about ${formatBytes(estimatedBytes)} ${server}: an estimate, the share of 30 days in ${formatBytes(bytes)} since ${countedSince.toISOString()}`
  }
  const since =
    countedSince === null ? 'since an unknown time' : `since ${countedSince.toISOString()}`
  return `${formatBytes(bytes)} ${since}, ${server}`
}

function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`
}
