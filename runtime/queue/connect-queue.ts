import { PgBoss } from 'pg-boss'
import { type Database, tlsOptions } from '../postgres/connection/database.ts'
import type { ServerSettings } from '../postgres/connection/settings.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { openQueueDatabase, queueSchema } from './queue-schema.ts'

/** An open queue; the code that opened it closes it. Only this room looks at `boss`. */
export interface Queue extends AsyncDisposable {
  readonly boss: PgBoss
  readonly database: Database
}

/** Portals that are due wait here, at most one job each; another one may be active. */
export const portalQueue = 'portal'
/** Portals that a person has to look at, at most one job each. */
export const deadQueue = 'portal-dead'

/**
 * Times that decide how soon a lost worker is noticed. A worker says every `refreshSeconds` that it is alive; after
 * `heartbeatSeconds` without it its portals are given to others. A slice ends itself sooner, see `watchSupervisor`.
 */
export interface QueueTimes {
  readonly heartbeatSeconds: number
  readonly refreshSeconds: number
  /** How often lost workers are looked for. */
  readonly monitorSeconds: number
  /** How often due schedules are looked for. */
  readonly scheduleSeconds: number
  /** How often a free slot asks for work. */
  readonly pollSeconds: number
}

export const usualTimes: QueueTimes = {
  heartbeatSeconds: 40,
  refreshSeconds: 10,
  monitorSeconds: 15,
  scheduleSeconds: 15,
  pollSeconds: 2,
}

/** One for polls and heartbeats, one for schedules and maintenance. */
const bossConnections = 2

/**
 * Opens the queue for commands (`asking`), which start no timers, or for a worker; `onTrouble` is called whenever a poll
 * or a timer of a worker failed. Fails with QUEUE_NOT_READY without
 * its tables, and as `openDatabase` does.
 */
export async function connectQueue(
  settings: ServerSettings,
  role: 'asking' | 'working',
  times: QueueTimes = usualTimes,
  onTrouble: (database: Database) => void = () => {},
): Promise<Queue> {
  const database = await openQueueDatabase(settings)
  try {
    const boss = createBoss(settings, role, times)
    // Without a listener an error of a timer would end the process.
    boss.on('error', () => onTrouble(database))
    await explainingErrors(database.label, () => boss.start())
    const close = async () => {
      await boss.stop({ graceful: false })
      await database.close()
    }
    return { boss, database, [Symbol.asyncDispose]: close }
  } catch (error) {
    await database.close()
    throw error
  }
}

function createBoss(
  settings: ServerSettings,
  role: 'asking' | 'working',
  times: QueueTimes,
): PgBoss {
  const { host, port, database, user, password } = settings
  const isWorker = role === 'working'
  return new PgBoss({
    host,
    port,
    database,
    user,
    ...(password !== undefined && { password }),
    ssl: tlsOptions(settings),
    max: bossConnections,
    schema: queueSchema,
    migrate: false,
    createSchema: false,
    supervise: isWorker,
    schedule: isWorker,
    registerInstance: isWorker,
    instanceName: 'hubgen worker',
    openTelemetry: { enabled: false },
    superviseIntervalSeconds: times.monitorSeconds,
    monitorIntervalSeconds: times.monitorSeconds,
    cronMonitorIntervalSeconds: times.scheduleSeconds,
    cronWorkerIntervalSeconds: Math.min(5, times.scheduleSeconds),
    maintenanceIntervalSeconds,
  })
}

/** Ended jobs are removed; the summaries say how they ended. */
const maintenanceIntervalSeconds = 600
