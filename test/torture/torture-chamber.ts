import { join } from 'node:path'
import pg from 'pg'
import { createStore } from '../../simulator/create-store.ts'
import type { Faults } from '../../simulator/faults.ts'
import { startSimulator } from '../../simulator/start-simulator.ts'
import type { Store } from '../../simulator/store.ts'
import { type WatchedPortal, watchPortal } from '../oracle/watch-portal.ts'
import { strictLimits } from '../support/simulator.ts'
import { type PgBouncer, startPgBouncer } from '../support/start-pgbouncer.ts'
import {
  type RestartablePostgres,
  startRestartablePostgres,
} from '../support/start-restartable-postgres.ts'

/** A portal and, behind PgBouncer, a Postgres, between which hubgen runs. */
export interface TortureChamber extends AsyncDisposable {
  readonly store: Store
  /** The judge's knowledge of the portal. */
  readonly portal: WatchedPortal
  readonly faults: Faults
  readonly postgres: RestartablePostgres
  readonly pgBouncer: PgBouncer
  /** For hubgen's processes. */
  readonly environment: NodeJS.ProcessEnv
  readonly generated: string
  /** Past PgBouncer; the caller ends it. */
  connect(): Promise<pg.Client>
  /** Time passes for the leases of killed runs. */
  expireLeases(): Promise<void>
  /** Eight days pass for the schedules of passes that are not part of every run. */
  passAWeek(): Promise<void>
}

interface ChamberOptions {
  readonly seed: number
  readonly records: number
  readonly entities: readonly string[]
  readonly directory: string
}

export async function openTortureChamber(
  { seed, records, entities, directory }: ChamberOptions,
  onCall: () => void,
): Promise<TortureChamber> {
  const stack = new AsyncDisposableStack()
  const each = Math.ceil(records / entities.length)
  const counts = { ...noRecords, ...Object.fromEntries(entities.map((name) => [name, each])) }
  const portal = watchPortal(createStore({ seed, records: counts, now: () => Date.now() }))
  const simulator = stack.use(
    await startSimulator({
      seed,
      store: portal.store,
      limits: 'none',
      compression: 'none',
      ...strictLimits,
      onCall,
    }),
  )
  const postgres = stack.use(await startRestartablePostgres())
  const pgBouncer = stack.use(await startPgBouncer(postgres.url))
  const connect = async () => {
    const client = new pg.Client({ connectionString: postgres.url })
    client.on('error', () => {})
    await client.connect()
    return client
  }
  const change = async (sql: string) => {
    const client = await connect()
    await client.query(sql)
    await client.end()
  }
  return {
    store: simulator.store,
    portal,
    faults: simulator.faults,
    postgres,
    pgBouncer,
    environment: {
      HUBSPOT_API_URL: simulator.url,
      HUBSPOT_API_TOKEN: simulator.token,
      DATABASE_URL: pgBouncer.url,
    },
    generated: join(directory, 'generated'),
    connect,
    expireLeases: () => change('UPDATE hubgen.lease SET expires_at = now()'),
    passAWeek: () =>
      change(`UPDATE hubgen.pass SET finished_at = finished_at - interval '200 hours',
        fresh_as_of = fresh_as_of - interval '200 hours', begun_at = begun_at - interval '200 hours'
        WHERE pass NOT IN ('records', 'changes') AND pass NOT LIKE 'changed_%'`),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** Only synced entities have records. */
const noRecords = {
  contacts: 0,
  companies: 0,
  deals: 0,
  tickets: 0,
  products: 0,
  line_items: 0,
  calls: 0,
  emails: 0,
  meetings: 0,
  notes: 0,
  tasks: 0,
  Vehicle: 0,
}
