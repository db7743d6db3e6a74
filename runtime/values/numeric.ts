import type { PropertyCodec } from '../entity.ts'
import { type Codec, Reject } from './codec.ts'
import { readDecimal, wholeDigits } from './decimal.ts'

// The limits of Postgres's numeric, in decimal digits.
const mostWholeDigits = 131_072
const mostDecimalDigits = 16_383

// The form of nearly all values; short enough to be always in range.
const ordinary = /^-?\d{1,60}(?:\.\d{1,60})?$/

/** Exact decimals: every digit is kept, including those of `0.40000000000000002220446…`. */
export const numericCodec: Codec<'numeric'> = {
  type: 'numeric',
  output: 'plain',
  decode(raw) {
    if (ordinary.test(raw)) return raw
    const decimal = readDecimal(raw)
    if (decimal === null || decimal instanceof Reject) return decimal
    if (wholeDigits(decimal) > mostWholeDigits || -decimal.exponent > mostDecimalDigits) {
      return new Reject('number_out_of_range')
    }
    const { negative, digits, exponent } = decimal
    if (digits === '') return '0'
    return `${negative ? '-' : ''}${digits}${exponent === 0 ? '' : `e${exponent}`}`
  },
}

/** A numeric column filled from this property. */
export function numeric(property: string): PropertyCodec<Codec<'numeric'>> {
  return { property, codec: numericCodec }
}
