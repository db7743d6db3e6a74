import { HubgenError } from '../../errors.ts'

/** The parts of a connection URL; absent parts are undefined. */
export interface DatabaseUrl {
  /** Without the brackets of an IPv6 address. */
  readonly host: string
  readonly port: string | undefined
  readonly database: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly sslMode: string | undefined
  readonly rootCertificatePath: string | undefined
}

/**
 * Parses `postgres://user:password@host:port/database?sslmode=…&sslrootcert=…`, or `?host=/directory` for a
 * Unix socket. Other parameters, such as Neon's `channel_binding`, are ignored.
 */
export function parseDatabaseUrl(url: string): DatabaseUrl {
  try {
    // Postgres accepts a login without a host; WHATWG URLs do not.
    const parsed = new URL(url.replace('@/', '@localhost/'))
    if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') throw invalidUrl()
    const parameter = (name: string) => parsed.searchParams.get(name) || undefined
    const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
    // A list of hosts means failover, which hubgen does not support.
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

// The error contains neither the URL nor the cause, because both contain the password.
function invalidUrl(): HubgenError {
  return new HubgenError('DATABASE_SETTINGS_INVALID', 'DATABASE_URL is not a Postgres URL', {
    at: 'environment or .env',
    fix: 'write `postgres://user:password@host/database`, with `%` escapes for special characters in the password',
  })
}
