import { codePoint, visibleText } from './escape-text.ts'

/** Longer labels make a node that no diagram has room for. */
const MOST_CHARACTERS = 60

/**
 * A quoted label of a Mermaid node or arrow. Characters that could end the label, begin a directive or be read as
 * Markdown or HTML are written as entities of Mermaid, `#34;`.
 */
export function mermaidLabel(text: string): string {
  const characters = [...(visibleText(text) || '(empty)')]
  const cut =
    characters.length > MOST_CHARACTERS
      ? [...characters.slice(0, MOST_CHARACTERS - 1), '…']
      : characters
  const escaped = cut.map((character, index) => {
    if (/[\p{L}\p{N}\p{M} _…]/u.test(character)) return character
    // A dot after a digit could begin a numbered list.
    if (character === '.' && /\p{L}/u.test(cut[index - 1] ?? '')) return character
    return `#${codePoint(character)};`
  })
  return `"${escaped.join('')}"`
}
