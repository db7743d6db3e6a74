import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainDatabaseError } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { lockNotAvailable, tableBusy } from './migration-error.ts'
import { type LockPatience, lockWait, retryLocks } from './retry-locks.ts'

/** The statements that change the tables; rejects if that is not safe. */
export type PlanChange = (kysely: Kysely<HubgenTables>) => Promise<readonly string[]>

/**
 * Changes a table of others in one transaction. Its lock is there before `plan` reads the catalogue, so that
 * nothing changes in between. A busy table is tried again, as by `migrate`. The table is as written in SQL; null if there is none.
 */
export async function adoptTable(
  database: Database,
  table: string | null,
  plan: PlanChange,
  patience?: LockPatience,
): Promise<void> {
  const adopt = () =>
    transact(database).execute(async (transaction) => {
      await sql`SET LOCAL lock_timeout = ${sql.lit(lockWait)}`.execute(transaction)
      if (table !== null) {
        await sql.raw(`LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`).execute(transaction)
      }
      for (const statement of await plan(transaction)) await sql.raw(statement).execute(transaction)
    })
  try {
    await retryLocks(adopt, patience)
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    if (error.code === lockNotAvailable)
      throw tableBusy(error, table ?? database.description, 'adopt')
    throw (
      explainDatabaseError(error, database.label) ?? refused(error, table ?? database.description)
    )
  }
}

function refused(cause: pg.DatabaseError, table: string): HubgenError {
  return new HubgenError(
    'TABLE_NOT_ADOPTED',
    `Postgres refused with SQLSTATE ${cause.code}: ${cause.message}; nothing was changed`,
    {
      at: table,
      fix: 'remove what it names, then run `hubgen adopt` again; or rename the table, and `hubgen migrate` makes a new one',
      cause,
    },
  )
}
