import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Environment } from '../../environment.ts'
import { HubgenError } from '../../errors.ts'
import { isLoopback, isPrivateHost } from '../../loopback.ts'
import type { OtherTables } from '../database-error.ts'
import { parseDatabaseUrl, placeOfVariable } from './database-url.ts'

/** A server that someone operates, such as Neon. */
export interface ServerSettings {
  readonly kind: 'server'
  /** A name, an address, or the absolute path of a Unix socket's directory. */
  readonly host: string
  readonly port: number
  readonly database: string
  readonly user: string
  /** If undefined, PGPASSWORD and `~/.pgpass` apply. */
  readonly password: string | undefined
  readonly tls: TlsSettings
  /** The variable of its URL, for error messages; undefined for NEON_* and for settings of a program. */
  readonly variable?: string | undefined
  /** For error messages; undefined for the tables of a copy. */
  readonly tables?: OtherTables | undefined
}

/**
 * `verified`: the certificate must be valid for the host. `unverified` is allowed only for servers on this
 * machine, `off` also where `sslmode=disable` says so.
 */
export type TlsSettings =
  | { readonly mode: 'verified'; readonly rootCertificatePath: string | undefined }
  | { readonly mode: 'unverified' }
  | { readonly mode: 'off' }

/** The Postgres that comes with hubgen and stores its data in a directory. */
export interface EmbeddedSettings {
  readonly kind: 'embedded'
  readonly directory: string
}

export type DatabaseSettings = ServerSettings | EmbeddedSettings

const setting = z
  .string()
  .trim()
  .optional()
  .transform((text) => (text === '' ? undefined : text))

const environmentSchema = z.object({
  NEON_HOST: setting,
  NEON_DATABASE: setting,
  NEON_USER: setting,
  NEON_PASSWORD: setting,
  NEON_PORT: setting,
  DATABASE_URL: setting,
  HUBGEN_DATABASE_FROM: setting,
})

const required = ['NEON_HOST', 'NEON_DATABASE', 'NEON_USER', 'NEON_PASSWORD'] as const

/**
 * Uses NEON_* if any of them is set, otherwise DATABASE_URL (which may belong to another program),
 * otherwise the embedded Postgres in `.hubgen/postgres` of the directory. Empty variables count as not set. A portals
 * file has another name for DATABASE_URL, which errors use (HUBGEN_DATABASE_FROM).
 */
export function readDatabaseSettings(
  environment: Environment,
  directory: string,
): DatabaseSettings {
  const settings = environmentSchema.parse(environment)
  const { NEON_HOST, NEON_DATABASE, NEON_USER, NEON_PASSWORD, NEON_PORT, DATABASE_URL } = settings
  const { HUBGEN_DATABASE_FROM = 'DATABASE_URL' } = settings
  const missing = required.filter((name) => settings[name] === undefined)
  if (NEON_HOST && NEON_DATABASE && NEON_USER && NEON_PASSWORD) {
    return {
      kind: 'server',
      host: checkHost(NEON_HOST),
      port: parsePort('NEON_PORT', NEON_PORT),
      database: NEON_DATABASE,
      user: NEON_USER,
      password: NEON_PASSWORD,
      tls: chooseTls(NEON_HOST),
    }
  }
  if (missing.length < required.length || NEON_PORT !== undefined) {
    throw new HubgenError(
      'DATABASE_SETTINGS_INCOMPLETE',
      `some NEON_* variables are set, but not ${missing.map((name) => `\`${name}\``).join(', ')}`,
      {
        at: 'environment or .env',
        fix: `set ${missing.join(', ')}, or none of the NEON_* variables to use DATABASE_URL or the embedded Postgres`,
      },
    )
  }
  if (DATABASE_URL !== undefined) return readUrl(DATABASE_URL, HUBGEN_DATABASE_FROM)
  return { kind: 'embedded', directory: join(directory, '.hubgen', 'postgres') }
}

function readUrl(url: string, variable: string): ServerSettings {
  const parsed = parseDatabaseUrl(url, variable)
  const user = parsed.user ?? systemUser(variable)
  return {
    kind: 'server',
    host: parsed.host,
    port: parsePort(variable, parsed.port),
    database: parsed.database ?? user,
    user,
    password: parsed.password,
    tls: chooseTls(parsed.host, parsed.sslMode, { path: parsed.rootCertificatePath, variable }),
    variable,
  }
}

function chooseTls(
  host: string,
  sslMode?: string,
  { path: rootCertificatePath, variable }: { path?: string | undefined; variable?: string } = {},
): TlsSettings {
  const verified: TlsSettings = { mode: 'verified', rootCertificatePath }
  if (host.startsWith('/')) return { mode: 'off' }
  if (isLoopback(host)) {
    if (sslMode === 'require' || sslMode === 'no-verify') return { mode: 'unverified' }
    return sslMode?.startsWith('verify') ? verified : { mode: 'off' }
  }
  // A Postgres of the same compose file or cluster often has no TLS. `hubgen doctor` warns if the host is public.
  if (sslMode === 'disable') return { mode: 'off' }
  if (sslMode === 'no-verify') {
    throw new HubgenError(
      'DATABASE_TLS_REQUIRED',
      `\`sslmode=no-verify\` would send records and the password to any server that answers as \`${host}\``,
      {
        ...(variable !== undefined && { at: variable }),
        fix: 'remove `sslmode`; for a certificate of your own authority add `sslrootcert=<file>`',
      },
    )
  }
  return verified
}

/** A host name, an IP address, or the directory of a socket. The value is not shown: a whole URL holds the password. */
function checkHost(host: string): string {
  if (host.startsWith('/') || isIP(host) !== 0 || !/[/@:?#\s]/.test(host)) return host
  throw new HubgenError(
    'DATABASE_SETTINGS_INVALID',
    host.includes('://') ? 'NEON_HOST is a URL, not a host name' : 'NEON_HOST is not a host name',
    {
      at: 'environment or .env',
      fix: 'set only the host, such as `ep-cool-name-123456.eu-central-1.aws.neon.tech`; for a whole `postgres://` URL use DATABASE_URL, for the port NEON_PORT',
    },
  )
}

/** The name of the user who runs this process, as Postgres's own clients use it. */
function systemUser(variable: string): string {
  try {
    return userInfo().username
  } catch {
    throw new HubgenError(
      'DATABASE_SETTINGS_INVALID',
      `${variable} names no user, and this system has no name for the user who runs hubgen`,
      { at: placeOfVariable(variable), fix: 'write `postgres://user:password@host/database`' },
    )
  }
}

function parsePort(variable: string, text: string | undefined): number {
  if (text === undefined) return 5432
  const port = Number(text)
  if (/^\d+$/.test(text) && port > 0 && port < 65_536) return port
  throw new HubgenError('DATABASE_SETTINGS_INVALID', `\`${text}\` is not a port`, {
    at: variable,
    fix: 'set a number from 1 to 65535; 5432 is what Neon listens on',
  })
}

/** Whether records and the password would cross a network that others may read. */
export function isExposed(settings: DatabaseSettings): boolean {
  return settings.kind === 'server' && settings.tls.mode === 'off' && !isPrivateHost(settings.host)
}
