/** A text without characters that Postgres cannot store, and the number of removed characters. */
export interface StrippedText {
  readonly text: string
  readonly removed: number
}

const unstorable = /\0|\p{Surrogate}/gu

/** Removes NUL characters and lone surrogates, which Postgres text cannot contain. */
export function stripUnstorable(raw: string): StrippedText {
  if (isStorable(raw)) return { text: raw, removed: 0 }
  const text = raw.replaceAll(unstorable, '')
  return { text, removed: raw.length - text.length }
}

/** True for nearly every text; cheaper than stripping it. */
export function isStorable(raw: string): boolean {
  return !raw.includes('\0') && raw.isWellFormed()
}
