import { startChild } from './child.ts'
import { type ContactsModule, generateContacts } from './contacts-module.ts'
import { readCpuSeconds } from './cpu-seconds.ts'
import {
  type BenchOptions,
  type Figure,
  formatCount,
  formatSeconds,
  formatShare,
  medianOf,
} from './figure.ts'
import { type Portal, startPortal } from './portal.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { recordsPerSecond, runSync } from './run-sync.ts'

const contacts = 100_000
const properties = 250
const tabs = 20

/** Of `dashboard-process.ts`. */
export interface DashboardInput {
  readonly modulePath: string
  readonly databaseUrl: string
}

/** Of `tabs-process.ts`: the event streams to open. */
export interface TabsInput {
  readonly url: string
  readonly tabs: number
}

/** The data of all streams together. */
export interface TabsFacts {
  readonly events: number
  readonly bytes: number
}

interface Sample {
  readonly alone: number
  readonly watched: number
  readonly dashboardCpuSeconds: number
  readonly tabsCpuSeconds: number
  readonly facts: TabsFacts
}

/**
 * The cost for a full-speed sync of twenty pages that watch it: each round syncs with the dashboard idle and
 * with its pages open, in turns, each into an empty table.
 */
export async function benchTabs(options: BenchOptions): Promise<readonly Figure[]> {
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
    const order = round % 2 === 0 ? ([0, tabs] as const) : ([tabs, 0] as const)
    const runs = new Map<number, Run>()
    for (const open of order) runs.set(open, await measure(open, portal, module, postgres))
    const sample = toSample(runs)
    options.note(`alone ${formatCount(sample.alone)}/s, watched ${formatCount(sample.watched)}/s`)
    samples.push(sample)
  }
  return describe(samples)
}

interface Run {
  readonly rate: number
  readonly dashboardCpuSeconds: number
  readonly tabsCpuSeconds: number
  readonly facts: TabsFacts
}

async function measure(
  open: number,
  portal: Portal,
  module: ContactsModule,
  postgres: BenchPostgres,
): Promise<Run> {
  const database = await postgres.createDatabase()
  module.migrate(database)
  await database.query('CHECKPOINT')
  await using dashboard = startChild('dashboard-process.ts', {
    input: { modulePath: module.path, databaseUrl: database.url } satisfies DashboardInput,
  })
  const { url } = await dashboard.answer<{ url: string }>()
  await using watching = startChild('tabs-process.ts', {
    input: { url: `${url}/live/contacts`, tabs: open } satisfies TabsInput,
  })
  await watching.answer<{ open: true }>()
  const before = [readCpuSeconds(dashboard.pid), readCpuSeconds(watching.pid)] as const
  const sync = await runSync(module, portal, database)
  const after = [readCpuSeconds(dashboard.pid), readCpuSeconds(watching.pid)] as const
  watching.send({ end: true })
  return {
    rate: recordsPerSecond(sync),
    dashboardCpuSeconds: after[0] - before[0],
    tabsCpuSeconds: after[1] - before[1],
    facts: await watching.answer<TabsFacts>(),
  }
}

function toSample(runs: ReadonlyMap<number, Run>): Sample {
  const alone = runs.get(0)
  const watched = runs.get(tabs)
  if (alone === undefined || watched === undefined) throw new Error('a run is missing')
  const { dashboardCpuSeconds, tabsCpuSeconds, facts } = watched
  return { alone: alone.rate, watched: watched.rate, dashboardCpuSeconds, tabsCpuSeconds, facts }
}

function describe(samples: readonly Sample[]): readonly Figure[] {
  const rate = (which: 'alone' | 'watched') =>
    `${formatCount(medianOf(samples, (sample) => sample[which]))} records/s`
  return [
    {
      what: `full sync that ${tabs} event streams watch, as a share of one that nobody watches`,
      median: formatShare(medianOf(samples, ({ alone, watched }) => watched / alone)),
      bound: '≥ 95 %',
    },
    { what: 'nobody watches', median: rate('alone') },
    { what: `${tabs} watch`, median: rate('watched') },
    {
      what: "the dashboard's CPU while they watch",
      median: formatSeconds(medianOf(samples, (sample) => sample.dashboardCpuSeconds)),
    },
    {
      what: 'CPU of the process that reads the streams, on this machine too',
      median: formatSeconds(medianOf(samples, (sample) => sample.tabsCpuSeconds)),
    },
    {
      what: 'events that each stream brought',
      median: formatCount(medianOf(samples, ({ facts }) => facts.events / tabs)),
    },
    {
      what: 'kB that each stream brought',
      median: formatCount(medianOf(samples, ({ facts }) => facts.bytes / tabs / 1000)),
    },
  ]
}
