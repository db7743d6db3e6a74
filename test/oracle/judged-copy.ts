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
import type { HubgenFolder } from './hubgen-folder.ts'
import { judgeCopy, type Verdict } from './judge-copy.ts'
import type { Horizon } from './record-version.ts'
import { handOf, type PortalHand, type Scenario, type Stage } from './stage.ts'
import { type WatchedPortal, watchPortal } from './watch-portal.ts'

/** A watched portal behind HTTP, and a copy of it in a database: stages change both. */
export interface JudgedCopy extends AsyncDisposable {
  readonly portal: WatchedPortal
  readonly simulator: Simulator
  readonly hand: PortalHand
  /** For hubgen's processes. */
  readonly environment: Readonly<Record<string, string>>
  /** The portal's part of a stage, and the time that passes. `atMs` is the time of the stamps; null: now. */
  change(stage: Stage, atMs: number | null): void
  /** The part that happens while a run is paused. */
  meanwhile(stage: Stage): void
  passTime(days: number): Promise<void>
  /** One run of every entity. */
  sync(options?: SyncOptions): Promise<readonly SyncReport[]>
  judge(horizon: Horizon): Promise<Verdict>
  /** The lease of a killed run expires. */
  expireLeases(): Promise<void>
}

interface CopyOptions {
  readonly scenario: Scenario
  readonly seed: number
  readonly folder: HubgenFolder
  readonly databaseUrl: string
  readonly onCall?: (route: string) => void
}

/** A day is shorter than this, and so is a week than seven of them. */
const dayHours = 25

export async function openJudgedCopy(options: CopyOptions): Promise<JudgedCopy> {
  const { folder, databaseUrl } = options
  const stack = new AsyncDisposableStack()
  const time = stampClock()
  const portal = watchPortal(createPortal(options, time.now))
  const simulator = stack.use(
    await startSimulator({
      store: portal.store,
      seed: options.seed,
      limits: 'none',
      compression: 'none',
      ...strictLimits,
      ...(options.onCall !== undefined && { onCall: options.onCall }),
    }),
  )
  const hand = handOf(portal, simulator.store, (fault) => simulator.faults.add(fault))
  const query = async <T>(use: (client: pg.Client) => Promise<T>): Promise<T> => {
    const client = new pg.Client({ connectionString: databaseUrl })
    client.on('error', () => {})
    await client.connect()
    try {
      return await use(client)
    } finally {
      await client.end()
    }
  }
  return {
    portal,
    simulator,
    hand,
    environment: {
      HUBSPOT_API_URL: simulator.url,
      HUBSPOT_API_TOKEN: simulator.token,
      DATABASE_URL: databaseUrl,
    },
    change(stage, atMs) {
      time.set(atMs)
      simulator.faults.clear()
      stage.change?.(hand)
      time.set(null)
    },
    meanwhile: (stage) => stage.meanwhile?.(hand),
    passTime: (days) => query((client) => moveTimes(client, days * dayHours)),
    async sync(given = {}) {
      const entities = await folder.entities()
      return syncAll(entities, { simulator, databaseUrl, directory: folder.directory }, given)
    },
    judge: async (horizon) => {
      const analyses: readonly Analysis[] = await folder.analyses()
      return query((client) => judgeCopy(client, portal, analyses, horizon))
    },
    expireLeases: () =>
      query(async (client) => {
        await client.query('UPDATE hubgen.lease SET expires_at = now()')
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
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

function createPortal({ scenario, seed }: CopyOptions, now: () => number) {
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
