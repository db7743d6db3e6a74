import fc from 'fast-check'

const surrogates = { first: 0xd800, end: 0xe000 }
const characters = 0x11_0000 - (surrogates.end - surrogates.first)

/**
 * Every character of Unicode, for `fc.string({ unit: anyCharacter })`. The `binary` unit of fast-check is the same but keeps
 * a map of all million characters, which costs a worker half a second and every garbage collection after it.
 */
export const anyCharacter = fc.nat({ max: characters - 1 }).map(
  (index) =>
    String.fromCodePoint(
      index < surrogates.first ? index : index + surrogates.end - surrogates.first,
    ),
  (character) => {
    const [one, ...others] = typeof character === 'string' ? character : ''
    const code = one?.codePointAt(0)
    const isSurrogate = code !== undefined && code >= surrogates.first && code < surrogates.end
    if (code === undefined || others.length > 0 || isSurrogate) throw new Error('not a character')
    return code < surrogates.first ? code : code - surrogates.end + surrogates.first
  },
)
