import { resolve } from 'node:path'
import type { Environment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { isLoopback } from '../../../runtime/loopback.ts'
import { readDatabaseSettings } from '../../../runtime/postgres/connection/settings.ts'
import { readConfig } from '../../config/read-config.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { DEFAULT_SCHEMA } from '../../model/schema-name.ts'
import { searchedEnvironment } from './portal-environment.ts'
import { readSecret } from './portal-secrets.ts'

/** Portals whose tables would be the same ones. */
interface SharedDatabase {
  readonly portals: readonly Portal[]
  readonly schema: string
}

/**
 * Portals of the file that have one database and schema, compared by what their variables contain. With `concerned`, only
 * those that include this portal. Portals whose secret is missing or is no URL are left out.
 */
export async function findSharedDatabases(
  file: PortalsFile,
  environment: Environment,
  concerned?: Portal,
): Promise<readonly SharedDatabase[]> {
  const searched = searchedEnvironment(file, environment)
  const byDatabase = Map.groupBy(file.portals.values(), (portal) =>
    databaseOf(file, portal, searched),
  )
  const shared: SharedDatabase[] = []
  for (const [database, portals] of byDatabase) {
    if (database === null || portals.length < 2) continue
    if (concerned !== undefined && !portals.includes(concerned)) continue
    const schemas = await Promise.all(portals.map(schemaOf))
    const bySchema = Map.groupBy(portals, (_, index) => schemas[index] ?? DEFAULT_SCHEMA)
    for (const [schema, same] of bySchema) {
      if (same.length > 1) shared.push({ portals: same, schema })
    }
  }
  return concerned === undefined
    ? shared
    : shared.filter(({ portals }) => portals.includes(concerned))
}

/** Fails with DATABASE_SHARED if another portal has this portal's tables. */
export async function checkOwnDatabase(
  file: PortalsFile,
  portal: Portal,
  environment: Environment,
): Promise<void> {
  const [shared] = await findSharedDatabases(file, environment, portal)
  if (shared !== undefined) throw databaseShared(file, shared)
}

export function databaseShared(file: PortalsFile, shared: SharedDatabase): HubgenError {
  const names = shared.portals.map(({ name }) => `\`${name}\``).join(', ')
  const variables = shared.portals.map(({ databaseFrom }) => databaseFrom)
  return new HubgenError(
    'DATABASE_SHARED',
    `the portals ${names} have one database and schema (\`${shared.schema}\`), so each would overwrite the rows of the others`,
    {
      at: `${file.path}: ${[...new Set(variables)].join(', ')}`,
      fix: 'give each portal a database of its own: `CREATE DATABASE …`, and another URL for it',
    },
  )
}

/** Host, port and name as one text, which never leaves this file. */
function databaseOf(file: PortalsFile, portal: Portal, environment: Environment): string | null {
  try {
    const url = readSecret(file, portal.databaseFrom, environment, '')
    const settings = readDatabaseSettings({ DATABASE_URL: url }, '')
    if (settings.kind === 'embedded') return null
    return JSON.stringify([hostOf(settings.host), settings.port, settings.database])
  } catch (error) {
    if (error instanceof HubgenError) return null
    throw error
  }
}

/** Where Postgres has its sockets by default; a proxy of a cloud has other folders, one per server. */
const socketFolders: ReadonlySet<string> = new Set([
  '/run/postgresql',
  '/tmp',
  '/var/run/postgresql',
])

/** Neon's pooled address and its direct one are the same server, and so are a socket and the address of this machine. */
function hostOf(host: string): string {
  if (host.startsWith('/')) return socketFolders.has(resolve(host)) ? 'localhost' : resolve(host)
  const name = host.toLowerCase().replace(/\.$/, '')
  if (isLoopback(name)) return 'localhost'
  return name.endsWith('.neon.tech') ? name.replace(/^([^.]+)-pooler\./, '$1.') : name
}

async function schemaOf({ folder }: Portal): Promise<string> {
  return (await readConfig(folder))?.schema ?? DEFAULT_SCHEMA
}
