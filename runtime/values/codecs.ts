import { bigintCodec } from './bigint.ts'
import { booleanCodec } from './boolean.ts'
import type { Codec, CodecType } from './codec.ts'
import { dateCodec } from './date.ts'
import { jsonbCodec } from './jsonb.ts'
import { numericCodec } from './numeric.ts'
import { textCodec } from './text.ts'
import { timestamptzCodec } from './timestamptz.ts'

/** The codec of every column type. */
export const codecs: { readonly [Type in CodecType]: Codec<Type> } = {
  text: textCodec,
  numeric: numericCodec,
  bigint: bigintCodec,
  boolean: booleanCodec,
  date: dateCodec,
  timestamptz: timestamptzCodec,
  jsonb: jsonbCodec,
}
