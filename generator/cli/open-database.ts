import type { Database } from '../../runtime/postgres/connection/database.ts'
import { openForTerminal } from '../../runtime/terminal/open-for-terminal.ts'

/** Opens the database that the working directory's settings name, and prints its description. */
export async function openSettingsDatabase(say: (line: string) => void): Promise<Database> {
  const database = await openForTerminal(say)
  say(`Connected to ${database.description}.`)
  return database
}
