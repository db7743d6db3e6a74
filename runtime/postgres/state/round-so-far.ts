import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'

/** A round that takes several slices, by the clock of the portal's database. */
export interface RoundSoFar {
  readonly since: string
  /** The entities whose last run ended in this round, and not because its time was over. */
  readonly ended: ReadonlySet<string>
}

/** The round that began at a time, or the one that begins now. */
export async function readRound(
  database: Database,
  names: readonly string[],
  since: string | null,
): Promise<RoundSoFar> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ now: Date; ended: readonly string[] }>`
      SELECT now(), ARRAY(
        SELECT name FROM unnest(${sql.val(names)}::text[]) AS asked (name)
        WHERE (SELECT finished_at >= ${since}::timestamptz
            AND outcome NOT IN ('cancelled', 'interrupted', 'limited')
          FROM hubgen.run WHERE entity = name ORDER BY started_at DESC, id DESC LIMIT 1)
      ) AS ended`.execute(database.kysely),
  )
  const [{ now = new Date(0), ended = [] } = {}] = rows
  return { since: since ?? now.toISOString(), ended: new Set(ended) }
}
