import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { CheckResult } from './judge-checks.ts'

/**
 * Keeps the results of one checking under one time, by the server's clock, and lets go of those of more than a
 * year ago. Gives the time. The state tables are there.
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
      ), pruned AS (
        DELETE FROM hubgen.check_result
        WHERE entity = ${entity} AND checked_at < now() - interval '1 year'
      )
      SELECT now()`.execute(database.kysely),
  )
  return written.rows[0]?.now ?? new Date()
}
