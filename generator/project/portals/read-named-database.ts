import { HubgenError } from '../../../runtime/errors.ts'
import {
  readDatabaseSettings,
  type ServerSettings,
} from '../../../runtime/postgres/connection/settings.ts'

/** The settings in the URL of a secret. Errors have the name of the secret, and never the URL. */
export function readNamedDatabase(name: string, url: string): ServerSettings {
  const settings = readDatabaseSettings({ DATABASE_URL: url, HUBGEN_DATABASE_FROM: name }, '')
  if (settings.kind === 'server') return settings
  throw new HubgenError('DATABASE_SETTINGS_INVALID', `${name} is not a Postgres URL`, {
    at: name,
    fix: 'write `postgres://user:password@host/database`',
  })
}
