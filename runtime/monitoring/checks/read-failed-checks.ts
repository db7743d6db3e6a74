import { sql } from 'kysely'
import type { Database } from '../../postgres/connection/database.ts'
import { explainingErrors } from '../../postgres/database-error.ts'

/** A check that failed when the entity was last checked. */
export interface FailedCheck {
  readonly checkName: string
  /** As in `CheckSeries`; may contain text from HubSpot. */
  readonly subject: string
}

/** Enough for a summary; the page about quality shows all. */
const mostNamed = 3

/** By entity name, sorted, at most three each; entities without a failed check are left out. */
export async function readFailedChecks(
  database: Database,
  entities: readonly string[],
): Promise<ReadonlyMap<string, readonly FailedCheck[]>> {
  if (entities.length === 0) return new Map()
  const { rows } = await explainingErrors(database.label, () =>
    sql<FailedCheck & { entity: string }>`
      SELECT wanted.entity, failed.* FROM unnest(${[...entities]}::text[]) AS wanted (entity)
      CROSS JOIN LATERAL (
        SELECT check_name AS "checkName", subject FROM hubgen.check_result AS result
        WHERE result.entity = wanted.entity AND NOT result.passed AND result.checked_at = (
          SELECT max(checked_at) FROM hubgen.check_result WHERE check_result.entity = wanted.entity
        )
        ORDER BY check_name, subject LIMIT ${sql.lit(mostNamed)}
      ) AS failed`.execute(database.kysely),
  )
  return Map.groupBy(rows, ({ entity }) => entity)
}
