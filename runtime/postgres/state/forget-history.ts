import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import type { RunIdentity } from './state.ts'

const usualKeptMs = 90 * 86_400_000
/** A run with its events is up to some thousand rows. */
const batchRuns = 200
/** The rest is left to the next day. */
const mostBatches = 50
/** The status shows the rhythm of the newest runs, and the usual duration of the newest good ones. */
const keptRuns = 15

/**
 * Removes runs, events, audits and results of checks that are older than this, in short transactions: those of an
 * entity, and of all that have no daily part. Some stay at any age because they are still needed: the newest runs of
 * each mode and outcome, runs that another table refers to, and the newest audit and check. Sums of removed runs are
 * kept in `hubgen.run_total`. Rejects as `pg` does.
 */
export async function forgetHistory(
  database: Database,
  { entity }: Pick<RunIdentity, 'entity'>,
  keptMs: number = usualKeptMs,
): Promise<void> {
  // Resources have no daily part of their own.
  const { rows } = await sql<{ entity: string }>`
    SELECT DISTINCT entity FROM hubgen.pass WHERE entity <> ${entity}
      AND entity NOT IN (SELECT entity FROM hubgen.pass WHERE pass = 'look_back')`.execute(
    database.kysely,
  )
  for (const one of [entity, ...rows.map((row) => row.entity)]) await forget(database, one, keptMs)
}

async function forget(database: Database, entity: string, keptMs: number): Promise<void> {
  const { kysely } = database
  const before = sql`now() - make_interval(secs => ${keptMs / 1000})`
  await sql`DELETE FROM hubgen.check_result WHERE entity = ${entity} AND checked_at < ${before}
    AND checked_at < (SELECT max(checked_at) FROM hubgen.check_result WHERE entity = ${entity})`.execute(
    kysely,
  )
  await sql`DELETE FROM hubgen.audit WHERE entity = ${entity} AND audited_at < ${before}
    AND audited_at < (SELECT max(audited_at) FROM hubgen.audit WHERE entity = ${entity})`.execute(
    kysely,
  )
  const old = sql`run.entity = ${entity} AND run.started_at < ${before} AND run.outcome IS NOT NULL`
  const isFree = sql.join(await referring(database), sql` AND `)
  // Found once, because this reads all runs of the entity.
  const newest = await newestOfEachKind(database, entity)
  for (let batch = 0; batch < mostBatches; batch++) {
    const { rows } = await sql<{ removed: number }>`
      WITH removed AS (
        DELETE FROM hubgen.run WHERE id IN (
          SELECT run.id FROM hubgen.run WHERE ${old} AND ${isFree}
            AND run.id <> ALL (${newest}::bigint[])
          ORDER BY run.started_at LIMIT ${sql.lit(batchRuns)}
        ) RETURNING *
      ), summed AS (
        INSERT INTO hubgen.run_total AS total
        SELECT entity, outcome, count(*), coalesce(sum(seconds), 0), sum(calls), sum(read),
          sum(inserted), sum(updated), sum(unchanged), sum(deleted), sum(rejected_records),
          sum(rejected_values)
        FROM removed GROUP BY entity, outcome
        ON CONFLICT (entity, outcome) DO UPDATE SET runs = total.runs + excluded.runs,
          seconds = total.seconds + excluded.seconds, calls = total.calls + excluded.calls,
          read = total.read + excluded.read, inserted = total.inserted + excluded.inserted,
          updated = total.updated + excluded.updated, unchanged = total.unchanged + excluded.unchanged,
          deleted = total.deleted + excluded.deleted,
          rejected_records = total.rejected_records + excluded.rejected_records,
          rejected_values = total.rejected_values + excluded.rejected_values
      )
      SELECT count(*)::int AS removed FROM removed`.execute(kysely)
    if ((rows[0]?.removed ?? 0) < batchRuns) break
  }
  // Of runs that stay, only the events go.
  await sql`DELETE FROM hubgen.event WHERE run_id IN (
    SELECT run.id FROM hubgen.run WHERE ${old} ORDER BY run.started_at DESC LIMIT ${sql.lit(batchRuns)}
  )`.execute(kysely)
}

/** By mode and outcome. */
async function newestOfEachKind({ kysely }: Database, entity: string): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    SELECT id FROM (
      SELECT id, row_number() OVER (PARTITION BY mode, outcome ORDER BY id DESC) AS place
      FROM hubgen.run WHERE entity = ${entity}
    ) AS ranked WHERE place <= ${sql.lit(keptRuns)}`.execute(kysely)
  return rows.map(({ id }) => id)
}

/** One condition per table that refers to runs and keeps them. */
async function referring({ kysely }: Database) {
  const { rows } = await sql<{ schema: string; name: string; column: string }>`
    SELECT nspname AS schema, relname AS name, attname AS "column"
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    JOIN pg_namespace ON pg_namespace.oid = relnamespace
    JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
    WHERE contype = 'f' AND confrelid = 'hubgen.run'::regclass AND confdeltype <> 'c'`.execute(
    kysely,
  )
  return rows.map(
    ({ schema, name, column }) =>
      sql`NOT EXISTS (SELECT FROM ${sql.id(schema, name)} AS other
        WHERE ${sql.ref(`other.${column}`)} = run.id)`,
  )
}
