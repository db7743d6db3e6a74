import { createHash } from 'node:crypto'
import { compareText } from './compare-text.ts'

/** Postgres truncates longer identifiers without an error, so two columns could get the same name. */
export const IDENTIFIER_BYTES = 63

const PREFIX = 'property_'
const HASH_DIGITS = 8

export interface ColumnName {
  readonly name: string
  /** The reason for a name other than `property_` and HubSpot's name; otherwise null. */
  readonly reason: string | null
}

export interface ColumnNames {
  /** By property name; a property with a listed problem is missing. */
  readonly columns: ReadonlyMap<string, ColumnName>
  readonly problems: readonly string[]
}

/**
 * Names the column of every property. `given` holds names from an earlier analysis, which never change.
 * `earlier` holds, by name, the property that had the column before: no other property gets it. A new name
 * depends only on its property unless another column has that name; a name that cannot be used as it is ends
 * in a hash of the whole property name. If several properties would share a name, the first one keeps it and
 * the later ones get the hash.
 */
export function nameColumns(
  properties: readonly string[],
  given: ReadonlyMap<string, string>,
  earlier: ReadonlyMap<string, string> = new Map(),
): ColumnNames {
  const columns = new Map<string, ColumnName>()
  const problems: string[] = []
  const takenBy = new Map(earlier)
  const take = (property: string, name: string, reason: string | null): void => {
    columns.set(property, { name, reason })
    takenBy.set(name, property)
  }

  for (const [property, name] of [...given].sort(([a], [b]) => compareText(a, b))) {
    const holder = takenBy.get(name)
    if (holder === undefined || holder === property) take(property, name, null)
    else problems.push(`column \`${name}\` is given to both \`${holder}\` and \`${property}\``)
  }

  const fresh = [...new Set(properties)].filter((property) => !given.has(property))
  fresh.sort(compareText)
  const asIs = fresh.filter((property) => plainColumnName(property) === PREFIX + property)
  const altered = fresh.filter((property) => plainColumnName(property) !== PREFIX + property)
  for (const property of [...asIs, ...altered]) {
    if (property === '') {
      problems.push('a property has no name')
      continue
    }
    const plain = plainColumnName(property)
    const holder = takenBy.get(plain)
    if (holder === undefined) take(property, plain, alteredReason(property))
    else take(property, freeName(property, takenBy), collisionReason(plain, holder))
  }
  return { columns, problems }
}

/**
 * The column name of a property if no other column has it: at most 63 bytes, valid UTF-8, in HubSpot's letter
 * case. Cut or cleaned names end in `_` and 8 hex digits of the name's SHA-256.
 */
export function plainColumnName(property: string): string {
  const whole = PREFIX + property
  if (
    property.isWellFormed() &&
    !property.includes('\0') &&
    byteLength(whole) <= IDENTIFIER_BYTES
  ) {
    return whole
  }
  return hashedName(property, HASH_DIGITS)
}

/** The longest prefix of `text` that fits into `bytes` UTF-8 bytes without splitting a character. */
export function cutToBytes(text: string, bytes: number): string {
  let used = 0
  let kept = ''
  for (const character of text) {
    used += byteLength(character)
    if (used > bytes) break
    kept += character
  }
  return kept
}

/** UTF-8 bytes, the unit of Postgres's limit on identifiers. */
export function byteLength(text: string): number {
  return Buffer.byteLength(text, 'utf8')
}

function hashedName(property: string, digits: number): string {
  const cleaned = PREFIX + property.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '')
  const hash = hashOf(property).slice(0, digits)
  return `${cutToBytes(cleaned, IDENTIFIER_BYTES - digits - 1)}_${hash}`
}

/**
 * Escapes lone surrogates, which have no UTF-8 encoding, so that names that differ only in them stay
 * different.
 */
function hashOf(property: string): string {
  const text = property.isWellFormed() ? property : JSON.stringify(property)
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/**
 * Adds digits of the hash until the name is free; more than eight are needed only for deliberate collisions.
 */
function freeName(property: string, takenBy: ReadonlyMap<string, string>): string {
  for (let digits = HASH_DIGITS; digits < IDENTIFIER_BYTES - PREFIX.length; digits += HASH_DIGITS) {
    const name = hashedName(property, digits)
    if (!takenBy.has(name)) return name
  }
  throw new Error(`every hashed name of property \`${property}\` is taken`)
}

function alteredReason(property: string): string | null {
  if (plainColumnName(property) === PREFIX + property) return null
  if (!property.isWellFormed() || property.includes('\0')) {
    return 'Renamed: the property name holds characters that Postgres cannot store.'
  }
  return `Shortened: \`${PREFIX}\` and the property name have ${byteLength(PREFIX + property)} bytes, Postgres allows ${IDENTIFIER_BYTES}.`
}

function collisionReason(plain: string, holder: string): string {
  return `Suffixed: \`${plain}\` is already the column of \`${holder}\`.`
}
