import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { findState } from './find-state.ts'

/** The use of HubSpot and of the database by all runs of the last days. */
export interface CopyCost {
  readonly since: Date
  readonly until: Date
  /** The first run in this time; null if there is none. Nothing is known about the time before it. */
  readonly firstRunAt: Date | null
  readonly runs: number
  /** Calls to HubSpot: of runs, and of looks that found nothing new. */
  readonly calls: { readonly runs: number; readonly looks: number; readonly total: number }
  /** Looks at an entity that found nothing new. */
  readonly looks: number
  /** An estimate: from the start of a run to its end, and then until the compute suspends. */
  readonly awake: {
    readonly hours: number
    readonly wakes: number
    /** Of the time since the first run. */
    readonly share: number | null
    readonly suspendSeconds: number
  }
  readonly wal: WalUse
}

/** Postgres counts for the whole server: other databases and programs are included. */
interface WalUse {
  /** Since `countedSince`; null if this server does not say. */
  readonly bytes: number | null
  /** When the server last began to count; null if it does not say. */
  readonly countedSince: Date | null
  /** The share of the last 30 days, as if all days were alike; null if the server does not say, or counts for less. */
  readonly estimatedBytes: number | null
}

interface CostRow {
  readonly runs: number
  readonly calls: number
  readonly looks: number
  readonly lookCalls: number
  readonly firstRunAt: Date | null
  readonly wakes: number
  readonly awakeSeconds: number
  readonly now: Date
}

/** Neon's default for a compute without queries. */
const suspendSeconds = 300
/** In days. */
const costDays = 30

/**
 * Calls, hours of compute and write-ahead log of the last 30 days, from `hubgen.run` and the server's
 * statistics. Other users of the database are not known to hubgen.
 */
export async function readCost(database: Database): Promise<CopyCost> {
  const { tables, now } = await findState(database)
  const row = tables === 'none' ? { ...noRuns, now } : await readRow(database)
  const since = new Date(row.now.getTime() - costDays * 86_400_000)
  const { firstRunAt, runs, calls, looks, lookCalls, wakes, awakeSeconds } = row
  const knownSeconds = firstRunAt === null ? 0 : (row.now.getTime() - firstRunAt.getTime()) / 1000
  return {
    since,
    until: row.now,
    firstRunAt,
    runs,
    calls: { runs: calls, looks: lookCalls, total: calls + lookCalls },
    looks,
    awake: {
      hours: awakeSeconds / 3_600,
      wakes,
      share: knownSeconds > 0 ? Math.min(1, awakeSeconds / knownSeconds) : null,
      suspendSeconds,
    },
    wal: await readWal(database, row.now),
  }
}

const noRuns: Omit<CostRow, 'now'> = {
  runs: 0,
  calls: 0,
  looks: 0,
  lookCalls: 0,
  firstRunAt: null,
  wakes: 0,
  awakeSeconds: 0,
}

/** Runs whose awake times touch share one wake. */
async function readRow(database: Database): Promise<CostRow> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<CostRow>`
      WITH recent AS (
        SELECT started_at, least(now(), coalesce(finished_at, started_at)) AS ended_at, calls,
          coalesce((to_jsonb(run.*) ->> 'quiet_looks')::bigint, 0) AS looks,
          coalesce((to_jsonb(run.*) ->> 'quiet_calls')::bigint, 0) AS look_calls
        FROM hubgen.run WHERE started_at > now() - make_interval(days => ${sql.lit(costDays)})
      ), spans AS (
        SELECT *, least(now(), ended_at + make_interval(secs => ${sql.lit(suspendSeconds)})) AS asleep_at,
          max(ended_at + make_interval(secs => ${sql.lit(suspendSeconds)})) OVER (
            ORDER BY started_at, ended_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
          ) AS awake_until
        FROM recent
      )
      SELECT now(), count(*)::int AS runs, coalesce(sum(calls), 0)::float8 AS calls,
        coalesce(sum(looks), 0)::float8 AS looks, coalesce(sum(look_calls), 0)::float8 AS "lookCalls",
        min(started_at) AS "firstRunAt",
        (count(*) FILTER (WHERE awake_until IS NULL OR awake_until < started_at))::int AS wakes,
        coalesce(sum(extract(epoch FROM greatest(interval '0',
          asleep_at - greatest(started_at, coalesce(awake_until, started_at))))), 0)::float8
          AS "awakeSeconds"
      FROM spans`.execute(database.kysely),
  )
  return rows[0] ?? { ...noRuns, now: new Date(0) }
}

/** `pg_stat_wal` exists since Postgres 14, and managed servers may hide it. */
async function readWal({ kysely }: Database, now: Date): Promise<WalUse> {
  const unknown = { bytes: null, countedSince: null, estimatedBytes: null }
  try {
    const { rows } = await sql<{ bytes: number; since: Date | null }>`
      SELECT wal_bytes::float8 AS bytes, stats_reset AS since FROM pg_stat_wal`.execute(kysely)
    const [found] = rows
    if (found === undefined) return unknown
    const { bytes, since: countedSince } = found
    const days = countedSince === null ? 0 : (now.getTime() - countedSince.getTime()) / 86_400_000
    return {
      bytes,
      countedSince,
      estimatedBytes: days < costDays ? null : (bytes / days) * costDays,
    }
  } catch {
    return unknown
  }
}
