import { HubgenError } from '../../../runtime/errors.ts'
import {
  readDatabaseSettings,
  type ServerSettings,
} from '../../../runtime/postgres/connection/settings.ts'

/** The settings in the URL of a secret. Errors have the name of the secret instead of DATABASE_URL, and never the URL. */
export function readNamedDatabase(name: string, url: string): ServerSettings {
  try {
    const settings = readDatabaseSettings({ DATABASE_URL: url }, '')
    if (settings.kind === 'server') return settings
  } catch (error) {
    if (!(error instanceof HubgenError)) throw error
    const named = (text: string) => text.replaceAll('DATABASE_URL', name)
    // NEON_PASSWORD is for the one database of a project.
    const fix = named(error.fix ?? '').replace(/; or set NEON_PASSWORD.*$/s, '')
    throw new HubgenError(error.code, named(error.message), { at: name, fix })
  }
  throw new HubgenError('DATABASE_SETTINGS_INVALID', `${name} is not a Postgres URL`, {
    at: name,
    fix: 'write `postgres://user:password@host/database`',
  })
}
