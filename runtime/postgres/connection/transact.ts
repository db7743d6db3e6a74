import type { TransactionBuilder } from 'kysely'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { Database } from './database.ts'

/** The one place where transactions begin: a test that ends runs at their edges has no other to watch. */
export function transact(database: Database): TransactionBuilder<HubgenTables> {
  return database.kysely.transaction()
}
