import { explainingErrors } from '../postgres/database-error.ts'
import { clearDead, dropPortal, keepSchedule } from './apply-portals.ts'
import { portalQueue, type Queue } from './connect-queue.ts'
import { type QueuedPortal, storeSchedule } from './portal-schedule.ts'
import { noteAsked, setPaused } from './portal-summary.ts'

/**
 * Jobs of first syncs have a lower priority and slots of their own. One queue holds both, because its key is what keeps
 * two workers from one portal.
 */
export const lanes = { rounds: 0, first: -1 } as const

/** The actions of a person on one portal. */
export const portalSteerings = ['run', 'pause', 'resume', 'retry'] as const

export type PortalSteering = (typeof portalSteerings)[number]

export type Lane = keyof typeof lanes

/** Makes a portal due after a time, by the clock of the database: its waiting job is moved, or one is added. */
export async function sendPortal(
  { boss }: Queue,
  portal: string,
  { afterSeconds, lane }: { readonly afterSeconds: number; readonly lane: Lane },
): Promise<void> {
  await boss.upsert(
    portalQueue,
    { portal },
    { singletonKey: portal, startAfter: afterSeconds, priority: lanes[lane] },
  )
}

/** Makes a portal due now, whatever its schedule is. Its slice opens the portal's database also if nothing is new. */
export async function runPortal(queue: Queue, portal: string): Promise<void> {
  await explainingErrors(queue.database.label, async () => {
    await noteAsked(queue.database, portal)
    await sendPortal(queue, portal, { afterSeconds: 0, lane: 'rounds' })
  })
}

/** Ends its schedule and what waits until `resumePortal`; an active slice ends as usual. */
export async function pausePortal(queue: Queue, portal: string): Promise<void> {
  await explainingErrors(queue.database.label, async () => {
    await setPaused(queue.database, portal, true)
    await dropPortal(queue, portal)
  })
}

export async function resumePortal(queue: Queue, portal: QueuedPortal): Promise<void> {
  await explainingErrors(queue.database.label, async () => {
    await setPaused(queue.database, portal.name, false)
    await keepSchedule(queue, portal.name, storeSchedule(portal))
  })
}

/** Makes a dead portal due now. Returns whether it was dead. */
export async function retryPortal(queue: Queue, portal: string): Promise<boolean> {
  return explainingErrors(queue.database.label, async () => {
    if ((await clearDead(queue, portal)) === 0) return false
    await sendPortal(queue, portal, { afterSeconds: 0, lane: 'rounds' })
    return true
  })
}
