import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { isRunId } from './run-id.ts'

/** One line of a run's journal. */
export interface JournalLine {
  readonly number: number
  readonly at: Date
  /** The type of a SyncEvent, or `progress`. */
  readonly type: string
  /** The rest of the event; may contain text from HubSpot but no record values. */
  readonly body: Readonly<Record<string, unknown>>
}

/** The progress of a run at one time. */
export interface ThroughputPoint {
  readonly atMs: number
  readonly pass: string
  /** Records read in this pass; starts over with each pass. */
  readonly read: number
  /** Calls of the run. */
  readonly calls: number
}

/** A chart could not show more points separately. */
const mostPoints = 200

/** More than a run journals: it has a limit for each type of event. */
const mostLines = 5_000

/** All events of a run in order, without its progress. Requires the state tables. */
export async function readStory(
  database: Database,
  runId: string,
): Promise<readonly JournalLine[]> {
  if (!isRunId(runId)) return []
  const { rows } = await explainingErrors(database.label, () =>
    sql<JournalLine>`
      SELECT number, at, type, body FROM hubgen.event
      WHERE run_id = ${runId}::bigint AND type <> 'progress'
      ORDER BY number LIMIT ${sql.lit(mostLines)}`.execute(database.kysely),
  )
  return rows
}

/**
 * At most 200 progress points of a run in order, evenly distributed, including the first and the last.
 * Requires the state tables.
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
