import { relative } from 'node:path'
import { loadEnvironment } from '../environment.ts'
import { readHubSpotSettings } from '../hubspot/settings.ts'
import type { Database } from '../postgres/connection/database.ts'
import { openDatabase } from '../postgres/connection/database.ts'
import { readDatabaseSettings } from '../postgres/connection/settings.ts'
import { keepHeapSmall } from './keep-heap-small.ts'

/** Opens the database that the working directory's settings name; an embedded one is told to `say`. */
export async function openForTerminal(say: (line: string) => void): Promise<Database> {
  const directory = process.cwd()
  const settings = readDatabaseSettings(loadEnvironment(directory), directory)
  if (settings.kind === 'embedded') {
    const path = relative(directory, settings.directory)
    say(`No database is set: using the embedded Postgres in ${path}.`)
  }
  return openDatabase(settings)
}

/** What to do once before syncs: fails for settings that are missing or wrong, before anything is started. */
export function prepareForSync(): void {
  keepHeapSmall()
  const directory = process.cwd()
  const environment = loadEnvironment(directory)
  // The settings of HubSpot come first: a missing token is what most people meet.
  readHubSpotSettings(environment, directory)
  readDatabaseSettings(environment, directory)
}

/** The same for a sync. */
export async function openForSync(format: 'json' | 'text'): Promise<Database> {
  prepareForSync()
  return openForTerminal((line) => {
    if (format === 'text') process.stdout.write(`${line}\n`)
  })
}

/**
 * What to type after a sync to see its rows. Not `psql "$DATABASE_URL"`: what .env sets, the reader's shell
 * does not know.
 */
export function nextCommand(queriesPath: string): string {
  const path = relative('', queriesPath)
  return `next: \`npx hubgen database\` opens it for psql; queries are in ${path}`
}
