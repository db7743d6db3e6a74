/** A text without what Postgres cannot store, and how many characters that cost. */
export interface StrippedText {
  readonly text: string
  readonly removed: number
}

const unstorable = /\0|\p{Surrogate}/gu

/** Removes NUL characters and surrogates without a partner, which no Postgres text holds. */
export function stripUnstorable(raw: string): StrippedText {
  if (isStorable(raw)) return { text: raw, removed: 0 }
  const text = raw.replaceAll(unstorable, '')
  return { text, removed: raw.length - text.length }
}

/** True for nearly every text; cheaper than stripping it. */
export function isStorable(raw: string): boolean {
  return !raw.includes('\0') && raw.isWellFormed()
}
