import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { ProgressBody } from '../sync/journal.ts'
import type { DailyQuota, RunProgress } from './copy-status.ts'

/** A row of `hubgen.event` of type `progress`. */
interface ProgressRow {
  readonly runId: string
  readonly at: Date
  readonly body: ProgressBody
}

/** With fewer rows the pace jumps with every batch; with more it lags behind. */
const rowsOfPace = 10
/** An active run writes progress at least every ten seconds; see `runtime/sync/journal.ts`. */
const silenceSeconds = 20

/** Progress by run; runs without any progress yet are left out. */
export async function readProgress(
  database: Database,
  runIds: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, RunProgress>> {
  if (runIds.length === 0) return new Map()
  const { rows } = await explainingErrors(database.label, () =>
    sql<ProgressRow>`
      SELECT wanted.run_id::text AS "runId", newest.at, newest.body
      FROM unnest(${[...runIds]}::bigint[]) AS wanted (run_id)
      CROSS JOIN LATERAL (
        SELECT event.number, event.at, event.body FROM hubgen.event
        WHERE event.run_id = wanted.run_id AND event.type = 'progress'
        ORDER BY event.number DESC LIMIT ${sql.lit(rowsOfPace)}
      ) AS newest
      ORDER BY wanted.run_id, newest.number DESC`.execute(database.kysely),
  )
  const byRun = Map.groupBy(rows, ({ runId }) => runId)
  return new Map(
    [...byRun].flatMap(([runId, [newest, ...earlier]]) =>
      newest === undefined ? [] : [[runId, toProgress(newest, earlier, now)] as const],
    ),
  )
}

function toProgress(newest: ProgressRow, earlier: readonly ProgressRow[], now: Date): RunProgress {
  const { daily: _, ...body } = newest.body
  const recordsPerSecond = paceOf(newest, earlier.filter(isOfPass(newest)), 'read', now)
  const callsPerSecond = paceOf(newest, earlier, 'calls', now)
  const left = body.total === null ? null : Math.max(0, body.total - body.read)
  const known = left !== null && recordsPerSecond !== null && recordsPerSecond > 0
  const secondsLeft = left === 0 ? 0 : known ? left / recordsPerSecond : null
  return { ...body, at: newest.at, recordsPerSecond, callsPerSecond, secondsLeft }
}

/** The count starts over with each pass. */
function isOfPass({ body: { pass, read } }: ProgressRow) {
  return ({ body }: ProgressRow) => body.pass === pass && body.read <= read
}

/** Unchanged progress is not written, so after a silence the pace is 0. */
function paceOf(
  newest: ProgressRow,
  earlier: readonly ProgressRow[],
  count: 'calls' | 'read',
  now: Date,
): number | null {
  if (secondsBetween(newest.at, now) > silenceSeconds) return 0
  const oldest = earlier.at(-1)
  if (oldest === undefined) return null
  const seconds = secondsBetween(oldest.at, newest.at)
  return seconds > 0 ? (newest.body[count] - oldest.body[count]) / seconds : null
}

function secondsBetween(from: Date, until: Date): number {
  return (until.getTime() - from.getTime()) / 1000
}

/** The daily limit that HubSpot last reported to one of these runs; null if it reported none. */
export async function readQuota(
  database: Database,
  runIds: readonly string[],
  since: Date,
): Promise<DailyQuota | null> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ at: Date; daily: NonNullable<ProgressBody['daily']> }>`
      SELECT newest.at, newest.daily
      FROM unnest(${[...runIds]}::bigint[]) AS wanted (run_id)
      CROSS JOIN LATERAL (
        SELECT event.at, event.body -> 'daily' AS daily FROM hubgen.event
        WHERE event.run_id = wanted.run_id AND event.type = 'progress'
        ORDER BY event.number DESC LIMIT 1
      ) AS newest
      WHERE jsonb_typeof(newest.daily) = 'object'
      UNION ALL
      SELECT run.finished_at, jsonb_build_object('permitted', ended.run -> 'daily_permitted',
        'remaining', ended.run -> 'daily_remaining')
      FROM hubgen.run CROSS JOIN LATERAL (SELECT to_jsonb(run.*) AS run) AS ended
      WHERE run.id = ANY(${[...runIds]}::bigint[])
        AND jsonb_typeof(ended.run -> 'daily_remaining') = 'number'
      ORDER BY at DESC NULLS LAST LIMIT 1`.execute(database.kysely),
  )
  const [latest] = rows
  if (latest === undefined) return null
  const { permitted, remaining } = latest.daily
  return { permitted, remaining: latest.at < since ? null : remaining, reportedAt: latest.at }
}
