/**
 * Whether a property matches a pattern: `*` stands for any characters, `?` for one, all others for
 * themselves.
 */
export function fitsPattern(pattern: string, property: string): boolean {
  const source = [...pattern].map(toExpression).join('')
  return new RegExp(`^${source}$`, 'su').test(property)
}

function toExpression(character: string): string {
  if (character === '*') return '.*'
  if (character === '?') return '.'
  return character.replace(/[\\^$.|?*+()[\]{}/-]/u, '\\$&')
}
