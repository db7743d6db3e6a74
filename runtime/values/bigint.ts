import type { PropertyCodec } from '../entity.ts'
import { type Codec, Reject } from './codec.ts'
import { readDecimal, scaledMagnitude, wholeDigits } from './decimal.ts'

const largest = 2n ** 63n - 1n
const smallest = -(2n ** 63n)

// Numbers of at most 18 digits are always in range.
const ordinary = /^-?\d{1,18}$/

/** Whole numbers of 64 bits in any notation: `5.0` and `1.5E7` are whole numbers. */
export const bigintCodec: Codec<'bigint'> = {
  type: 'bigint',
  output: 'plain',
  decode(raw) {
    if (ordinary.test(raw)) return raw
    const decimal = readDecimal(raw)
    if (decimal === null || decimal instanceof Reject) return decimal
    if (wholeDigits(decimal) > 19) return new Reject('integer_out_of_range')
    const { whole, exact } = scaledMagnitude(decimal, 0)
    if (!exact) return new Reject('not_an_integer')
    const value = decimal.negative ? -whole : whole
    if (value > largest || value < smallest) return new Reject('integer_out_of_range')
    return value.toString()
  },
}

/** A bigint column filled from this property. */
export function bigint(property: string): PropertyCodec<Codec<'bigint'>> {
  return { property, codec: bigintCodec }
}
