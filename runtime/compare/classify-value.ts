/** Families of Postgres types whose values are compared alike. */
export type TypeFamily = 'number' | 'boolean' | 'instant' | 'date' | 'json' | 'text'

const FAMILIES: readonly (readonly [RegExp, TypeFamily])[] = [
  [/^(smallint|integer|bigint|numeric|real|double precision|oid|money)\b/, 'number'],
  [/^boolean$/, 'boolean'],
  [/^timestamp/, 'instant'],
  [/^date$/, 'date'],
  [/^jsonb?$/, 'json'],
]

/** `double precision` → `number`; a type of no family is compared as text. */
export function familyOf(type: string): TypeFamily {
  return FAMILIES.find(([pattern]) => pattern.test(type))?.[1] ?? 'text'
}

/** Both values as Postgres writes them with UTC and ISO dates; null for NULL. */
export interface ValuePair {
  readonly ours: string | null
  readonly theirs: string | null
}

interface Families {
  readonly ours: TypeFamily
  readonly theirs: TypeFamily
}

/** `same`: the same text. `representation`: another form of the same value. */
export type ValueMatch = 'same' | 'representation' | 'different'

/** A canonical form, or null if the text has no value of the family. */
type Canonical = (text: string, family: TypeFamily) => string | null

/** A pair is compared in every family that one of its columns has, then as text. */
const CANONICAL: Readonly<Record<TypeFamily, Canonical>> = {
  number: canonicalNumber,
  boolean: canonicalBoolean,
  instant: canonicalInstant,
  date: canonicalInstant,
  json: canonicalJson,
  text: canonicalText,
}

/** Compares two values of one column, whatever their types. */
export function matchValues({ ours, theirs }: ValuePair, families: Families): ValueMatch {
  if (ours === theirs) return 'same'
  if ((ours ?? '') === '' && (theirs ?? '') === '') return 'representation'
  if (ours === null || theirs === null) return 'different'
  const tried = new Set<TypeFamily>([families.ours, families.theirs, 'text'])
  for (const family of tried) {
    const canonical = CANONICAL[family]
    const [left, right] = [canonical(ours, families.ours), canonical(theirs, families.theirs)]
    if (left !== null && left === right) return 'representation'
  }
  return isRounded(ours, theirs, families) ? 'representation' : 'different'
}

/** Binary floating point keeps 15 digits of a number. */
function isRounded(ours: string, theirs: string, families: Families): boolean {
  if (families.ours !== 'number' && families.theirs !== 'number') return false
  if (canonicalNumber(ours) === null || canonicalNumber(theirs) === null) return false
  const [left, right] = [Number(ours), Number(theirs)]
  return left === right && Number.isFinite(left) && significantDigits(ours) > 15
}

function significantDigits(text: string): number {
  return text.replace(/e.*$/i, '').replace(/\D/g, '').replace(/^0+/, '').length
}

/** Without exponent, leading and trailing zeros: `1.50e2` → `150`. Exact at any length. */
function canonicalNumber(text: string): string | null {
  const parts = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,4}))?\s*$/i.exec(text)
  if (parts === null) return null
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  if (whole === '' && fraction === '') return null
  const shift = Number(exponent)
  const digits = `${whole}${fraction}`
  const point = whole.length + shift
  const padded = point < 0 ? digits.padStart(digits.length - point, '0') : digits.padEnd(point, '0')
  const at = Math.max(point, 0)
  const integer = padded.slice(0, at).replace(/^0+/, '') || '0'
  // The lookbehind keeps the time from growing with the square of the number of zeros.
  const rest = padded.slice(at).replace(/(?<!0)0+$/, '')
  const number = rest === '' ? integer : `${integer}.${rest}`
  return sign === '-' && number !== '0' ? `-${number}` : number
}

function canonicalBoolean(text: string): string | null {
  const word = text.trim().toLowerCase()
  if (['t', 'true', 'yes', '1'].includes(word)) return 'true'
  return ['f', 'false', 'no', '0'].includes(word) ? 'false' : null
}

const ISO =
  /^(\d{4,6}-\d\d-\d\d)(?:[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i

/** Milliseconds since 1970. A day is its midnight in UTC; a time without a zone is in UTC. */
function canonicalInstant(text: string): string | null {
  const trimmed = text.trim()
  if (/^-?\d{12,14}$/.test(trimmed)) return String(Number(trimmed))
  const parts = ISO.exec(trimmed)
  if (parts === null) return null
  const [, day = '', time = '00:00', zone = 'Z'] = parts
  const offset = /^(z|utc)$/i.test(zone)
    ? 'Z'
    : zone.replace(/^([+-]\d\d):?(\d\d)?$/, (_, hours, minutes) => `${hours}:${minutes ?? '00'}`)
  const instant = Date.parse(`${day}T${time}${offset}`)
  return Number.isNaN(instant) ? null : String(instant)
}

/** Members in order of their names; numbers keep every digit, because they stay text. */
function canonicalJson(text: string): string | null {
  try {
    return JSON.stringify(JSON.parse(text, keepDigits), sortMembers)
  } catch {
    return null
  }
}

/** `JSON.parse` of Node 22 hands over the source of a number. */
function keepDigits(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number') return value
  return `number ${canonicalNumber(context?.source ?? String(value))}`
}

function sortMembers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(
    Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)),
  )
}

/** Without outer spaces and carriage returns; the choices of a list in order, however they are joined. */
function canonicalText(text: string): string | null {
  const plain = text.replaceAll('\r\n', '\n').trim()
  const list = listOf(plain)
  return list === null
    ? plain
    : list
        .map((one) => one.trim())
        .filter((one) => one !== '')
        .sort()
        .join(';')
}

/** `a;b`, `["a","b"]` and Postgres's `{a,b}`; null if it is no list. */
function listOf(text: string): readonly string[] | null {
  if (/^\[.*\]$/s.test(text)) {
    try {
      const list: unknown = JSON.parse(text)
      if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list
    } catch {
      return null
    }
  }
  if (/^\{[^{}"]*\}$/.test(text)) return text.slice(1, -1).split(',')
  return text.includes(';') ? text.split(';') : null
}
