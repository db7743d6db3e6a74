import type { PropertyCodec } from '../entity.ts'
import { type Codec, Reject } from './codec.ts'

const spellings: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['', null],
  ...['true', 't', 'yes', 'y', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', 'off', '0'].map((word) => [word, false] as const),
])

/** Accepts all usual spellings, in upper or lower case. */
export const booleanCodec: Codec<'boolean'> = {
  type: 'boolean',
  output: 'plain',
  decode(raw) {
    const value = spellings.get(raw) ?? spellings.get(raw.trim().toLowerCase())
    if (value !== undefined) return value
    return new Reject(raw.includes(';') ? 'several_values' : 'not_a_boolean')
  },
}

/** A boolean column filled from this property. */
export function bool(property: string): PropertyCodec<Codec<'boolean'>> {
  return { property, codec: booleanCodec }
}
