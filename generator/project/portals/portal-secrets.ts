import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'

/** The names of all secrets that a portals file mentions. */
export function secretNames({ portals, queueFrom }: PortalsFile): ReadonlySet<string> {
  const names = [...portals.values()].flatMap(secretsOf)
  return new Set(queueFrom === null ? names : [...names, queueFrom])
}

/** The names of the secrets of one portal. */
export function secretsOf({ token, databaseFrom }: Portal): readonly string[] {
  if (token.kind === 'token') return [token.tokenFrom, databaseFrom]
  const { clientIdFrom, clientSecretFrom, refreshTokenFrom } = token
  return [clientIdFrom, clientSecretFrom, refreshTokenFrom, databaseFrom]
}

/** Says what a secret is for, e.g. `the token of \`acme\``. */
type Purpose = string

/**
 * The value of a secret: the variable of that name, or else the file of that name in `secrets`. Fails with SECRET_MISSING.
 */
export function readSecret(
  { secrets, path }: Pick<PortalsFile, 'secrets' | 'path'>,
  name: string,
  environment: Environment,
  purpose: Purpose,
): string {
  const value = environment[name]?.trim() || readSecretFile(secrets, name)
  if (value !== '') return value
  const orFile = secrets === null ? '' : `, or write it into \`${join(secrets, name)}\``
  throw new HubgenError('SECRET_MISSING', `${name} is not set: ${purpose}`, {
    at: path,
    fix: `set ${name} in the environment or in .env next to hubgen.portals.ts${orFile}`,
  })
}

function readSecretFile(secrets: string | null, name: string): string {
  if (secrets === null) return ''
  try {
    return readFileSync(join(secrets, name), 'utf8').trim()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    throw new HubgenError('SECRET_MISSING', `the secret ${name} cannot be read (${code})`, {
      at: join(secrets, name),
      fix: 'make it a plain file that this user may read',
    })
  }
}
