import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'

/** The facts that a watcher adds to a run that has ended. */
export interface QuietRun {
  readonly runId: string
  /** How long the watcher writes nothing unless something is new; null if the next round writes again. */
  readonly quietSeconds: number | null
  /** Looks at HubSpot since the entity's run before, and their calls. */
  readonly looks: number
  readonly calls: number
}

/** Writes once for all runs of a round. */
export async function writeQuiet(database: Database, runs: readonly QuietRun[]): Promise<void> {
  if (runs.length === 0) return
  const rows = JSON.stringify(
    runs.map(({ runId, quietSeconds, looks, calls }) => ({
      id: runId,
      seconds: quietSeconds,
      looks,
      calls,
    })),
  )
  await explainingErrors(database.label, () =>
    sql`UPDATE hubgen.run SET quiet_until = now() + make_interval(secs => quiet.seconds),
      quiet_looks = quiet.looks, quiet_calls = quiet.calls
    FROM json_to_recordset(${rows}::json)
      AS quiet (id bigint, seconds double precision, looks bigint, calls bigint)
    WHERE run.id = quiet.id`.execute(database.kysely),
  )
}
