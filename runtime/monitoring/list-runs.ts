import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { PastRun } from './copy-status.ts'
import { type PastRunJson, pastRunJson, toPastRun } from './past-run.ts'
import { isRunId } from './run-id.ts'

/** A run of the history, including the active one. */
export interface ListedRun extends Omit<PastRun, 'outcome'> {
  readonly entity: string
  /** `running` while it is active, otherwise as in PastRun. */
  readonly outcome: string
}

interface ListedRow {
  readonly entity: string
  readonly running: boolean
  readonly run: PastRunJson
}

/** Newest first; `before` is the last id of the previous page. Requires the state tables. */
export async function listRuns(
  database: Database,
  entity: string,
  { before, limit }: { readonly before?: string; readonly limit: number },
): Promise<readonly ListedRun[]> {
  if (before !== undefined && !isRunId(before)) return []
  const older = before === undefined ? sql`true` : sql`run.id < ${before}::bigint`
  const { rows } = await explainingErrors(database.label, () =>
    sql<ListedRow>`
      ${listed} WHERE run.entity = ${entity} AND ${older}
      ORDER BY run.id DESC LIMIT ${limit}`.execute(database.kysely),
  )
  return rows.map(toListed)
}

/** One run; null if there is no run with this id. Requires the state tables. */
export async function readRun(database: Database, runId: string): Promise<ListedRun | null> {
  if (!isRunId(runId)) return null
  const { rows } = await explainingErrors(database.label, () =>
    sql<ListedRow>`${listed} WHERE run.id = ${runId}::bigint`.execute(database.kysely),
  )
  const [found] = rows
  return found === undefined ? null : toListed(found)
}

const listed = sql`
  SELECT run.entity, ${pastRunJson} AS run, lease.run_id IS NOT NULL AS running
  FROM hubgen.run LEFT JOIN hubgen.lease
    ON lease.run_id = run.id AND lease.entity = run.entity AND lease.expires_at > now()`

function toListed({ entity, running, run }: ListedRow): ListedRun {
  const past = toPastRun(run)
  return { ...past, entity, outcome: running ? 'running' : past.outcome }
}
