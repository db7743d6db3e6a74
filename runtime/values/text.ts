import type { PropertyCodec } from '../entity.ts'
import type { Codec } from './codec.ts'

/** Text exactly as HubSpot sends it, including blanks and `a;b` lists; "" means cleared. */
export const textCodec: Codec<'text'> = {
  type: 'text',
  output: 'verbatim',
  decode: (raw) => (raw === '' ? null : raw),
}

/** A text column filled from this property. */
export function text(property: string): PropertyCodec<Codec<'text'>> {
  return { property, codec: textCodec }
}
