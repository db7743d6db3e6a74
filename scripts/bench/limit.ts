import { setTimeout as delay } from 'node:timers/promises'
import { generateContacts } from './contacts-module.ts'
import { type BenchOptions, type Figure, formatShare, medianOf } from './figure.ts'
import { type Portal, startPortal } from './portal.ts'
import { type BenchPostgres, startPostgres } from './postgres.ts'
import { runSync } from './run-sync.ts'

const contacts = 100_000
/** So that neither parsing nor loading dominates. */
const properties = 50
const latency = { minMs: 150, maxMs: 400 }

interface Situation {
  readonly what: string
  /** Calls in ten seconds. */
  readonly burst: number
  /** Those of them that another client makes, evenly spread. */
  readonly takenByOther: number
}

const situations: readonly Situation[] = [
  { what: '190 calls/10 s, alone', burst: 190, takenByOther: 0 },
  { what: '190 calls/10 s, another client takes 57', burst: 190, takenByOther: 57 },
  { what: '100 calls/10 s, alone', burst: 100, takenByOther: 0 },
]

interface Sample {
  /** Share of the calls that limit and other client left from second 10 to the last record. */
  readonly used: number
  /** Share of all calls, and of the other client's, that were answered with 429. */
  readonly refused: number
  readonly otherRefused: number
}

/** The share of HubSpot's limit that a full sync uses at HubSpot's latency. */
export async function benchLimit(options: BenchOptions): Promise<readonly Figure[]> {
  await using postgres = await startPostgres()
  const figures: Figure[] = []
  for (const situation of situations) {
    const samples: Sample[] = []
    for (let round = 0; round < options.rounds; round += 1) {
      const sample = await measure(situation, postgres, options.records ?? contacts)
      options.note(
        `${situation.what}: ${formatShare(sample.used)}, 429s ${formatShare(sample.refused)}`,
      )
      samples.push(sample)
    }
    figures.push(...describe(situation, samples))
  }
  return figures
}

function describe({ what, takenByOther }: Situation, samples: readonly Sample[]): Figure[] {
  const used = formatShare(medianOf(samples, (sample) => sample.used))
  const refused = formatShare(medianOf(samples, (sample) => sample.refused))
  const other = formatShare(medianOf(samples, (sample) => sample.otherRefused))
  return [
    {
      what: `${what}: permitted calls used, second 10 to the last record`,
      median: used,
      bound: '≥ 95 %',
    },
    { what: `${what}: calls answered with 429`, median: refused, bound: '≤ 0.5 %' },
    ...(takenByOther > 0
      ? [{ what: `${what}: the other's calls answered with 429`, median: other }]
      : []),
  ]
}

async function measure(
  { burst, takenByOther }: Situation,
  postgres: BenchPostgres,
  records: number,
): Promise<Sample> {
  await using preparing = await startPortal({
    contacts: 100,
    properties,
    limits: 'none',
    keepsRecords: false,
  })
  const module = await generateContacts(preparing)
  const database = await postgres.createDatabase()
  module.migrate(database)
  await using portal = await startPortal({
    contacts: records,
    properties,
    limits: { burst },
    latency,
    keepsRecords: false,
  })
  const other = startOtherClient(portal, takenByOther)
  if (takenByOther > 0) await delay(10_000)
  const allRead = Promise.withResolvers<void>()
  const [atTen, { rateLimited, report }, atEnd] = await Promise.all([
    countAfterTenSeconds(portal),
    runSync(module, portal, database, { onAllRead: allRead.resolve }),
    allRead.promise.then(() => countCalls(portal)),
  ])
  other.stop()
  const seconds = (atEnd.atMs - atTen.atMs) / 1000
  const left = (burst / 10) * seconds - (atEnd.other - atTen.other)
  return {
    used: (atEnd.sync - atTen.sync) / left,
    refused: rateLimited / report.calls,
    otherRefused: other.calls === 0 ? 0 : other.refused / other.calls,
  }
}

interface Counted {
  readonly atMs: number
  readonly sync: number
  readonly other: number
}

/** Searches have their own limit; the other client requests property groups. */
async function countCalls(portal: Portal): Promise<Counted> {
  const { groups = 0, search = 0, ...rest } = await portal.calls()
  const sync = Object.values(rest).reduce((sum, calls) => sum + calls, 0)
  return { atMs: performance.now(), sync, other: groups }
}

/** The count ten seconds after the first page was requested. */
async function countAfterTenSeconds(portal: Portal): Promise<Counted> {
  for (;;) {
    const { list = 0 } = await portal.calls()
    if (list > 0) break
    await delay(20)
  }
  await delay(10_000)
  return countCalls(portal)
}

/** Makes calls at a constant rate, whatever the answers are. */
function startOtherClient(portal: Portal, callsPerTenSeconds: number) {
  const state = { calls: 0, refused: 0 }
  const call = async (): Promise<void> => {
    state.calls += 1
    const answer = await fetch(`${portal.url}/crm/v3/properties/0-1/groups`, {
      headers: { Authorization: `Bearer ${portal.token}` },
    }).catch(() => undefined)
    if (answer?.status === 429) state.refused += 1
    await answer?.arrayBuffer()
  }
  const timer =
    callsPerTenSeconds > 0 ? setInterval(() => void call(), 10_000 / callsPerTenSeconds) : undefined
  return {
    get calls() {
      return state.calls
    },
    get refused() {
      return state.refused
    },
    stop: () => clearInterval(timer),
  }
}
