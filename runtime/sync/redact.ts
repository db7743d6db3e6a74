import { isIPv6 } from 'node:net'
import { HubgenError } from '../errors.ts'
import type { ConnectionLabel } from '../postgres/database-error.ts'
import type { SyncEvent } from './events.ts'

/**
 * Removes secrets and addresses from a text.
 * @internal Exported for tests.
 */
export type Redactor = (text: string) => string

const hidden = '[hidden]'

/** Shorter secrets may occur within ordinary words, so they are hidden only as whole words. */
const surelySecretLength = 12

/** HubSpot and Postgres quote addresses that are not known in advance. */
const emailAddress =
  /[^\s@`"'<>()[\]{},;:=/|][^\s@`"<>()[\]{},;:=/|]{0,63}@[^\s@`"'<>()[\]{},;:=/|]{1,255}/g
const ipv4Address = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.]\w)/g
/** Candidates only: `10:00:00` is a time, and `x::date` is SQL. */
const ipv6Candidate = /(?<![\w:.])[0-9a-f]*:[0-9a-f:.]*:[0-9a-f:.]*(?![\w:])/gi
/** Names in a certificate that does not match the host, as Node lists them. */
const certificateName = /\bDNS:[^\s,]+/g

/**
 * Hides these secrets and any e-mail or IP address. If a secret is also an ordinary word, that word is
 * hidden everywhere: the log may say less, but never reveals more.
 * @internal Exported for tests.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
  const known = knownWords(secrets)
  return (text) => {
    const rest = known === null ? text : text.replace(known, hidden)
    // Most texts contain no address.
    const withoutEmails = rest.includes('@') ? rest.replace(emailAddress, hidden) : rest
    return withoutEmails
      .replace(ipv4Address, hidden)
      .replace(ipv6Candidate, (found) => (isIPv6(found.replace(/\.$/, '')) ? hidden : found))
      .replace(certificateName, hidden)
  }
}

/**
 * Host, port, user and password of a database. Its name stays visible. The user's name is hidden only where
 * it is quoted, because it may be an ordinary word.
 */
export function databaseSecrets(
  { host, port, user }: Pick<ConnectionLabel, 'host' | 'port' | 'user'>,
  password: string | undefined,
): readonly string[] {
  return [
    `${host}:${port}`,
    `[${host}]:${port}`,
    host,
    `\`${user}\``,
    `"${user}"`,
    ...(password === undefined ? [] : [password, encodeURIComponent(password)]),
  ]
}

/**
 * Redacts every text of an event except its type, entity and time.
 * @internal Exported for tests.
 */
export function redactEvent(event: SyncEvent, redact: Redactor): SyncEvent {
  const { type, entity, at, ...body } = event
  return { ...(redactValue(body, redact) as object), type, entity, at } as SyncEvent
}

/** Redacts with the secrets known so far: a run learns the database's location only after it has started. */
export interface EventRedactor {
  hide(secrets: readonly string[]): void
  redact(event: SyncEvent): SyncEvent
  /** Redacts one text by the same rules. */
  redactText(text: string): string
}

export function openEventRedactor(): EventRedactor {
  const known: string[] = []
  let redactor = createRedactor(known)
  return {
    hide(secrets) {
      known.push(...secrets)
      redactor = createRedactor(known)
    },
    redact: (event) => redactEvent(event, redactor),
    redactText: (text) => redactor(text),
  }
}

function redactValue(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value)
  if (value instanceof HubgenError) return redactError(value, redact)
  if (Array.isArray(value)) return value.map((item) => redactValue(item, redact))
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      name === 'code' || name === 'entity' ? item : redactValue(item, redact),
    ]),
  )
}

function redactError({ code, message, at, fix }: HubgenError, redact: Redactor): HubgenError {
  return new HubgenError(code, redact(message), {
    ...(at !== undefined && { at: redact(at) }),
    ...(fix !== undefined && { fix: redact(fix) }),
  })
}

/** One pattern for all secrets, longest first, so that no secret is hidden in part; null if there are none. */
function knownWords(secrets: readonly string[]): RegExp | null {
  const words = [...new Set(secrets)]
    .filter((secret) => secret.trim() !== '')
    .toSorted((one, other) => other.length - one.length)
    .map(standingAlone)
  return words.length === 0 ? null : new RegExp(words.join('|'), 'g')
}

function standingAlone(secret: string): string {
  const pattern = secret.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  if (secret.length >= surelySecretLength) return pattern
  const before = /^\w/.test(secret) ? '(?<![\\w-])' : ''
  const after = /\w$/.test(secret) ? '(?![\\w-])' : ''
  return `${before}${pattern}${after}`
}
