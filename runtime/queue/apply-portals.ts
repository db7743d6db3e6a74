import { explainingErrors } from '../postgres/database-error.ts'
import { deadQueue, portalQueue, type Queue, type QueueTimes, usualTimes } from './connect-queue.ts'
import { type QueuedPortal, type StoredSchedule, storeSchedule } from './portal-schedule.ts'
import { forgetOthers, readSummaries } from './portal-summary.ts'

/** The changes of `applyPortals`, as names of portals. */
export interface AppliedPortals {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** A part without checkpoints may run for hours; a slice that hangs is ended after this. */
const longestSliceSeconds = 12 * 3_600
/** Of ended jobs. */
const keptSeconds = 600
/** A worker that is ended while it works on a portal so often in a row is ended by this portal. */
const mostLosses = 5
const mostSchedules = 100_000

/**
 * Brings the queue's schedules to the portals of the file: adds, changes and removes. Portals that are paused keep no
 * schedule. Running it again changes nothing.
 */
export async function applyPortals(
  queue: Queue,
  portals: readonly QueuedPortal[],
  times: QueueTimes = usualTimes,
): Promise<AppliedPortals> {
  return explainingErrors(queue.database.label, async () => {
    await prepareQueues(queue, times)
    const { boss, database } = queue
    const summaries = await readSummaries(database)
    const wanted = new Map(
      portals
        .filter(({ name }) => summaries.get(name)?.paused !== true)
        .map((portal) => [portal.name, storeSchedule(portal)]),
    )
    const kept = await boss.getSchedules(portalQueue, undefined, { limit: mostSchedules })
    const known = new Map(kept.map(({ key, cron, timezone }) => [key, { cron, timezone }]))
    const added: string[] = []
    const changed: string[] = []
    for (const [name, schedule] of wanted) {
      const before = known.get(name)
      const { expression, timeZone } = schedule
      if (before?.cron === expression && before.timezone === timeZone) continue
      await keepSchedule(queue, name, schedule)
      ;(before === undefined ? added : changed).push(name)
    }
    const removed = [...known.keys()].filter((name) => !wanted.has(name))
    for (const name of removed) await dropPortal(queue, name)
    await forgetOthers(
      database,
      portals.map(({ name }) => name),
    )
    return { added, changed, removed }
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
