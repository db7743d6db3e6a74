import { relative } from 'node:path'
import { loadEnvironment } from '../environment.ts'
import { readHubSpotSettings } from '../hubspot/client/settings.ts'
import type { Database } from '../postgres/connection/database.ts'
import { openDatabase } from '../postgres/connection/database.ts'
import { isExposed, readDatabaseSettings } from '../postgres/connection/settings.ts'
import { keepHeapSmall } from './keep-heap-small.ts'
import { print } from './print.ts'

/** Opens the database from the working directory's settings; calls `say` if it is the embedded one or reached without TLS. */
export async function openForTerminal(say: (line: string) => void): Promise<Database> {
  const directory = process.cwd()
  const settings = readDatabaseSettings(loadEnvironment(directory), directory)
  if (settings.kind === 'embedded') {
    const path = relative(directory, settings.directory)
    say(`No database is set: using the embedded Postgres in ${path}.`)
  }
  if (isExposed(settings)) {
    say(
      'Warning: no TLS, as `sslmode=disable` says, so records and the password cross the network unencrypted. Turn TLS on in the server and remove it.',
    )
  }
  return openDatabase(settings)
}

/** Call once before syncs: fails for missing or invalid settings before anything starts. */
export function prepareForSync(): void {
  keepHeapSmall()
  const directory = process.cwd()
  const environment = loadEnvironment(directory)
  // HubSpot's settings come first, because a missing token is the most frequent problem.
  readHubSpotSettings(environment, directory)
  readDatabaseSettings(environment, directory)
}

/** Like `openForTerminal`, for a sync. */
export async function openForSync(format: 'json' | 'text'): Promise<Database> {
  prepareForSync()
  return openForTerminal((line) => {
    if (format === 'text') print(line)
  })
}

/**
 * The command to see the rows after a sync. Not `psql "$DATABASE_URL"`, because the reader's shell does not
 * have the variables of .env.
 */
export function nextCommand(queriesPath: string): string {
  const path = relative('', queriesPath)
  return `\`hubgen database\` opens the database for psql; queries are in ${path}`
}
