import { sql } from 'kysely'
import type { Database } from './database.ts'

/** Whether the database answers now; never fails. */
export async function isAnswering(database: Database): Promise<boolean> {
  try {
    await sql`SELECT 1`.execute(database.kysely)
    return true
  } catch {
    return false
  }
}
