import { type Kysely, sql } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'

/** The result of a comparison for a column, a table of links, or whole records (`*`). */
export interface AuditedSubject {
  /** A column, or a table of links without its schema. */
  readonly subject: string
  readonly records: number
  readonly differing: number
  /** Those without a change that explains them. */
  readonly unexplained: number
  readonly mended: number
  readonly exampleId: string | null
}

/**
 * Saves the result of a comparison of values and links under one time by the server's clock. Results of several passes of a run share one time, and writing twice is
 * harmless. `runId` is null for a comparison outside a run.
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
