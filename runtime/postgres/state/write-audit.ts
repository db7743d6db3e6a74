import { type Kysely, sql } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'

/** The result of a comparison for a column, for a table of links, or for records as a whole (`*`). */
export interface AuditedSubject {
  readonly subject: string
  readonly records: number
  readonly differing: number
  readonly unexplained: number
  readonly mended: number
  readonly exampleId: string | null
}

/**
 * Keeps the result of a comparison of values and links, under one time by the server's clock, and lets go of
 * those of more than a year ago. What passes of one run found stands under one time, and writing it twice is
 * harmless. `runId` null: of a look that was asked for.
 */
export async function writeAudit(
  database: Kysely<HubgenTables>,
  entity: string,
  runId: string | null,
  subjects: readonly AuditedSubject[],
): Promise<void> {
  const rows = JSON.stringify(
    subjects.map(({ exampleId, ...one }) => ({ ...one, example: exampleId })),
  )
  await sql`
    WITH pruned AS (
      DELETE FROM hubgen.audit WHERE entity = ${entity} AND audited_at < now() - interval '1 year'
    )
    INSERT INTO hubgen.audit AS stored
      (entity, audited_at, subject, run_id, records, differing, unexplained, mended, example_id)
    SELECT ${entity}, coalesce((
        SELECT max(earlier.audited_at) FROM hubgen.audit AS earlier
        WHERE earlier.entity = ${entity} AND earlier.run_id = ${runId}::bigint
      ), now()), subject, ${runId}::bigint, records, differing, unexplained, mended, example
    FROM json_to_recordset(${rows}::json) AS found (subject text, records bigint, differing bigint,
      unexplained bigint, mended bigint, example bigint)
    ON CONFLICT (entity, audited_at, subject) DO UPDATE
    SET records = greatest(stored.records, excluded.records),
      differing = greatest(stored.differing, excluded.differing),
      unexplained = greatest(stored.unexplained, excluded.unexplained),
      mended = greatest(stored.mended, excluded.mended),
      example_id = coalesce(stored.example_id, excluded.example_id)`.execute(database)
}
