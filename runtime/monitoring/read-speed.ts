import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { PastRun } from './copy-status.ts'
import { findState } from './find-state.ts'
import { type PastRunJson, pastRunJson, toPastRun } from './past-run.ts'

/** The speed and cost of an entity's successful runs, and how regularly it is synced. */
export interface RunSpeed {
  /** The newest full run that read a record; null if there is none. */
  readonly full: PastRun | null
  /** Medians of the last ten incremental runs; null if there is none. */
  readonly incremental: IncrementalRuns | null
  /** Of the last three times 24 hours, those in which a full or incremental run began and succeeded. */
  readonly syncedDays: number
}

interface IncrementalRuns {
  /** At most ten. */
  readonly runs: number
  readonly seconds: number
  readonly calls: number
}

interface SpeedRow {
  readonly full: PastRunJson | null
  readonly runs: number
  readonly seconds: number | null
  readonly calls: number | null
  readonly syncedDays: number
}

const nothing: RunSpeed = { full: null, incremental: null, syncedDays: 0 }

/** Reads successful runs only: an interrupted one has no meaningful duration. */
export async function readSpeed(database: Database, entity: string): Promise<RunSpeed> {
  if ((await findState(database)).tables === 'none') return nothing
  const { rows } = await explainingErrors(database.label, () =>
    sql<SpeedRow>`
      SELECT (
        SELECT ${pastRunJson} FROM hubgen.run
        WHERE entity = ${entity} AND mode = 'full' AND outcome = 'succeeded' AND read > 0
        ORDER BY id DESC LIMIT 1
      ) AS full, recent.*, (
        SELECT count(DISTINCT floor(extract(epoch FROM now() - started_at) / 86400))::int
        FROM hubgen.run
        WHERE entity = ${entity} AND mode IN ('full', 'incremental') AND outcome = 'succeeded'
          AND started_at > now() - interval '3 days'
      ) AS "syncedDays"
      FROM (
        SELECT count(*)::int AS runs, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS seconds,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY calls) AS calls
        FROM (
          SELECT seconds, calls::float8 FROM hubgen.run
          WHERE entity = ${entity} AND mode = 'incremental' AND outcome = 'succeeded'
            AND seconds IS NOT NULL
          ORDER BY id DESC LIMIT 10
        ) AS newest
      ) AS recent`.execute(database.kysely),
  )
  const [row] = rows
  if (row === undefined) return nothing
  const { full, runs, seconds, calls, syncedDays } = row
  return {
    full: full === null ? null : toPastRun(full),
    incremental: seconds === null || calls === null ? null : { runs, seconds, calls },
    syncedDays,
  }
}
