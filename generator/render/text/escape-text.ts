/**
 * Characters that are invisible or change how the surrounding text looks: controls, bidirectional marks, line
 * separators, zero-width characters that are not part of a word or an emoji, tags, and lone surrogates.
 */
export const INVISIBLE =
  /[\0-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/**
 * One line of plain text: runs of white space become a space, and invisible characters become `\u202E`. For
 * people to read, not for values that must stay unchanged.
 */
export function visibleText(text: string): string {
  return text
    .replace(/[\t\n\v\f\r ]+/g, ' ')
    .trim()
    .replace(INVISIBLE, spellOut)
}

/** The text with its invisible characters written as `\u202E`. */
export function spellOutInvisible(text: string): string {
  return text.replace(INVISIBLE, spellOut)
}

/** JSON on one line with invisible characters escaped: safe for a terminal, and every parser can read it. */
export function visibleJson(value: unknown): string {
  return JSON.stringify(value).replace(INVISIBLE, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/** `\u202E`, or `\u{E0041}` above the first 65,536 code points. */
function spellOut(character: string): string {
  const digits = codePoint(character).toString(16).toUpperCase()
  return digits.length > 4 ? `\\u{${digits}}` : `\\u${digits.padStart(4, '0')}`
}

/** Of the first character. */
export function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0
}
