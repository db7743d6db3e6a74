import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { deadQueue, portalQueue, type Queue, type QueueTimes, usualTimes } from './connect-queue.ts'
import { type QueuedPortal, type StoredSchedule, storeSchedule } from './portal-schedule.ts'
import { forgetOthers, readSummaries } from './portal-summary.ts'
import { queueSchema } from './queue-schema.ts'

/** The differences between the queue's schedules and the portals of a file, as names of portals. */
export interface ScheduleChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  /** Portals with a schedule that the file does not list, or that are paused. */
  readonly removed: readonly string[]
}

/** After this time a slice that hangs is ended; a part without checkpoints may run for hours. */
const longestSliceSeconds = 12 * 3_600
/** Ended jobs are removed after this time. */
const keptSeconds = 600
/** A portal that has lost this number of workers in a row is set aside: it probably ends them itself. */
const mostLosses = 5

/** The changes that `applyPortals` would make. Portals that are paused have no schedule. Fails as `checkQueue` does. */
export async function planPortals(
  database: Database,
  portals: readonly QueuedPortal[],
): Promise<ScheduleChanges> {
  return explainingErrors(database.label, async () => {
    const summaries = await readSummaries(database)
    const known = await readSchedules(database)
    const wanted = portals.filter(({ name }) => summaries.get(name)?.paused !== true)
    const isSame = (portal: QueuedPortal) => {
      const { expression, timeZone } = storeSchedule(portal)
      const before = known.get(portal.name)
      return before?.cron === expression && before.timezone === timeZone
    }
    const differing = wanted.filter((portal) => !isSame(portal)).map(({ name }) => name)
    const names = new Set(wanted.map(({ name }) => name))
    return {
      added: differing.filter((name) => !known.has(name)),
      changed: differing.filter((name) => known.has(name)),
      removed: [...known.keys()].filter((name) => !names.has(name)),
    }
  })
}

interface KeptSchedule {
  readonly key: string
  readonly cron: string
  readonly timezone: string
}

/** By portal. */
export async function readSchedules({
  kysely,
}: Database): Promise<ReadonlyMap<string, KeptSchedule>> {
  const { rows } = await sql<KeptSchedule>`
    SELECT key, cron, timezone FROM ${sql.table(`${queueSchema}.schedule`)}
    WHERE name = ${portalQueue}`.execute(kysely)
  return new Map(rows.map((row) => [row.key, row]))
}

/**
 * Adds and changes schedules, and removes none: the file of one machine may be older than what another one applied.
 * Returns the differences that were found.
 */
export async function addPortals(
  queue: Queue,
  portals: readonly QueuedPortal[],
  times: QueueTimes = usualTimes,
): Promise<ScheduleChanges> {
  return explainingErrors(queue.database.label, async () => {
    await prepareQueues(queue, times)
    const changes = await planPortals(queue.database, portals)
    const differing = new Set([...changes.added, ...changes.changed])
    for (const portal of portals) {
      if (differing.has(portal.name)) await keepSchedule(queue, portal.name, storeSchedule(portal))
    }
    return changes
  })
}

/** Brings the queue's schedules to the portals of the file. Running it again changes nothing. */
export async function applyPortals(
  queue: Queue,
  portals: readonly QueuedPortal[],
  times: QueueTimes = usualTimes,
): Promise<ScheduleChanges> {
  return explainingErrors(queue.database.label, async () => {
    const changes = await addPortals(queue, portals, times)
    for (const name of changes.removed) await dropPortal(queue, name)
    await forgetOthers(
      queue.database,
      portals.map(({ name }) => name),
    )
    return changes
  })
}

/** Makes both queues, or gives them the settings of this version. */
async function prepareQueues({ boss }: Queue, times: QueueTimes): Promise<void> {
  const settings = {
    heartbeatSeconds: times.heartbeatSeconds,
    expireInSeconds: longestSliceSeconds,
    retryLimit: mostLosses,
    // Less than the time until another job of the portal can fail, which could not wait next to it.
    retryDelay: 0,
    deleteAfterSeconds: keptSeconds,
    deadLetter: deadQueue,
  }
  if ((await boss.getQueue(deadQueue)) === null) await boss.createQueue(deadQueue)
  if ((await boss.getQueue(portalQueue)) === null) {
    await boss.createQueue(portalQueue, { policy: 'stately', ...settings })
  } else {
    await boss.updateQueue(portalQueue, settings)
  }
}

export async function keepSchedule(
  { boss }: Queue,
  portal: string,
  { expression, timeZone, missed }: StoredSchedule,
): Promise<void> {
  const options = { key: portal, singletonKey: portal, tz: timeZone, missed }
  await boss.schedule(portalQueue, expression, { portal }, options)
}

/** Ends its schedule and what waits; an active slice ends as usual. */
export async function dropPortal(queue: Queue, portal: string): Promise<void> {
  const { boss } = queue
  await boss.unschedule(portalQueue, portal)
  const waiting = await boss.findJobs(portalQueue, { key: portal, queued: true })
  if (waiting.length > 0)
    await boss.deleteJob(
      portalQueue,
      waiting.map(({ id }) => id),
    )
  await clearDead(queue, portal)
}

/** Returns how many there were. */
export async function clearDead({ boss }: Queue, portal: string): Promise<number> {
  const dead = await boss.findJobs(deadQueue, { key: portal })
  if (dead.length > 0)
    await boss.deleteJob(
      deadQueue,
      dead.map(({ id }) => id),
    )
  return dead.length
}
