import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { ensureState } from './state.ts'

/**
 * The names, the entity whose last run ended longest ago first; those that never ran come before all others,
 * in the given order. Runs are ordered by start, as in `readRuns`: by id alone, Postgres might read those of all entities.
 */
export async function waitingLongest(
  database: Database,
  names: readonly string[],
): Promise<readonly string[]> {
  await ensureState(database)
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ name: string }>`
      SELECT name FROM unnest(${sql.val(names)}::text[]) WITH ORDINALITY AS asked (name, place)
      CROSS JOIN LATERAL (
        SELECT (SELECT coalesce(finished_at, started_at) FROM hubgen.run
          WHERE entity = name ORDER BY started_at DESC, id DESC LIMIT 1) AS ended_at
      ) AS last
      ORDER BY ended_at NULLS FIRST, place`.execute(database.kysely),
  )
  return rows.map(({ name }) => name)
}
