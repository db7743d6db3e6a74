import { HubgenError } from '../../errors.ts'

const usualVariable = 'DATABASE_URL'

/** Where to look for a variable; that of a portals file may be a file, too. */
export function placeOfVariable(variable: string): string {
  return variable === usualVariable ? 'environment or .env' : variable
}

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
 * Unix socket. `variable` contains the URL. Other parameters, such as Neon's `channel_binding`, are ignored.
 */
export function parseDatabaseUrl(url: string, variable = usualVariable): DatabaseUrl {
  if (hasUnescapedLogin(url)) throw invalidLogin(variable)
  try {
    // Postgres accepts a login without a host; WHATWG URLs do not.
    const parsed = new URL(url.replace('@/', '@localhost/'))
    if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:')
      throw invalidUrl(variable)
    const parameter = (name: string) => parsed.searchParams.get(name) || undefined
    const host = parsed.hostname.replace(/^\[(.*)\]$/, '$1')
    // A list of hosts means failover, which hubgen does not support.
    if (host.includes(',')) throw invalidUrl(variable)
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
    throw invalidUrl(variable)
  }
}

/**
 * Whether the user or password holds an `@`, `/`, `?` or `#` that is not escaped: the URL would then name another host,
 * and the rest of the password would be shown as the name of a database.
 */
function hasUnescapedLogin(url: string): boolean {
  const [, authority = '', rest = ''] = /^[a-z]+:\/\/([^/?#]*)(.*)$/is.exec(url) ?? []
  const logins = authority.split('@').length - 1
  const path = rest.split('?', 1)[0] ?? ''
  return (
    logins > 1 || path.includes('@') || (logins === 0 && authority !== '' && rest.includes('@'))
  )
}

function invalidLogin(variable: string): HubgenError {
  const plain = variable === usualVariable ? '; or set NEON_PASSWORD, which needs no escapes' : ''
  return new HubgenError(
    'DATABASE_SETTINGS_INVALID',
    `${variable} has an \`@\` where none can be: the user or password holds a character that must be escaped`,
    {
      at: placeOfVariable(variable),
      fix: `write \`%40\` for \`@\`, \`%2F\` for \`/\`, \`%3F\` for \`?\`, \`%23\` for \`#\` and \`%25\` for \`%\` in the password${plain}`,
    },
  )
}

function decodePart(part: string): string | undefined {
  return part === '' ? undefined : decodeURIComponent(part)
}

// The error contains neither the URL nor the cause, because both contain the password.
function invalidUrl(variable: string): HubgenError {
  return new HubgenError('DATABASE_SETTINGS_INVALID', `${variable} is not a Postgres URL`, {
    at: placeOfVariable(variable),
    fix: 'write `postgres://user:password@host/database`, with `%` escapes for special characters in the password',
  })
}
