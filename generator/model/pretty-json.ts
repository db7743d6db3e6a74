const LINE_COLUMNS = 100

/**
 * JSON for files that people review: what has only plain values and fits a line stands on one, so that
 * one option or one column is one line of a diff. Characters that a reader cannot see (controls, marks
 * that turn the direction of writing) are escaped. Key order is the object's own; ends with a newline.
 */
export function prettyJson(value: unknown): string {
  return `${writeValue(value, 0, 0)}\n`
}

/** `prefix` counts the columns that the key takes on the same line. */
function writeValue(value: unknown, depth: number, prefix: number): string {
  if (typeof value !== 'object' || value === null) return writePlain(value)
  const isList = Array.isArray(value)
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  if (entries.length === 0) return isList ? '[]' : '{}'
  const oneLine = writeOnOneLine(entries, isList)
  // Two spaces a level, and one column for a comma behind it.
  if (oneLine !== null && depth * 2 + prefix + oneLine.length < LINE_COLUMNS) return oneLine
  const indent = '  '.repeat(depth + 1)
  const lines = entries.map(([key, item]) => {
    const name = isList ? '' : `${writePlain(key)}: `
    return `${indent}${name}${writeValue(item, depth + 1, name.length)}`
  })
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  return `${open}\n${lines.join(',\n')}\n${'  '.repeat(depth)}${close}`
}

function writeOnOneLine(entries: readonly [string, unknown][], isList: boolean): string | null {
  if (entries.some(([, item]) => typeof item === 'object' && item !== null)) return null
  const items = entries.map(([key, item]) =>
    isList ? writePlain(item) : `${writePlain(key)}: ${writePlain(item)}`,
  )
  return isList ? `[${items.join(', ')}]` : `{ ${items.join(', ')} }`
}

function writePlain(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
