import pg from 'pg'
import type { Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'

/** What a role that may only read is told: it reads the statistics that there are. */
const notAllowed = new Set(['25006', '42501'])

/**
 * Brings the planner's statistics of a table up to date, from a sample of its rows. Does nothing where the role
 * may not, or is not the owner, which Postgres only warns of.
 */
export async function analyzeTable(
  database: Database,
  entity: Pick<Entity, 'table'>,
): Promise<void> {
  const { schema, name } = tableOf(entity)
  await explainingErrors(database.label, () =>
    database
      .runAlone(`ANALYZE ${quoteIdentifier(schema)}.${quoteIdentifier(name)}`)
      .catch((error: unknown) => {
        if (error instanceof pg.DatabaseError && notAllowed.has(error.code ?? '')) return
        throw error
      }),
  )
}
