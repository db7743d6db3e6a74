import { exploreResources } from '../../generator/explore/explore-resources.ts'
import type { PortalAnalysis } from '../../generator/model/portal-analysis.ts'
import { render } from '../../generator/render/render.ts'
import type { Entity } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import { resources } from '../../runtime/resources/resources.ts'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import type { Simulator, SimulatorOptions } from '../../simulator/start-simulator.ts'
import { createInstantClock } from './hubspot/instant-clock.ts'
import { createDatabase, createTemplate, type TestDatabase } from './postgres.ts'
import { resourceEntity, resourcePortalId } from './resource-entity.ts'
import { startTestSimulator } from './simulator.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A simulated portal and a database with the tables of all resources. */
export interface ResourcePortal extends AsyncDisposable {
  readonly simulator: Simulator
  readonly database: TestDatabase
  readonly connection: Database
  readonly directory: string
  /** Of the last sync. */
  readonly events: readonly SyncEvent[]
  readonly connect: NonNullable<SyncOptions['connect']>
  entity(name: string): Entity
  sync(name: string, options?: SyncOptions): Promise<SyncReport>
}

let template: Promise<string> | undefined

export async function openResourcePortal(options: SimulatorOptions = {}): Promise<ResourcePortal> {
  const stack = new AsyncDisposableStack()
  const simulator = stack.use(await startTestSimulator(options))
  const { path: directory } = stack.use(await temporaryDirectory())
  template ??= createTemplate(async (empty) => {
    await using connection = await openAt(empty.url, directory)
    await migrate(connection, migrationsOf())
  })
  const database = stack.use(await createDatabase(undefined, await template))
  const connection = stack.use(await openAt(database.url, directory))
  const clock = createInstantClock()
  const connect = { clock, rateLimiter: createRateLimiter(clock) }
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const events: SyncEvent[] = []
  return {
    ...{ simulator, database, connection, directory, events, connect },
    entity: resourceEntity,
    sync(name, given = {}) {
      events.length = 0
      const onEvent = (event: SyncEvent) => {
        events.push(event)
        given.onEvent?.(event)
      }
      const own = { directory, hubspot, database: connection, connect }
      return syncEntity(resourceEntity(name), { ...own, ...given, onEvent })
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Every resource with tables, as if the probe had found all of them. */
const everyResource: PortalAnalysis = {
  portal: { id: resourcePortalId },
  schema: 'hubspot',
  resources: resources.map(({ name }) => ({ name, version: null, refused: null })),
}

/** Asks the simulator for these resources, and writes what it says. */
export function exploreResourcesOf(
  { simulator }: Pick<ResourcePortal, 'simulator'>,
  directory: string,
  names: readonly string[],
) {
  const clock = createInstantClock()
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const hubspot = connectHubSpot(settings, { clock, rateLimiter: createRateLimiter(clock) })
  return exploreResources(hubspot, { directory, names, schema: null })
}

function openAt(url: string, directory: string): Promise<Database> {
  return openDatabase(readDatabaseSettings({ DATABASE_URL: url }, directory))
}

function migrationsOf() {
  return [...render([], [], everyResource)]
    .filter(([path]) => path.startsWith('migrations/'))
    .map(([path, sql]) => ({ name: path.slice('migrations/'.length), sql }))
}
