import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { PastRun, RunningRun } from './copy-status.ts'
import type { RecentRun } from './find-schedule.ts'
import { type PastRunJson, pastRunJson, toPastRun } from './past-run.ts'

/** The facts about an entity's runs. */
export interface RunFacts {
  readonly running: Omit<RunningRun, 'progress'> | null
  readonly lastRun: PastRun | null
  readonly lastSync: PastRun | null
  readonly lastSuccess: PastRun | null
  readonly expectedSeconds: { readonly full: number | null; readonly incremental: number | null }
  /** Newest first, including the active one. */
  readonly recent: readonly RecentRun[]
  /** Calls of runs that began since midnight, without the active one. */
  readonly callsToday: number
}

interface RunRow {
  readonly entity: string
  readonly held: HeldJson | null
  readonly last: PastRunJson | null
  readonly scheduled: PastRunJson | null
  readonly succeeded: PastRunJson | null
  readonly full: number | null
  readonly incremental: number | null
  readonly calls: number
  readonly recent: readonly RecentJson[] | null
}

type RecentJson = Omit<RecentRun, 'startedAt' | 'quietUntil'> & {
  readonly startedAt: string
  readonly quietUntil: string | null
}

interface HeldJson {
  readonly id: string
  readonly mode: string
  readonly startedAt: string
  readonly holder: string
  readonly signOfLifeAt: string
  readonly cancelRequestedAt: string | null
}

/** Older runs may have had less to read. */
const medianOf = 10

/** Enough to see a rhythm. */
const recentRuns = 11

/** By entity name. Expired leases are ignored. Requires the state tables. */
export async function readRuns(
  database: Database,
  entities: readonly string[],
  { now, since }: { readonly now: Date; readonly since: Date },
): Promise<ReadonlyMap<string, RunFacts>> {
  const { rows } = await explainingErrors(database.label, () =>
    runsQuery(entities, now, since).execute(database.kysely),
  )
  return new Map(rows.map((row) => [row.entity, toFacts(row)]))
}

function toFacts(row: RunRow): RunFacts {
  const { held, last, scheduled, succeeded, full, incremental, calls, recent } = row
  const running =
    held === null
      ? null
      : {
          ...held,
          startedAt: new Date(held.startedAt),
          signOfLifeAt: new Date(held.signOfLifeAt),
          cancelRequestedAt: dateOrNull(held.cancelRequestedAt),
        }
  return {
    running,
    lastRun: pastOrNull(last),
    lastSync: pastOrNull(scheduled),
    lastSuccess: pastOrNull(succeeded),
    expectedSeconds: { full, incremental },
    callsToday: calls,
    recent: (recent ?? []).map((run) => ({
      ...run,
      startedAt: new Date(run.startedAt),
      quietUntil: dateOrNull(run.quietUntil),
    })),
  }
}

function pastOrNull(run: PastRunJson | null): PastRun | null {
  return run === null ? null : toPastRun(run)
}

function dateOrNull(text: string | null): Date | null {
  return text === null ? null : new Date(text)
}

/**
 * By start, because Postgres may read the primary key from its end for an order by id alone: for an entity that
 * has not run for long, it would read the runs of all others.
 */
const newestFirst = sql`run.started_at DESC, run.id DESC`

/**
 * One row per entity. Each part reads a few rows through an index: by entity and start from the newest run
 * back and for today's, by entity, mode and id among successful runs.
 */
function runsQuery(entities: readonly string[], now: Date, since: Date) {
  return sql<RunRow>`
    SELECT wanted.entity, held.lease AS held, last.run AS last, scheduled.run AS scheduled,
      succeeded.run AS succeeded, full_ones.seconds AS full, incremental_ones.seconds AS incremental,
      today.calls, recent.runs AS recent
    FROM unnest(${[...entities]}::text[]) AS wanted (entity)
    LEFT JOIN LATERAL (
      SELECT run.id, jsonb_build_object('id', run.id::text, 'mode', run.mode,
        'startedAt', run.started_at, 'holder', lease.holder, 'signOfLifeAt', lease.heartbeat_at,
        'cancelRequestedAt', to_jsonb(lease) -> 'cancel_requested_at') AS lease
      FROM hubgen.lease JOIN hubgen.run ON run.id = lease.run_id
      WHERE lease.entity = wanted.entity AND lease.expires_at > ${now}
    ) AS held ON true
    LEFT JOIN LATERAL (
      SELECT ${pastRunJson} AS run FROM (
        SELECT run.* FROM hubgen.run
        WHERE run.entity = wanted.entity AND run.id IS DISTINCT FROM held.id
        ORDER BY ${newestFirst} LIMIT 1
      ) AS run
    ) AS last ON true
    LEFT JOIN LATERAL (
      SELECT ${pastRunJson} AS run FROM (
        SELECT run.* FROM hubgen.run
        WHERE run.entity = wanted.entity AND run.id IS DISTINCT FROM held.id
          AND run.mode IN ('full', 'incremental')
        ORDER BY ${newestFirst} LIMIT 1
      ) AS run
    ) AS scheduled ON true
    CROSS JOIN LATERAL (${successes('full')}) AS full_ones
    CROSS JOIN LATERAL (${successes('incremental')}) AS incremental_ones
    LEFT JOIN LATERAL (
      SELECT ${pastRunJson} AS run FROM hubgen.run
      WHERE run.id = greatest(full_ones.newest, incremental_ones.newest)
    ) AS succeeded ON true
    CROSS JOIN LATERAL (
      SELECT coalesce(sum(run.calls + coalesce((to_jsonb(run.*) ->> 'quiet_calls')::bigint, 0)), 0)::float8
        AS calls FROM hubgen.run
      WHERE run.entity = wanted.entity AND run.started_at >= ${since}
        AND run.id IS DISTINCT FROM held.id
    ) AS today
    CROSS JOIN LATERAL (
      SELECT jsonb_agg(jsonb_build_object('startedAt', run.started_at,
        'everySeconds', (to_jsonb(run.*) ->> 'every_seconds')::float8,
        'holder', to_jsonb(run.*) ->> 'holder', 'quietUntil', to_jsonb(run.*) ->> 'quiet_until') ORDER BY run.id DESC) AS runs
      FROM (
        SELECT run.* FROM hubgen.run
        WHERE run.entity = wanted.entity AND run.mode IN ('full', 'incremental')
        ORDER BY ${newestFirst} LIMIT ${sql.lit(recentRuns)}
      ) AS run
    ) AS recent`
}

function successes(mode: 'full' | 'incremental') {
  return sql`
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY newest.seconds) AS seconds,
      max(newest.id) AS newest
    FROM (
      SELECT run.id, run.seconds FROM hubgen.run
      WHERE run.entity = wanted.entity AND run.mode = ${mode} AND run.outcome = 'succeeded'
      ORDER BY run.id DESC LIMIT ${sql.lit(medianOf)}
    ) AS newest`
}
