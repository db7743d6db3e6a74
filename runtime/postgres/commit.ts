import { setTimeout as delay } from 'node:timers/promises'
import type { Transaction } from 'kysely'
import pg from 'pg'
import type { Database } from './database.ts'
import { explainDatabaseError, isConnectionError } from './database-error.ts'
import type { HubgenTables } from './hubgen-tables.ts'

/**
 * One transaction: what is written and, where one is given, the position that a pass has reached by it.
 * It may be tried again, so writing twice must be harmless.
 */
export type Commit = <T>(
  write: (transaction: Transaction<HubgenTables>) => Promise<T>,
  position?: unknown,
) => Promise<T>

/**
 * A server that goes away closes all connections at once: the first pause lets the pool notice, the
 * second lets a Neon compute come back.
 */
const retryDelaysMs = [200, 3_000]

/**
 * Runs a transaction, again after a broken connection or a deadlock, twice at most. What a user can mend
 * comes out as a HubgenError, what Postgres refuses as it is.
 */
export async function commitRetrying<T>(
  database: Database,
  write: (transaction: Transaction<HubgenTables>) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await database.kysely.transaction().execute(write)
    } catch (error) {
      const delayMs = retryDelaysMs[attempt]
      if (delayMs === undefined || !isTransient(error)) {
        throw explainDatabaseError(error, database.label) ?? error
      }
      await delay(delayMs)
    }
  }
}

/** Broken connections, and class 40: deadlocks and serialization failures. */
function isTransient(error: unknown): boolean {
  if (error instanceof pg.DatabaseError && error.code?.startsWith('40') === true) return true
  return isConnectionError(error)
}
