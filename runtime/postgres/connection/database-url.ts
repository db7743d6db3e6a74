import { HubgenError } from '../../errors.ts'

/** What a connection URL says; absent parts are undefined. */
export interface DatabaseUrl {
  /** Without brackets around an IPv6 address. */
  readonly host: string
  readonly port: string | undefined
  readonly database: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly sslMode: string | undefined
  readonly rootCertificatePath: string | undefined
}

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`, or with `?host=/directory`
 * for a Unix socket. Other parameters, such as Neon's `channel_binding`, are of no effect.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  try {
    // Postgres takes a login without a host, WHATWG URLs do not.
    const parsed = new URL(url.replace('@/', '@localhost/'))
    if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') throw invalidUrl()
    const parameter = (name: string) => parsed.searchParams.get(name) || undefined
    const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
    // A list of hosts is for failover, which needs a proxy here.
    if (host.includes(',')) throw invalidUrl()
    return {
      host: parameter('host') ?? decodePart(host) ?? 'localhost',
      port: parsed.port || parameter('port'),
      database: decodePart(parsed.pathname.slice(1)),
      user: decodePart(parsed.username) ?? parameter('user'),
      password: decodePart(parsed.password),
      sslMode: parameter('sslmode'),
      rootCertificatePath: parameter('sslrootcert'),
    }
  } catch {
    throw invalidUrl()
  }
}

function decodePart(part: string): string | undefined {
  return part === '' ? undefined : decodeURIComponent(part)
}

// Neither the URL nor the cause is shown: both hold the password.
function invalidUrl(): HubgenError {
  return new HubgenError('DATABASE_SETTINGS_INVALID', 'DATABASE_URL is not a Postgres URL', {
    at: 'environment or .env',
    fix: 'write `postgres://user:password@host/database`, with `%` escapes for special characters in the password',
  })
}
