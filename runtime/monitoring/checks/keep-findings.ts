import { sql } from 'kysely'
import { machine } from '../../machine.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { stripUnstorable } from '../../values/strip-unstorable.ts'
import type { RecordedDrift } from '../read-drift.ts'
import type { CheckResult } from './judge-checks.ts'
import type { MeasuredProperty } from './measure-properties.ts'

/**
 * Saves the results of one check run under one time by the server's clock, and returns the time. Requires the state tables.
 */
export async function writeCheckResults(
  database: Database,
  entity: string,
  results: readonly CheckResult[],
): Promise<Date> {
  const rows = JSON.stringify(
    results.map(({ checkName, exampleId, ageSeconds, ...result }) => ({
      subject: result.subject,
      records: result.records,
      failing: result.failing,
      bound: result.bound,
      passed: result.passed,
      check_name: checkName,
      example_id: exampleId,
      age_seconds: ageSeconds,
    })),
  )
  const written = await explainingErrors(database.label, () =>
    sql<{ now: Date }>`
      WITH stored AS (
        INSERT INTO hubgen.check_result (entity, checked_at, check_name, subject, records, failing,
          example_id, age_seconds, bound, passed)
        SELECT ${entity}, now(), check_name, subject, records, failing, example_id, age_seconds, bound, passed
        FROM json_to_recordset(${rows}::json) AS found (check_name text, subject text, records bigint,
          failing bigint, example_id bigint, age_seconds float8, bound float8, passed boolean)
      )
      SELECT now()`.execute(database.kysely),
  )
  return written.rows[0]?.now ?? machine.now()
}

/** Replaces earlier drift of these entities; other entities keep theirs. Requires the state tables. */
export async function writeDrift(
  database: Database,
  found: readonly Omit<RecordedDrift, 'lookedAt'>[],
): Promise<void> {
  const rows = JSON.stringify(
    found.map(({ entity, drifts, migration }) => ({
      entity,
      drifts: drifts.map((drift) => ({ ...drift, text: stripUnstorable(drift.text).text })),
      migration: migration === null ? null : stripUnstorable(migration).text,
    })),
  )
  await explainingErrors(database.label, () =>
    sql`
      INSERT INTO hubgen.drift (entity, looked_at, drifts, migration)
      SELECT entity, now(), drifts, migration
      FROM json_to_recordset(${rows}::json) AS found (entity text, drifts jsonb, migration text)
      ON CONFLICT (entity) DO UPDATE SET looked_at = excluded.looked_at,
        drifts = excluded.drifts, migration = excluded.migration`.execute(database.kysely),
  )
}

/** Replaces earlier measurements of an entity, removing properties that are gone. Requires the state tables. */
export async function writePropertyUse(
  database: Database,
  entity: string,
  measured: readonly MeasuredProperty[],
): Promise<void> {
  // Two names that Postgres cannot distinguish share a row, as in the table of labels.
  const byName = new Map(measured.map((one) => [stripUnstorable(one.property).text, one]))
  const rows = JSON.stringify(
    [...byName].map(([property, { column, records, filled, distinctValues, lastWrittenAt }]) => ({
      property,
      records,
      filled,
      column_name: stripUnstorable(column).text,
      distinct_values: distinctValues,
      last_written_at: lastWrittenAt,
    })),
  )
  await explainingErrors(database.label, () =>
    sql`
      WITH measured AS (
        SELECT * FROM json_to_recordset(${rows}::json) AS found (property text, column_name text,
          records bigint, filled bigint, distinct_values bigint, last_written_at timestamptz)
      ), gone AS (
        DELETE FROM hubgen.property_use
        WHERE entity = ${entity} AND property NOT IN (SELECT property FROM measured)
      )
      INSERT INTO hubgen.property_use (entity, property, column_name, measured_at, records, filled,
        distinct_values, last_written_at)
      SELECT ${entity}, property, column_name, now(), records, filled, distinct_values, last_written_at
      FROM measured
      ON CONFLICT (entity, property) DO UPDATE SET column_name = excluded.column_name,
        measured_at = excluded.measured_at, records = excluded.records, filled = excluded.filled,
        distinct_values = excluded.distinct_values, last_written_at = excluded.last_written_at`.execute(
      database.kysely,
    ),
  )
}
