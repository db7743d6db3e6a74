import { setTimeout as delay } from 'node:timers/promises'
import { findEmbeddedBinaries } from '../../runtime/postgres/server/embedded-binaries.ts'
import { startPgBouncer } from '../../test/support/start-pgbouncer.ts'
import { startTestServer } from '../../test/support/test-server.ts'
import { type BenchOptions, type Figure, formatSeconds, formatShare } from './figure.ts'
import { Crew } from './fleet-crew.ts'
import {
  type CopyEvidence,
  type DueRound,
  examineCopy,
  findSharedAccounts,
  recordWrites,
  withClient,
} from './fleet-evidence.ts'
import { entities, type Fleet, type FleetPortal, openFleet, run } from './fleet-portals.ts'

const workers = 4
const slots = 4
const light = 30
const heavy = 20
/** Of each entity; at the simulated latency a first sync takes half a minute of waiting. */
const heavyRecords = 150
/** Longer than the time after which a worker that says nothing has lost its portals. */
const stoppedMs = 70_000
const longestMs = 420_000

/**
 * 50 portals, 4 workers with 4 slots each, everything through PgBouncer; two workers are killed and one is stopped for 70 s.
 * Judged by the simulators' logs and the databases.
 */
export async function benchFleet({ note, records }: BenchOptions): Promise<readonly Figure[]> {
  const binaries = await findEmbeddedBinaries()
  const locale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  const server = await startTestServer(binaries, locale, {
    io_method: 'sync',
    max_connections: '400',
  })
  process.once('exit', () => void server.stop())
  await using pooler = await startPgBouncer(server.url, 4)
  const addressOf = (database: string) => pooler.url.replace(/\/[^/]*$/, `/${database}`)
  const counts = { light, heavy, heavyRecords: records ?? heavyRecords }
  await using fleet = await openFleet(counts, server.url, addressOf)
  note(`${fleet.portals.length} portals with migrated databases`)
  for (const portal of fleet.portals) await recordWrites(portal)
  await run(fleet.directory, fleet.environment, ['portals', 'apply'])
  await noteFirstCopies(fleet)
  const crew = new Crew(fleet, slots)
  try {
    return await measure(fleet, crew, note)
  } finally {
    crew.end()
    await server.stop()
  }
}

async function measure(
  fleet: Fleet,
  crew: Crew,
  note: (text: string) => void,
): Promise<readonly Figure[]> {
  for (let index = 0; index < workers; index += 1) crew.add()
  const lights = fleet.portals.filter(({ kind }) => kind === 'light')
  const heavies = fleet.portals.filter(({ kind }) => kind === 'heavy')
  const before = crew.cpuSeconds()
  const alone = await runRound(fleet, lights, 'changed')
  const aloneSeconds = await untilDone(alone)
  const cpu = (crew.cpuSeconds() - before) / lights.length
  note(`a round of light portals alone: p95 ${formatSeconds(p95(aloneSeconds))}`)
  const heavyRound = await runRound(fleet, heavies, 'unchanged')
  await untilCalled(heavies, workers)
  const beside = await runRound(fleet, lights, 'changed')
  const besideSeconds = await untilDone(beside)
  const isUnderWay = (await Promise.all([...heavyRound].map(isMissing))).filter(Boolean).length
  note(`the same with first syncs under way: p95 ${formatSeconds(p95(besideSeconds))}`)
  const chaos = await runRound(fleet, lights, 'changed')
  await delay(3_000)
  crew.kill(0)
  crew.kill(1)
  const memory = crew.largestSliceBytes()
  const stopped = crew.stop(2)
  crew.add()
  crew.add()
  setTimeout(() => stopped.kill('SIGCONT'), stoppedMs)
  const chaosSeconds = await untilDone(chaos)
  note(`a round with two workers killed and one stopped: p95 ${formatSeconds(p95(chaosSeconds))}`)
  await untilDone(heavyRound)
  note('first syncs are done')
  const evidence = await Promise.all(
    [...alone, ...heavyRound].map(([portal, round]) =>
      examineCopy(portal, { ...round, changed: [] }),
    ),
  )
  const done = [alone, beside, chaos, heavyRound].reduce((sum, { size }) => sum + size, 0)
  const connections = await countConnections(fleet)
  return describe({
    fleet,
    evidence,
    done,
    isUnderWay,
    aloneSeconds,
    besideSeconds,
    chaosSeconds,
    cpu,
    memory,
    connections,
  })
}

/** Light portals are no longer in their first sync. */
async function noteFirstCopies({ portals, environment }: Fleet): Promise<void> {
  const names = portals.filter(({ kind }) => kind === 'light').map(({ name }) => name)
  await withClient(environment['BENCH_QUEUE'] ?? '', (client) =>
    client.query(
      `INSERT INTO hubgen_queue.portal_summary (portal, whole_at) SELECT unnest($1::text[]), now()`,
      [names],
    ),
  )
}

type Round = ReadonlyMap<FleetPortal, DueRound>

/** Makes portals due, after a change of one record of each entity in HubSpot. */
async function runRound(
  fleet: Fleet,
  portals: readonly FleetPortal[],
  records: 'changed' | 'unchanged',
): Promise<Round> {
  const round = new Map<FleetPortal, DueRound>()
  const dueMs = Date.now()
  for (const portal of portals) {
    round.set(portal, { dueMs, changed: records === 'changed' ? changeRecords(portal) : [] })
  }
  // HubSpot's search index lags, and a round that comes sooner finds nothing.
  if (records === 'changed') await delay(lagMs)
  const startMs = Date.now()
  await run(fleet.directory, fleet.environment, [
    'portals',
    'run',
    ...portals.map(({ name }) => name),
  ])
  return new Map([...round].map(([portal, { changed }]) => [portal, { dueMs: startMs, changed }]))
}

const lagMs = 2_000
let changes = 0

function changeRecords({ simulator }: FleetPortal): readonly string[] {
  changes += 1
  return Object.entries(entities).map(([entity, typeId]) => {
    const [record] = simulator.store.scan(typeId, 0n, { archived: false })
    const id = String(record?.id)
    simulator.store.update(typeId, id, { [titles[entity as keyof typeof entities]]: `v${changes}` })
    return id
  })
}

const titles: Readonly<Record<keyof typeof entities, string>> = {
  companies: 'name',
  tickets: 'subject',
  calls: 'hs_call_title',
  meetings: 'hs_meeting_title',
  notes: 'hs_note_body',
  tasks: 'hs_task_subject',
}

/** Waits until each portal has all records and all changes; returns the seconds from due to the last commit. */
async function untilDone(round: Round): Promise<readonly number[]> {
  const seconds = new Map<FleetPortal, number>()
  for (const endMs = Date.now() + longestMs; seconds.size < round.size; ) {
    for (const [portal, due] of round) {
      if (seconds.has(portal)) continue
      const { doneMs, lost } = await examineCopy(portal, due)
      const isDone = due.changed.length === 0 ? lost === 0 : doneMs !== null
      if (isDone) seconds.set(portal, ((doneMs ?? Date.now()) - due.dueMs) / 1000)
    }
    if (Date.now() > endMs) {
      const left = [...round.keys()].filter((portal) => !seconds.has(portal))
      throw new Error(`not done: ${left.map(({ name }) => name).join(', ')}`)
    }
    await delay(2_000)
  }
  return [...seconds.values()]
}

async function isMissing([portal, round]: readonly [FleetPortal, DueRound]): Promise<boolean> {
  return (await examineCopy(portal, round)).lost > 0
}

async function untilCalled(portals: readonly FleetPortal[], count: number): Promise<void> {
  while (portals.filter(({ log }) => log.length > 0).length < count) await delay(200)
}

/** Of PgBouncer to the queue's and the portals' databases. */
async function countConnections({ environment }: Fleet): Promise<number> {
  return withClient(environment['BENCH_QUEUE'] ?? '', async (client) => {
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'`,
    )
    return Number(rows[0]?.count)
  })
}

function p95(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN
}

interface Measured {
  readonly fleet: Fleet
  readonly evidence: readonly CopyEvidence[]
  readonly done: number
  /** First syncs that were not done at the end of the light round. */
  readonly isUnderWay: number
  readonly aloneSeconds: readonly number[]
  readonly besideSeconds: readonly number[]
  readonly chaosSeconds: readonly number[]
  readonly cpu: number
  readonly memory: number
  readonly connections: number
}

function describe(measured: Measured): readonly Figure[] {
  const { fleet, evidence, done, isUnderWay, cpu, memory, connections } = measured
  const [alone, beside, chaos] = [
    p95(measured.aloneSeconds),
    p95(measured.besideSeconds),
    p95(measured.chaosSeconds),
  ]
  const searches = fleet.portals.flatMap(({ log }) => log.filter(({ route }) => route === 'search'))
  const refused = searches.filter(({ status }) => status === 429).length
  const sum = (figure: (one: CopyEvidence) => number) =>
    String(evidence.reduce((total, one) => total + figure(one), 0))
  const shared = fleet.portals.reduce((total, portal) => total + findSharedAccounts(portal), 0)
  return [
    {
      what: 'rounds of portals that were done',
      median: String(done),
      bound: String(3 * light + heavy),
    },
    { what: 'records of HubSpot without a row', median: sum(({ lost }) => lost), bound: '0' },
    { what: 'versions of rows written twice', median: sum(({ twice }) => twice), bound: '0' },
    { what: 'slices of one account at once, by its log', median: String(shared), bound: '0' },
    {
      what: 'searches answered with 429',
      median: formatShare(refused / searches.length),
      bound: '< 1 %',
    },
    { what: 'light portals alone, due to done, p95', median: formatSeconds(alone) },
    {
      what: `the same with first syncs of ${isUnderWay} portals under way, p95`,
      median: formatSeconds(beside),
      bound: `≤ ${formatSeconds(3 * alone)}`,
    },
    { what: 'the same with two workers killed and one stopped, p95', median: formatSeconds(chaos) },
    {
      what: 'CPU of a round of one light portal, with the start of its process',
      median: formatSeconds(cpu),
    },
    { what: 'largest memory of a slice', median: `${Math.round(memory / 2 ** 20)} MiB` },
    { what: 'connections to Postgres behind PgBouncer at the end', median: String(connections) },
  ]
}
