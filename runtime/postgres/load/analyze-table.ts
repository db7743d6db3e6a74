import pg from 'pg'
import type { Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'

/** SQLSTATEs for a read-only role or transaction; such a role uses the existing statistics. */
const notAllowed = new Set(['25006', '42501'])

/**
 * Updates the planner's statistics of a table from a sample of its rows. Does nothing if the role may not,
 * or is not the owner (Postgres only warns about that).
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
