import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { RunCounts } from '../postgres/state/run-counts.ts'
import { findState } from './find-state.ts'

/** Sums over all finished runs of an entity. */
export interface RunTotals extends RunCounts {
  readonly entity: string
  readonly outcomes: readonly { readonly outcome: string; readonly runs: number }[]
  readonly seconds: number
  readonly calls: number
}

/**
 * One per entity with finished runs. Reads every run, so call it at most a few times a minute: a hundred
 * thousand runs take a twentieth of a second.
 */
export async function readRunTotals(
  database: Database,
  entities: readonly string[],
): Promise<readonly RunTotals[]> {
  if ((await findState(database)).tables === 'none') return []
  const { rows: found } = await explainingErrors(database.label, () =>
    sql<{ kept: boolean }>`
      SELECT to_regclass('hubgen.run_total') IS NOT NULL AS kept`.execute(database.kysely),
  )
  // Runs that were removed because of their age; an older hubgen removed none.
  const removed =
    found[0]?.kept === true
      ? sql`UNION ALL SELECT entity, outcome, runs, seconds, calls, read, inserted, updated, unchanged,
          deleted, rejected_records, rejected_values
        FROM hubgen.run_total WHERE entity = ANY(${[...entities]}::text[])`
      : sql``
  const { rows } = await explainingErrors(database.label, () =>
    sql<RunTotals>`
      SELECT entity,
        jsonb_agg(jsonb_build_object('outcome', outcome, 'runs', runs) ORDER BY outcome) AS outcomes,
        sum(seconds)::float8 AS seconds, sum(calls)::float8 AS calls, sum(read)::float8 AS read,
        sum(inserted)::float8 AS inserted, sum(updated)::float8 AS updated,
        sum(unchanged)::float8 AS unchanged, sum(deleted)::float8 AS deleted,
        sum(rejected_records)::float8 AS "rejectedRecords",
        sum(rejected_values)::float8 AS "rejectedValues"
      FROM (
        SELECT entity, outcome, sum(runs)::float8 AS runs, sum(seconds) AS seconds, sum(calls) AS calls,
          sum(read) AS read, sum(inserted) AS inserted, sum(updated) AS updated,
          sum(unchanged) AS unchanged, sum(deleted) AS deleted,
          sum(rejected_records) AS rejected_records, sum(rejected_values) AS rejected_values
        FROM (
        SELECT entity, outcome, count(*) AS runs, coalesce(sum(seconds), 0) AS seconds,
          sum(calls) AS calls, sum(read) AS read, sum(inserted) AS inserted,
          sum(updated) AS updated, sum(unchanged) AS unchanged, sum(deleted) AS deleted,
          sum(rejected_records) AS rejected_records, sum(rejected_values) AS rejected_values
        FROM hubgen.run
        WHERE entity = ANY(${[...entities]}::text[]) AND outcome IS NOT NULL
        GROUP BY entity, outcome ${removed}
        ) AS summed GROUP BY entity, outcome
      ) AS by_outcome
      GROUP BY entity ORDER BY entity`.execute(database.kysely),
  )
  return rows
}
