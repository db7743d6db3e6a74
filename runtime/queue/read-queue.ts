import { sql } from 'kysely'
import { HubgenError } from '../errors.ts'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { deadQueue, portalQueue } from './connect-queue.ts'
import { nextRound, type QueuedPortal } from './portal-schedule.ts'
import { type PortalSummary, readSummaries } from './portal-summary.ts'
import { checkQueue, queueSchema } from './queue-schema.ts'

/** A portal as the queue knows it; asking for it wakes no portal's database. */
export interface PortalState extends PortalSummary {
  /** `dead`: a person has to act; the next round tries once more. `unscheduled`: `hubgen portals apply` is due. */
  readonly state: 'active' | 'waiting' | 'scheduled' | 'paused' | 'unscheduled'
  readonly isDead: boolean
  readonly nextAt: Date | null
  /** Whether it waits for a slot of first syncs. */
  readonly isFirst: boolean
}

export interface QueueState {
  readonly at: Date
  readonly portals: readonly PortalState[]
  /** Workers that were heard from lately. */
  readonly workers: number
  /** Portals that are due and wait for a slot. */
  readonly due: number
}

interface Jobs {
  readonly portal: string
  readonly active: boolean
  readonly waitingAt: Date | null
  readonly first: boolean
  readonly dead: boolean
  readonly scheduled: boolean
}

/** The state of these portals. Fails as `checkQueue` does, also if the tables were removed after that check. */
export async function readQueue(
  database: Database,
  portals: readonly QueuedPortal[],
): Promise<QueueState> {
  try {
    return await explainingErrors(database.label, () => readStates(database, portals))
  } catch (error) {
    if (!(error instanceof HubgenError)) await checkQueue(database)
    throw error
  }
}

async function readStates(
  database: Database,
  portals: readonly QueuedPortal[],
): Promise<QueueState> {
  const names = portals.map(({ name }) => name)
  const [summaries, jobs, alive] = await Promise.all([
    readSummaries(database, names),
    readJobs(database, names),
    readWorkers(database),
  ])
  const { at, workers } = alive
  const states = portals.map((portal) => {
    const { name } = portal
    return toState(portal, summaries.get(name) ?? unseen(name), jobs.get(name), at)
  })
  const due = states.filter(
    ({ state, nextAt }) => state === 'waiting' && nextAt !== null && nextAt <= at,
  )
  return { at, portals: states, workers, due: due.length }
}

function toState(
  portal: QueuedPortal,
  summary: PortalSummary,
  jobs: Jobs | undefined,
  at: Date,
): PortalState {
  const {
    waitingAt = null,
    active = false,
    dead = false,
    scheduled = false,
    first = false,
  } = jobs ?? {}
  const state = active
    ? 'active'
    : waitingAt !== null
      ? 'waiting'
      : summary.paused
        ? 'paused'
        : scheduled
          ? 'scheduled'
          : 'unscheduled'
  const isPlanned = state === 'scheduled' || (state === 'active' && !summary.paused)
  const planned = isPlanned ? nextRound(portal, at) : null
  return { ...summary, state, isDead: dead, isFirst: first, nextAt: waitingAt ?? planned }
}

function unseen(portal: string): PortalSummary {
  return {
    portal,
    paused: false,
    startedAt: null,
    endedAt: null,
    wholeAt: null,
    outcome: null,
    roundSince: null,
    code: null,
    attempts: 0,
    verdict: null,
    oldestAt: null,
    pendingMigrations: null,
    failedEntities: 0,
  }
}

async function readJobs(
  { kysely }: Database,
  names: readonly string[],
): Promise<ReadonlyMap<string, Jobs>> {
  const job = sql.table(`${queueSchema}.job`)
  const { rows } = await sql<Jobs>`
    SELECT given.portal,
      coalesce(bool_or(name = ${portalQueue} AND state = 'active'), false) AS active,
      min(start_after) FILTER (WHERE name = ${portalQueue} AND state < 'active') AS "waitingAt",
      coalesce(bool_or(priority < 0 AND name = ${portalQueue} AND state <= 'active'), false) AS first,
      coalesce(bool_or(name = ${deadQueue}), false) AS dead,
      EXISTS (SELECT FROM ${sql.table(`${queueSchema}.schedule`)} AS kept
        WHERE kept.name = ${portalQueue} AND kept.key = given.portal) AS scheduled
    FROM unnest(${[...names]}::text[]) AS given (portal)
    LEFT JOIN ${job} ON singleton_key = given.portal AND name IN (${portalQueue}, ${deadQueue})
      AND state <= 'active'
    GROUP BY given.portal`.execute(kysely)
  return new Map(rows.map((row) => [row.portal, row]))
}

/** An instance is quiet after three missed heartbeats, as pg-boss counts. */
async function readWorkers({ kysely }: Database): Promise<{ at: Date; workers: number }> {
  const { rows } = await sql<{ at: Date; workers: string }>`
    SELECT now() AS at, (SELECT count(*) FROM ${sql.table(`${queueSchema}.instance`)}
      WHERE stopped_on IS NULL AND heartbeat_on >= now() - heartbeat_seconds * interval '3 seconds'
    ) AS workers`.execute(kysely)
  const { at = new Date(0), workers = 0 } = rows[0] ?? {}
  return { at, workers: Number(workers) }
}
