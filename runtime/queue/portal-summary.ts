import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { queueSchema } from './queue-schema.ts'
import type { SliceEnd, SliceOutcome } from './slice-end.ts'

/** The facts about a portal that workers leave with the queue; none is record data. */
export interface PortalSummary {
  readonly portal: string
  readonly paused: boolean
  readonly startedAt: Date | null
  readonly endedAt: Date | null
  /** The end of the last slice after which nothing was left to read; null if there never was one. */
  readonly wholeAt: Date | null
  readonly outcome: SliceOutcome | null
  /** When the round that is not done began, by the clock of the portal's database; null if there is none. */
  readonly roundSince: string | null
  /** Of the failure in the last slice; null if there was none. */
  readonly code: string | null
  /** Slices in a row that could not reach HubSpot or the database. */
  readonly attempts: number
  readonly verdict: string | null
  /** When the oldest part of the copy was read, according to the last slice. */
  readonly oldestAt: Date | null
  readonly pendingMigrations: number | null
  readonly failedEntities: number
}

const table = sql.table(`${queueSchema}.portal_summary`)

/** The summaries of these portals, or of all; portals that no worker has begun have none. */
export async function readSummaries(
  database: Database,
  portals: readonly string[] | 'all' = 'all',
): Promise<ReadonlyMap<string, PortalSummary>> {
  const chosen = portals === 'all' ? sql`` : sql`WHERE portal = ANY (${[...portals]}::text[])`
  const { rows } = await sql<PortalSummary>`
    SELECT portal, paused, started_at AS "startedAt", ended_at AS "endedAt", whole_at AS "wholeAt",
      outcome, round_since AS "roundSince", code, attempts, verdict, oldest_at AS "oldestAt",
      pending_migrations AS "pendingMigrations", failed_entities AS "failedEntities"
    FROM ${table} ${chosen}`.execute(database.kysely)
  return new Map(rows.map((row) => [row.portal, row]))
}

/** A slice that has begun. */
export interface BegunSlice {
  readonly startedAt: string
  /** Left by the slice before; null if that did not end as it should. */
  readonly memory: string | null
}

/** Takes the memory away: a slice whose worker is lost leaves none. */
export async function noteStart({ kysely }: Database, portal: string): Promise<BegunSlice> {
  const { rows } = await sql<BegunSlice>`
    WITH before AS (SELECT memory FROM ${table} WHERE portal = ${portal})
    INSERT INTO ${table} AS kept (portal, started_at) VALUES (${portal}, now())
    ON CONFLICT (portal) DO UPDATE SET started_at = now(), memory = NULL
    RETURNING kept.started_at::text AS "startedAt", (SELECT memory FROM before) AS memory`.execute(
    kysely,
  )
  return rows[0] ?? { startedAt: '', memory: null }
}

/** How a slice ended, and what it leaves for the next one. */
export interface EndedSlice {
  readonly end: SliceEnd
  readonly attempts: number
  readonly startedAt: string
  readonly memory: string | null
}

/**
 * Parts that a slice could not look at keep what an earlier slice left. Returns false, and changes nothing, if another
 * slice of the portal has begun meanwhile: the worker of this slice was presumed lost.
 */
export async function noteEnd(
  { kysely }: Database,
  portal: string,
  { end: { outcome, code, report }, attempts, startedAt, memory }: EndedSlice,
): Promise<boolean> {
  const { numAffectedRows = 0n } = await sql`UPDATE ${table} SET
      ended_at = now(),
      whole_at = CASE WHEN ${outcome === 'whole'} THEN now() ELSE whole_at END,
      outcome = ${outcome},
      round_since = CASE WHEN asked_at > started_at THEN NULL
        ELSE ${roundAfter(outcome, report)}::text END,
      code = ${code},
      attempts = ${attempts},
      verdict = coalesce(${report?.verdict ?? null}, verdict),
      oldest_at = coalesce(${report?.oldestAt ?? null}::timestamptz, oldest_at),
      pending_migrations = coalesce(${report?.pendingMigrations ?? null}::integer, pending_migrations),
      failed_entities = ${report?.failed.length ?? 0},
      memory = CASE WHEN asked_at > started_at IS NOT TRUE THEN ${memory} END
    WHERE portal = ${portal} AND started_at::text = ${startedAt}`.execute(kysely)
  return numAffectedRows > 0n
}

/** A person asked for a round: it begins now, whatever an unfinished one has read or a memory says. */
export async function noteAsked({ kysely }: Database, portal: string): Promise<void> {
  await sql`INSERT INTO ${table} (portal, asked_at) VALUES (${portal}, now())
    ON CONFLICT (portal) DO UPDATE SET asked_at = now(), round_since = NULL,
      memory = NULL`.execute(kysely)
}

/** A slice that was cut leaves its round open; after a failure a new round begins. */
function roundAfter(outcome: SliceOutcome, report: SliceEnd['report']): string | null {
  const continues = outcome === 'more' || outcome === 'stopped' || outcome === 'busy'
  return continues ? (report?.roundSince ?? null) : null
}

export async function setPaused(
  { kysely }: Database,
  portal: string,
  paused: boolean,
): Promise<void> {
  await sql`INSERT INTO ${table} (portal, paused) VALUES (${portal}, ${paused})
    ON CONFLICT (portal) DO UPDATE SET paused = excluded.paused`.execute(kysely)
}

/** Removes the rows of portals that the file no longer lists. */
export async function forgetOthers(
  { kysely }: Database,
  portals: readonly string[],
): Promise<void> {
  await sql`DELETE FROM ${table} WHERE portal <> ALL (${[...portals]}::text[])`.execute(kysely)
}
