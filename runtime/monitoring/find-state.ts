import { sql } from 'kysely'
import { machine } from '../machine.ts'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'

/**
 * The state of hubgen's own tables: `none` before the first migration; `older` if they are from a hubgen
 * without events, checks and recorded drift.
 */
export type StateTables = 'none' | 'older' | 'complete'

/** Creates nothing, unlike `ensureState`, because a read-only role may lack the right to. */
export async function findState(
  database: Database,
): Promise<{ readonly tables: StateTables; readonly now: Date }> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ tables: StateTables; now: Date }>`
      SELECT now(), CASE
        WHEN to_regclass('hubgen.audit') IS NOT NULL THEN 'complete'
        WHEN to_regclass('hubgen.quarantine') IS NOT NULL THEN 'older'
        ELSE 'none'
      END AS tables`.execute(database.kysely),
  )
  return rows[0] ?? { tables: 'none', now: machine.now() }
}
