import { machine } from '../machine.ts'
import { clearDead, readSchedules } from './apply-portals.ts'
import { portalQueue, type Queue, type QueueTimes, usualTimes } from './connect-queue.ts'
import { type EndedSlice, noteEnd, noteStart, readSummaries } from './portal-summary.ts'
import { chooseNext, type SliceEnd } from './slice-end.ts'
import { type Lane, lanes, sendPortal } from './steer-portals.ts'

export interface PortalWork {
  readonly slots: number
  /** The portals of the file; a job of another one is left to other workers. */
  readonly portals: ReadonlySet<string>
  /** Runs one slice, of the round that began at a time or of a new one. */
  readonly runSlice: (slice: SliceOrder) => Promise<SliceEnd>
  readonly onEvent: (event: WorkerEvent) => void
  readonly times?: QueueTimes
}

export interface SliceOrder {
  readonly portal: string
  readonly roundSince: string | null
  /** Left by the slice before; null if this one has to read its state from the portal's database. */
  readonly memory: string | null
  /** Leaves a memory for the next slice, with whatever worker. */
  readonly keep: (memory: string) => void
  /** Asks it to end at a checkpoint. */
  readonly signal: AbortSignal
}

export type WorkerEvent =
  | { readonly type: 'slice_started'; readonly portal: string }
  | {
      readonly type: 'slice_ended'
      readonly portal: string
      readonly end: SliceEnd
      /** Until the portal is due again; null if its schedule says. */
      readonly afterSeconds: number | null
      readonly isDead: boolean
    }

/** Slots of first syncs: a quarter of all, at least one. A single slot takes everything. */
function shareSlots(slots: number): Readonly<Record<Lane, number>> & { readonly both: number } {
  if (slots < 2) return { rounds: 0, first: 0, both: slots }
  const first = Math.max(1, Math.floor(slots / 4))
  return { rounds: slots - first, first, both: 0 }
}

/**
 * Takes portals from the queue until the signal aborts, then lets active slices end at a checkpoint. Any number of
 * workers on any number of machines share the queue; each portal is with at most one of them.
 */
export async function workPortals(
  queue: Queue,
  work: PortalWork,
  signal: AbortSignal,
): Promise<void> {
  const { times = usualTimes } = work
  const share = shareSlots(work.slots)
  const ranges: Readonly<Record<keyof typeof share, object>> = {
    rounds: { minPriority: lanes.rounds },
    first: { maxPriority: lanes.first },
    both: {},
  }
  for (const lane of ['rounds', 'first', 'both'] as const) {
    if (share[lane] === 0) continue
    const options = {
      localConcurrency: share[lane],
      pollingIntervalSeconds: times.pollSeconds,
      heartbeatRefreshSeconds: times.refreshSeconds,
      perJobResults: true,
      includeMetadata: true,
      ...ranges[lane],
    } as const
    await queue.boss.work<JobData, unknown, typeof options>(portalQueue, options, async (jobs) =>
      Promise.all(
        jobs.map(async ({ id, data, priority, signal: claim }) => {
          const place = { isSorted: lane !== 'both', priority, claim, stop: signal }
          return { id, ...(await workOn(queue, work, portalOf(data), place)) }
        }),
      ),
    )
  }
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await queue.boss.offWork(portalQueue, { wait: true })
}

/** Until a portal that this worker does not know is due again, for another one. */
const unknownSeconds = 5

type JobData = { readonly portal?: unknown } | null

function portalOf(data: JobData): string {
  return typeof data?.portal === 'string' ? data.portal : ''
}

interface Settled {
  readonly status: 'completed' | 'deadletter'
  readonly output: object
}

interface Place {
  /** Whether first syncs have slots of their own here. */
  readonly isSorted: boolean
  readonly priority: number
  /** Aborts when the job is no longer this worker's. */
  readonly claim: AbortSignal
  readonly stop: AbortSignal
}

async function workOn(
  queue: Queue,
  work: PortalWork,
  portal: string,
  { isSorted, priority, claim, stop }: Place,
): Promise<Settled> {
  const lane: Lane = priority < lanes.rounds ? 'first' : 'rounds'
  if (!work.portals.has(portal)) return leaveToOthers(queue, portal, lane)
  const before = (await readSummaries(queue.database, [portal])).get(portal)
  if (before?.paused === true) return completed('paused')
  const isFirst = (before?.wholeAt ?? null) === null
  if (isSorted && lane === 'rounds' && isFirst) {
    await sendPortal(queue, portal, { afterSeconds: 0, lane: 'first' })
    return completed('moved')
  }
  const { startedAt, memory } = await noteStart(queue.database, portal)
  let kept: string | null = null
  work.onEvent({ type: 'slice_started', portal })
  const end = await work.runSlice({
    portal,
    roundSince: before?.roundSince ?? null,
    memory,
    keep: (text) => {
      kept = text
    },
    signal: AbortSignal.any([claim, stop]),
  })
  // The portal is another worker's: what it does next is not for this one to say.
  if (claim.aborted && !stop.aborted) return completed('lost')
  const attempts = before?.attempts ?? 0
  return settle(queue, work, { end, attempts, startedAt, memory: kept }, { portal, lane })
}

/** A worker with a newer file may know the portal; one that no file lists has no schedule. */
async function leaveToOthers(queue: Queue, portal: string, lane: Lane): Promise<Settled> {
  if ((await readSchedules(queue.database)).has(portal)) {
    await sendPortal(queue, portal, { afterSeconds: unknownSeconds, lane })
  }
  return completed('unknown')
}

async function settle(
  queue: Queue,
  work: PortalWork,
  { end, attempts, startedAt, memory }: EndedSlice,
  { portal, lane }: { readonly portal: string; readonly lane: Lane },
): Promise<Settled> {
  const isRepeated = end.outcome === 'away' || end.outcome === 'broken'
  const failed = isRepeated ? attempts + 1 : 0
  const next = chooseNext(end, failed, machine.now())
  const isDead = next.step === 'dead'
  // The schedule's next round counts from the start.
  const counted = isDead ? 0 : failed
  const isCurrent = await noteEnd(queue.database, portal, {
    end,
    attempts: counted,
    startedAt,
    memory,
  })
  if (!isCurrent) return completed('lost')
  if (next.step === 'again') {
    const sent = next.lane === 'first' ? 'first' : lane
    await sendPortal(queue, portal, { afterSeconds: next.afterSeconds, lane: sent })
  }
  if (end.outcome === 'whole' && lane === 'first') {
    const priority = lanes.rounds
    await queue.boss.update(portalQueue, undefined, { singletonKey: portal, priority })
  }
  if (isDead || end.outcome === 'whole') await clearDead(queue, portal)
  const afterSeconds = next.step === 'again' ? next.afterSeconds : null
  work.onEvent({ type: 'slice_ended', portal, end, afterSeconds, isDead })
  const output = { outcome: end.outcome, code: end.code }
  return { status: isDead ? 'deadletter' : 'completed', output }
}

function completed(outcome: string): Settled {
  return { status: 'completed', output: { outcome } }
}
