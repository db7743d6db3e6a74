import pg from 'pg'
import type { Analysis } from '../../generator/model/analysis.ts'
import type { Entity } from '../../runtime/entity.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { createStore } from '../../simulator/create-store.ts'
import { type Simulator, startSimulator } from '../../simulator/start-simulator.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import { strictLimits } from '../support/simulator.ts'
import type { WrittenTable } from './compare-table.ts'
import type { HubgenFolder } from './hubgen-folder.ts'
import { expectCopy, judgeCopy, type Verdict } from './judge-copy.ts'
import type { Horizon } from './record-version.ts'
import { handOf, type PortalHand, type Scenario, type Stage } from './stage.ts'
import { type WatchedPortal, watchPortal } from './watch-portal.ts'

/** A watched portal behind HTTP, which stages change. */
export interface JudgedPortal extends AsyncDisposable {
  readonly portal: WatchedPortal
  readonly simulator: Simulator
  readonly hand: PortalHand
  /** The portal's part of a stage. `atMs` is the time of the stamps; null: now. */
  change(stage: Stage, atMs: number | null): void
  /** The part that happens while a run is paused. */
  meanwhile(stage: Stage): void
  /** A copy was found right at this horizon. */
  settle(horizon: Horizon): void
  /** Made once, until a stage changes the portal. */
  expected(
    analyses: () => Promise<readonly Analysis[]>,
    horizon: Horizon,
  ): Promise<readonly WrittenTable[]>
}

/** A portal and a copy of it in a database: stages change both. */
export interface JudgedCopy extends Omit<JudgedPortal, 'expected'> {
  /** For hubgen's processes. */
  readonly environment: Readonly<Record<string, string>>
  passTime(days: number): Promise<void>
  /** One run of every entity. */
  sync(options?: SyncOptions): Promise<readonly SyncReport[]>
  judge(horizon: Horizon): Promise<Verdict>
  /** The lease of a killed run expires. */
  expireLeases(): Promise<void>
}

interface PortalOptions {
  readonly scenario: Pick<Scenario, 'records'>
  readonly seed: number
  readonly onCall?: (route: string) => void
}

interface CopyOptions {
  readonly folder: HubgenFolder
  readonly databaseUrl: string
}

/** A day is shorter than this, and so is a week than seven of them. */
const dayHours = 25

export async function openJudgedPortal(options: PortalOptions): Promise<JudgedPortal> {
  const time = stampClock()
  const portal = watchPortal(createPortal(options, time.now))
  const simulator = await startSimulator({
    store: portal.store,
    seed: options.seed,
    limits: 'none',
    compression: 'none',
    ...strictLimits,
    ...(options.onCall !== undefined && { onCall: options.onCall }),
  })
  const hand = handOf(portal, simulator.store, (fault) => simulator.faults.add(fault))
  const expected = new Map<Horizon, readonly WrittenTable[]>()
  return {
    portal,
    simulator,
    hand,
    change(stage, atMs) {
      expected.clear()
      time.set(atMs)
      simulator.faults.clear()
      stage.change?.(hand)
      time.set(null)
    },
    meanwhile(stage) {
      expected.clear()
      stage.meanwhile?.(hand)
    },
    settle(horizon) {
      expected.clear()
      portal.settle(horizon)
    },
    async expected(analyses, horizon) {
      const tables = expected.get(horizon) ?? [...expectCopy(portal, await analyses(), horizon)]
      expected.set(horizon, tables)
      return tables
    },
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  }
}

export async function openJudgedCopy(options: PortalOptions & CopyOptions): Promise<JudgedCopy> {
  const stack = new AsyncDisposableStack()
  const copy = stack.use(copyOf(stack.use(await openJudgedPortal(options)), options))
  return { ...copy, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** A copy of a portal that others copy, too; its end leaves the portal open. */
export function copyOf(judged: JudgedPortal, { folder, databaseUrl }: CopyOptions): JudgedCopy {
  const { expected, ...portal } = judged
  const { simulator } = portal
  let connected: Promise<pg.Client> | undefined
  const connect = async () => {
    const client = new pg.Client({ connectionString: databaseUrl })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const connection = () => {
    connected ??= connect()
    return connected
  }
  return {
    ...portal,
    environment: {
      HUBSPOT_API_URL: simulator.url,
      HUBSPOT_API_TOKEN: simulator.token,
      DATABASE_URL: databaseUrl,
    },
    passTime: async (days) => moveTimes(await connection(), days * dayHours),
    async sync(given = {}) {
      const entities = await folder.entities()
      return syncAll(entities, { simulator, databaseUrl, directory: folder.directory }, given)
    },
    judge: async (horizon) =>
      judgeCopy(await connection(), await expected(folder.analyses, horizon)),
    async expireLeases() {
      const client = await connection()
      await client.query('UPDATE hubgen.lease SET expires_at = now()')
    },
    async [Symbol.asyncDispose]() {
      await (await connected)?.end()
    },
  }
}

/** Moves all times in hubgen.pass back, except while a full scan is unfinished. */
async function moveTimes(client: pg.Client, hours: number): Promise<void> {
  await client.query(
    `UPDATE hubgen.pass SET begun_at = begun_at - $1::interval, finished_at = finished_at - $1::interval,
      fresh_as_of = fresh_as_of - $1::interval WHERE pass NOT IN ('records', 'changes') AND pass NOT LIKE 'changed_%'`,
    [`${hours} hours`],
  )
}

interface Where {
  readonly simulator: Pick<Simulator, 'url' | 'token'>
  readonly databaseUrl: string
  readonly directory: string
}

/** One entity after another, as `sync --all` does; a failure of one does not stop the others. */
export async function syncAll(
  entities: readonly Entity[],
  { simulator, databaseUrl, directory }: Where,
  given: SyncOptions,
): Promise<readonly SyncReport[]> {
  const settings = readDatabaseSettings({ DATABASE_URL: databaseUrl }, directory)
  await using database = await openDatabase(settings)
  const clock = createInstantClock(Date.now())
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const reports: SyncReport[] = []
  for (const entity of entities) {
    const connect = { clock, rateLimiter: createRateLimiter(clock) }
    reports.push(await syncEntity(entity, { directory, hubspot, database, connect, ...given }))
  }
  return reports
}

function createPortal({ scenario, seed }: PortalOptions, now: () => number) {
  const none = { contacts: 0, companies: 0, deals: 0, tickets: 0, products: 0, line_items: 0 }
  const engagements = { calls: 0, emails: 0, meetings: 0, notes: 0, tasks: 0, Vehicle: 0 }
  return createStore({ seed, now, records: { ...none, ...engagements, ...scenario.records } })
}

/** Of two changes the later one has a later stamp, also at a time that stands still. */
function stampClock() {
  let fixedMs: number | null = null
  return {
    now: () => {
      if (fixedMs === null) return Date.now()
      fixedMs += 3
      return fixedMs
    },
    set(atMs: number | null) {
      fixedMs = atMs
    },
  }
}
