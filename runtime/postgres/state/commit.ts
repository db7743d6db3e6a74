import type { Transaction } from 'kysely'
import pg from 'pg'
import { machine } from '../../machine.ts'
import type { Database } from '../connection/database.ts'
import { transact } from '../connection/transact.ts'
import { explainDatabaseError } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'

/**
 * Commits one transaction: the writes and, if given, the position that a pass has reached. It may be
 * retried, so writing twice must be harmless.
 */
export type Commit = <T>(
  write: (transaction: Transaction<HubgenTables>) => Promise<T>,
  position?: unknown,
) => Promise<T>

/** How to wait for an unreachable database. */
export interface Patience {
  /** Rejects when the waiting should end. */
  sleep(delayMs: number): Promise<void>
  onRetry(retry: { readonly attempt: number; readonly delayMs: number; readonly why: string }): void
}

/**
 * About a minute in total, as long as a server restart and a lease take. A server that goes away closes all
 * connections at once; the first pause lets the pool notice.
 */
const unreachableDelaysMs = [200, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]
/** Conflicts usually resolve at once; if not, something else is wrong. */
const conflictDelaysMs = [200, 3_000]

/** Deadlocks, serialization failures, and statements or transactions that timed out on either side. */
const conflictStates = /^(?:40|55P03|57014|25P0[234])/

/** Errors that were thrown after all of the delays. */
const exhausted = new WeakSet<Error>()

/** Whether the error was thrown after about a minute of waiting for the database. */
export function wasWaitedFor(error: Error): boolean {
  return exhausted.has(error)
}

const impatient: Patience = { sleep: (delayMs) => machine.pause(delayMs), onRetry() {} }

/**
 * Runs a transaction and retries it after a broken connection or a deadlock. Errors that a user can fix
 * become HubgenErrors; errors of Postgres are rethrown unchanged.
 */
export function commitRetrying<T>(
  database: Database,
  write: (transaction: Transaction<HubgenTables>) => Promise<T>,
  patience?: Patience,
): Promise<T> {
  return retrying(database, () => transact(database).execute(write), patience)
}

/** The same for any idempotent work; without `patience`, three attempts within seconds. */
export async function retrying<T>(
  database: Database,
  work: () => Promise<T>,
  patience?: Patience,
): Promise<T> {
  const { sleep, onRetry } = patience ?? impatient
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work()
    } catch (error) {
      const isConflict = error instanceof pg.DatabaseError && conflictStates.test(error.code ?? '')
      const explained = explainDatabaseError(error, database.label)
      if (!isConflict && explained?.code !== 'DATABASE_UNREACHABLE') throw explained ?? error
      const isPatient = patience !== undefined && !isConflict
      const delayMs = (isPatient ? unreachableDelaysMs : conflictDelaysMs)[attempt - 1]
      if (delayMs === undefined) {
        if (isPatient && explained !== undefined) exhausted.add(explained)
        throw explained ?? error
      }
      const why = explained?.message ?? 'Postgres found a conflict with another transaction'
      onRetry({ attempt, delayMs, why })
      await sleep(delayMs)
    }
  }
}
