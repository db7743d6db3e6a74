import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { ensureState } from './state.ts'

/**
 * The names, the entity whose copy is oldest first; those that never ran come before all others, in the given order. An
 * entity whose last run did not succeed counts from the end of that run: a first load that a slice ended goes behind
 * the entities that have waited since, although its copy is the oldest, and so does one that fails every time. Runs are
 * ordered by start, as in `readRuns`: by id alone, Postgres might read those of all entities.
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
        SELECT (SELECT CASE outcome WHEN 'succeeded' THEN coalesce((
              SELECT fresh_as_of FROM hubgen.freshness
              WHERE freshness.entity = name AND part = 'stamped'), '-infinity')
            ELSE coalesce(finished_at, started_at) END
          FROM hubgen.run WHERE entity = name ORDER BY started_at DESC, id DESC LIMIT 1) AS since
      ) AS last
      ORDER BY since NULLS FIRST, place`.execute(database.kysely),
  )
  return rows.map(({ name }) => name)
}
