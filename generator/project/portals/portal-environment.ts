import { type Environment, withEnvFile } from '../../../runtime/environment.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { readSecret, secretNames } from './portal-secrets.ts'
import { readNamedDatabase } from './read-named-database.ts'

/** The variables in which secrets of the file are searched: the process's own, and `.env` next to the file. */
export function searchedEnvironment(
  { directory }: Pick<PortalsFile, 'directory'>,
  environment: Environment,
): Environment {
  return withEnvFile(directory, environment)
}

/** Another setting of the database would take precedence over DATABASE_URL, in the environment or in `.env`. */
const otherDatabase = ['NEON_HOST', 'NEON_DATABASE', 'NEON_USER', 'NEON_PASSWORD', 'NEON_PORT']

/**
 * The environment of a command for one portal: the variables of `environment` and of both `.env` files without any secret
 * of the portals file, and this portal's token and database. The portal's own `.env` takes precedence over the one next
 * to the portals file. Without a token, HubSpot cannot be called. Fails with SECRET_MISSING, or if
 * the secret is no URL of a database.
 */
export function portalEnvironment(
  file: PortalsFile,
  portal: Portal,
  environment: Environment,
  token: string | null,
): Environment {
  const { databaseFrom, name, portalId } = portal
  const searched = searchedEnvironment(file, environment)
  const database = readSecret(file, databaseFrom, searched, `the database of \`${name}\``)
  readNamedDatabase(databaseFrom, database)
  const secrets = secretNames(file)
  const shared = Object.entries(settingsOf(file, portal, environment)).filter(
    ([variable]) => !secrets.has(variable),
  )
  return {
    ...Object.fromEntries(shared),
    // Empty variables count as not set, and keep `.env` from setting them.
    ...Object.fromEntries(otherDatabase.map((variable) => [variable, ''])),
    DATABASE_URL: database,
    HUBGEN_DATABASE_FROM: databaseFrom,
    HUBSPOT_API_TOKEN: token ?? '',
    HUBGEN_TOKEN_FROM: portal.token.kind === 'token' ? portal.token.tokenFrom : '',
    HUBGEN_REFRESH_TOKEN_FROM: portal.token.kind === 'oauth' ? portal.token.refreshTokenFrom : '',
    HUBGEN_PORTAL: name,
    HUBGEN_PORTAL_ID: String(portalId),
    HUBGEN_SHARES_FILES: portal.generated === null ? '' : 'yes',
  }
}

/** The settings that are not secret, such as HUBSPOT_API_URL. */
export function settingsOf(
  file: Pick<PortalsFile, 'directory'>,
  { folder }: Portal,
  environment: Environment,
): Environment {
  return withEnvFile(file.directory, withEnvFile(folder, environment))
}

/** The arguments of a command line for one portal: in the folder of generated files that it shares, if any. */
export function portalArguments({ generated }: Portal, args: readonly string[]): readonly string[] {
  const chosen = args.some((word) => /^(?:-d.*|--directory(?:=.*)?)$/s.test(word))
  return generated === null || chosen ? args : [...args, '--directory', generated]
}
