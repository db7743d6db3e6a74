import type { PropertyCodec } from '../entity.ts'
import { type Codec, Reject, type RejectReason } from './codec.ts'
import { isStorable } from './strip-unstorable.ts'

/** Postgres parses nested values recursively; its stack allows several times this depth. */
const deepest = 1_000

// The limits of Postgres's numeric, in decimal digits: jsonb stores numbers as numeric.
const mostWholeDigits = 131_072
const mostDecimalDigits = 16_383
/** Far beyond both, and small enough for arithmetic. */
const largestExponent = 1_000_000

/**
 * JSON as HubSpot sends it. jsonb normalizes it: blanks and key order are lost, exponents are written out.
 * Content that jsonb would lose or refuse is rejected: a key that an object has twice, characters that
 * Postgres text cannot contain, numbers beyond numeric.
 */
export const jsonbCodec: Codec<'jsonb'> = {
  type: 'jsonb',
  output: 'any',
  decode(raw) {
    if (raw.trim() === '') return null
    if (!isJson(raw)) return new Reject('not_json')
    const reason = findUnstorable(raw)
    return reason === null ? raw : new Reject(reason)
  },
}

/** A jsonb column filled from this property. */
export function jsonb(property: string): PropertyCodec<Codec<'jsonb'>> {
  return { property, codec: jsonbCodec }
}

/** Postgres uses the same grammar. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Why jsonb cannot store all of this JSON; null if it can. */
function findUnstorable(json: string): RejectReason | null {
  /** The keys so far of each open object; null for an array. */
  const open: (Set<string> | null)[] = []
  let isKey = false
  for (let at = 0; at < json.length; ) {
    const character = json[at] ?? ''
    if (character === '"') {
      const end = endOfString(json, at)
      const text = stringOf(json.slice(at, end))
      if (!isStorable(text)) return 'unstorable_escape'
      const keys = open.at(-1)
      if (isKey && keys?.has(text)) return 'duplicate_key'
      if (isKey) keys?.add(text)
      at = end
      continue
    }
    if (isNumberPart(character)) {
      const end = endOfNumber(json, at)
      if (!fitsNumeric(json.slice(at, end))) return 'number_out_of_range'
      at = end
      continue
    }
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(null)
    else if (character === '}' || character === ']') open.pop()
    if (character === '{') isKey = true
    else if (character === ',') isKey = open.at(-1) instanceof Set
    else if (character === ':' || character === '[') isKey = false
    if (open.length > deepest) return 'nested_too_deep'
    at += 1
  }
  return null
}

/** The index after the closing quote of the string that begins here. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    const character = json[at]
    if (character === '"' || character === undefined) return at + 1
    if (character === '\\') at += 1
  }
}

function stringOf(literal: string): string {
  return literal.includes('\\') ? (JSON.parse(literal) as string) : literal.slice(1, -1)
}

/** `true`, `false` and `null` contain an e, but none starts with a digit or sign. */
function isNumberPart(character: string): boolean {
  return character === '-' || (character >= '0' && character <= '9')
}

function endOfNumber(json: string, start: number): number {
  let end = start
  while (end < json.length && /[-+.\deE]/.test(json[end] ?? '')) end += 1
  return end
}

/** Counts digits as written: Postgres also refuses too many trailing zeros. */
function fitsNumeric(number: string): boolean {
  const [mantissa = '', exponent = '0'] = number.toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const power = Number(exponent)
  if (Math.abs(power) > largestExponent) return false
  return whole.length + power <= mostWholeDigits && fraction.length - power <= mostDecimalDigits
}
