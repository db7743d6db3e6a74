import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import type { ServerSettings } from '../../runtime/postgres/connection/settings.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { applyPortals } from '../../runtime/queue/apply-portals.ts'
import type { QueueTimes } from '../../runtime/queue/connect-queue.ts'
import { connectQueue } from '../../runtime/queue/connect-queue.ts'
import type { QueuedPortal } from '../../runtime/queue/portal-schedule.ts'
import { makeQueue, planQueue } from '../../runtime/queue/queue-schema.ts'
import { copyDatabase, type TestDatabase } from '../support/postgres.ts'

/** The shortest times that pg-boss takes. */
export const shortTimes: QueueTimes = {
  heartbeatSeconds: 10,
  refreshSeconds: 1,
  monitorSeconds: 1,
  scheduleSeconds: 1,
  pollSeconds: 0.5,
}

export function serverSettings(url: string): ServerSettings {
  const settings = readDatabaseSettings({ DATABASE_URL: url }, '')
  if (settings.kind === 'embedded') throw new Error('not a server')
  return settings
}

/** A database with the queue's tables and these portals, whose schedules bring no round during a test. */
export async function openQueueDatabase(names: readonly string[]): Promise<TestDatabase> {
  const database = await copyDatabase('queue', async ({ url }) => makeTables(url))
  await applyNames(database.url, names)
  return database
}

export async function makeTables(url: string): Promise<void> {
  await using database = await openDatabase(serverSettings(url))
  const plan = await planQueue(database)
  if (plan !== null) await makeQueue(database, plan)
}

export async function applyNames(url: string, names: readonly string[]): Promise<void> {
  await using queue = await connectQueue(serverSettings(url), 'asking')
  await applyPortals(queue, names.map(seldom), shortTimes)
}

/** Due on the 29th of February alone. */
export function seldom(name: string): QueuedPortal {
  return { name, schedule: { kind: 'at', cron: '0 0 29 2 *', timeZone: 'UTC' } }
}

export function hourly(name: string): QueuedPortal {
  return { name, schedule: { kind: 'every', seconds: 3_600 } }
}
