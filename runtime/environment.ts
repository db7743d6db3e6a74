import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadEnvFile } from 'node:process'
import tls from 'node:tls'
import { parseEnv } from 'node:util'
import { HubgenError } from './errors.ts'

/** Environment variables, such as `process.env`. */
export type Environment = Record<string, string | undefined>

/**
 * Adds the variables of `.env` in a working directory to the process's own, which take precedence, and
 * returns all of them. The file may be missing. Trusts the certificates of NODE_EXTRA_CA_CERTS from then on, which
 * Node itself reads only at its start.
 */
export function loadEnvironment(directory: string): Environment {
  const path = join(directory, '.env')
  if (!existsSync(path)) return process.env
  orUnreadable(path, () => loadEnvFile(path))
  refuseCutValues(path, process.env)
  trustExtraCertificates(directory)
  return process.env
}

/** The variables of `.env` in a directory with those of `environment`, which take precedence; changes neither. */
export function withEnvFile(directory: string, environment: Environment): Environment {
  const path = join(directory, '.env')
  if (!existsSync(path)) return { ...environment }
  const values = orUnreadable(path, () => parseEnv(readFileSync(path, 'utf8')))
  const merged = { ...values, ...environment }
  refuseCutValues(path, merged)
  return merged
}

function orUnreadable<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new HubgenError('ENVIRONMENT_UNREADABLE', 'the settings file `.env` cannot be read', {
      at: path,
      fix: 'make it a plain file that this user may read, as in `.env.example`',
      cause,
    })
  }
}

/** A line of hubgen's settings with a `#` in the middle of a value that has no quotes. */
const cutValue =
  /^\s*(?:export\s+)?((?:NEON|HUBGEN|HUBSPOT)_\w+|DATABASE_URL|HTTPS?_PROXY)[ \t]*=[ \t]*(?!['"`])[^#\n]*[^\s#]#/gm

/** Node ends a value without quotes at `#`: a password would lose its end, or a piece of it be read as the host. */
function refuseCutValues(path: string, environment: Environment): void {
  const text = readFileSync(path, 'utf8')
  const values = parseEnv(text)
  for (const [, name = ''] of text.matchAll(cutValue)) {
    if (environment[name] !== values[name]) continue
    throw new HubgenError('ENVIRONMENT_UNREADABLE', `the value of ${name} ends at its \`#\``, {
      at: path,
      fix: `put the whole value into single quotes: \`${name}='…'\`, and write \`%23\` for \`#\` in a URL`,
    })
  }
}

/**
 * The directory of run logs: `.hubgen/logs` in a working directory, or HUBGEN_LOGS, which is relative to it; null if that
 * is `off`.
 */
export function logDirectory(directory: string, environment: Environment): string | null {
  const set = environment['HUBGEN_LOGS']?.trim() ?? ''
  if (set === 'off') return null
  return set === '' ? join(directory, '.hubgen', 'logs') : resolve(directory, set)
}

/** The value whose certificates this process trusts; at first the one that Node has read. */
let trusted = process.env['NODE_EXTRA_CA_CERTS']

function trustExtraCertificates(directory: string): void {
  const { NODE_EXTRA_CA_CERTS } = process.env
  if (!NODE_EXTRA_CA_CERTS || NODE_EXTRA_CA_CERTS === trusted) return
  const path = resolve(directory, NODE_EXTRA_CA_CERTS)
  try {
    // Missing in Node 22.18.
    if (tls.setDefaultCACertificates === undefined) throw certificatesIgnored()
    tls.setDefaultCACertificates([
      ...tls.getCACertificates('default'),
      ...splitCertificates(readFileSync(path, 'utf8')),
    ])
  } catch (cause) {
    if (cause instanceof HubgenError) throw cause
    throw new HubgenError(
      'CERTIFICATES_UNREADABLE',
      'the certificates of NODE_EXTRA_CA_CERTS cannot be read',
      { at: path, fix: 'name a file of certificates in PEM format', cause },
    )
  }
  trusted = NODE_EXTRA_CA_CERTS
}

/** A file may hold several, with text between them. */
function splitCertificates(text: string): readonly string[] {
  const found = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g)
  if (found === null) throw new Error('no certificate')
  return found
}

function certificatesIgnored(): HubgenError {
  return new HubgenError(
    'CERTIFICATES_UNREADABLE',
    `Node ${process.versions.node} reads NODE_EXTRA_CA_CERTS only from the environment, not from .env`,
    { fix: 'export NODE_EXTRA_CA_CERTS before the command, or use Node 22.19 or newer' },
  )
}
