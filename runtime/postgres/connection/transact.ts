import type { TransactionBuilder } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { Database } from './database.ts'

/** The only place where transactions begin, so that tests can stop a run at each of them. */
export function transact(database: Database): TransactionBuilder<HubgenTables> {
  return database.kysely.transaction()
}
