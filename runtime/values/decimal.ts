import { Reject } from './codec.ts'

/** A number exactly as written: `digits` × 10^`exponent`. */
export interface Decimal {
  readonly negative: boolean
  /** Without leading zeros; "" is zero. */
  readonly digits: string
  readonly exponent: number
}

const written = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/
// Groups of exactly three digits after a first group that does not start with 0: `0,123` is a decimal
// comma.
const grouped = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?$/
/** Far beyond the range of any column; keeps exponent arithmetic within safe integers. */
const largestExponent = 1_000_000

/**
 * Parses an optional sign, digits with an optional point, and an optional exponent, or comma-grouped
 * digits; undefined for everything else, including infinities and NaN. The caller trims blanks.
 */
export function parseDecimal(text: string): Decimal | undefined {
  const plain = text.includes(',') && grouped.test(text) ? text.replaceAll(',', '') : text
  const match = written.exec(plain)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', power = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  if (digits === '') return { negative: false, digits, exponent: 0 }
  const shift = Math.min(Math.max(Number(power), -largestExponent), largestExponent)
  return { negative: sign === '-', digits, exponent: shift - fraction.length }
}

/** The number in a property's value; null for a blank one. */
export function readDecimal(raw: string): Decimal | Reject | null {
  const text = raw.trim()
  if (text === '') return null
  if (text.includes(';')) return new Reject('several_values')
  return parseDecimal(text) ?? new Reject('not_a_number')
}

/** Number of digits before the decimal point when the number is written without an exponent. */
export function wholeDigits(decimal: Decimal): number {
  return Math.max(decimal.digits.length + decimal.exponent, 0)
}

/**
 * The whole part of |value| × 10^`shift`, without its fraction, and whether a fraction was dropped. The
 * caller limits the size first (`wholeDigits`).
 */
export function scaledMagnitude(
  decimal: Decimal,
  shift: number,
): { whole: bigint; exact: boolean } {
  const exponent = decimal.exponent + shift
  const { digits } = decimal
  if (digits === '') return { whole: 0n, exact: true }
  if (exponent >= 0) return { whole: BigInt(digits) * 10n ** BigInt(exponent), exact: true }
  const kept = Math.max(digits.length + exponent, 0)
  const cut = digits.slice(kept)
  return { whole: BigInt(digits.slice(0, kept)), exact: kept > 0 && /^0*$/.test(cut) }
}
