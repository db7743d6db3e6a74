import { existsSync } from 'node:fs'
import { cwd } from 'node:process'
import { loadEnvironment } from '../../runtime/environment.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { openForTerminal } from '../../runtime/terminal/open-for-terminal.ts'

/** Opens the database that the working directory's settings name, and prints its description. */
export async function openSettingsDatabase(say: (line: string) => void): Promise<Database> {
  const database = await openForTerminal(say)
  say(`Connected to ${database.description}.`)
  return database
}

/** The same without a message. Fails with TABLE_MISSING instead of creating the embedded database. */
export async function openExistingDatabase(entities: readonly string[]): Promise<Database> {
  const settings = readDatabaseSettings(loadEnvironment(cwd()), cwd())
  if (settings.kind === 'embedded' && !existsSync(settings.directory)) {
    throw new HubgenError('TABLE_MISSING', 'there is no database yet', {
      fix: `\`hubgen migrate\`, then \`hubgen sync ${entities.join(' ')}\`; or set DATABASE_URL`,
    })
  }
  return openDatabase(settings)
}
