import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { isRunId } from './run-id.ts'

/** One line of a run's journal. */
export interface JournalLine {
  readonly number: number
  readonly at: Date
  /** Of a SyncEvent, or `progress`. */
  readonly type: string
  /** The rest of the event; text of HubSpot's may be in it, values of records are not. */
  readonly body: Readonly<Record<string, unknown>>
}

/** How far a run was at a time. */
export interface ThroughputPoint {
  readonly atMs: number
  readonly pass: string
  /** In this pass: it starts again with each. */
  readonly read: number
  /** In the run. */
  readonly calls: number
}

/** A chart has no more pixels that people could tell apart. */
const mostPoints = 200

/** What happened in a run, in order, from the line after `after` on. The state tables are there. */
export async function readEvents(
  database: Database,
  runId: string,
  { after = 0, limit }: { readonly after?: number; readonly limit: number },
): Promise<readonly JournalLine[]> {
  if (!isRunId(runId)) return []
  const { rows } = await explainingErrors(database.label, () =>
    sql<JournalLine>`
      SELECT number, at, type, body FROM hubgen.event
      WHERE run_id = ${runId}::bigint AND number > ${after}
      ORDER BY number LIMIT ${limit}`.execute(database.kysely),
  )
  return rows
}

/**
 * At most 200 points of a run in order, evenly among its rows of progress, the first and the last of them
 * included. The state tables are there.
 */
export async function readThroughput(
  database: Database,
  runId: string,
): Promise<readonly ThroughputPoint[]> {
  if (!isRunId(runId)) return []
  const steps = sql.lit(mostPoints - 1)
  const { rows } = await explainingErrors(database.label, () =>
    sql<ThroughputPoint>`
      SELECT floor(extract(epoch FROM at) * 1000)::float8 AS "atMs", body ->> 'pass' AS pass,
        (body -> 'read')::float8 AS read, (body -> 'calls')::float8 AS calls
      FROM (
        SELECT event.*, row_number() OVER (ORDER BY number) AS place, count(*) OVER () AS rows
        FROM hubgen.event WHERE run_id = ${runId}::bigint AND type = 'progress'
      ) AS numbered
      WHERE place = 1 OR place * ${steps} / rows > (place - 1) * ${steps} / rows
      ORDER BY number`.execute(database.kysely),
  )
  return rows
}
