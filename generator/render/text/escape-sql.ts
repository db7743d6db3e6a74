import { codePoint, INVISIBLE, visibleText } from './escape-text.ts'

/** Words that Postgres 15 to 18 accept as a name only in quotes ("SQL Key Words"). */
const RESERVED = new Set(
  `all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate
  collation column concurrently constraint create cross current_catalog current_date current_role
  current_schema current_time current_timestamp current_user default deferrable desc distinct do else end
  except false fetch for foreign freeze from full grant group having ilike in initially inner intersect
  into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null
  offset on only or order outer overlaps placing primary references returning right select session_user
  similar some symmetric system_user table tablesample then to trailing true union unique user using
  variadic verbose when where window with`.split(/\s+/),
)

/** A name, in double quotes only if Postgres needs them. */
export function sqlIdentifier(name: string): string {
  if (/^[a-z_][a-z0-9_]*$/.test(name) && !RESERVED.has(name)) return name
  const quoted = storableText(name).replaceAll('"', '""')
  if (quoted.search(INVISIBLE) === -1) return `"${quoted}"`
  return `U&"${quoted.replaceAll('\\', '\\\\').replace(INVISIBLE, unicodeEscape)}"`
}

/** `schema.table`. */
export function sqlTable(schema: string, table: string): string {
  return `${sqlIdentifier(schema)}.${sqlIdentifier(table)}`
}

/** A text literal on one line with exactly this value, except for characters that Postgres cannot store. */
export function sqlLiteral(text: string): string {
  const quoted = storableText(text).replaceAll("'", "''")
  if (!quoted.includes('\\') && quoted.search(INVISIBLE) === -1) return `'${quoted}'`
  const escaped = quoted
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replace(INVISIBLE, stringEscape)
  return `E'${escaped}'`
}

/** Text after `--`. */
export function sqlComment(text: string): string {
  return visibleText(text)
}

/** Without NUL and lone surrogates, which a UTF-8 database cannot store. */
export function storableText(text: string): string {
  if (text.isWellFormed() && !text.includes('\0')) return text
  return text.replace(/\0|\p{Surrogate}/gu, '')
}

function stringEscape(character: string): string {
  return codePoint(character) > 0xffff ? `\\U${hex(character, 8)}` : `\\u${hex(character, 4)}`
}

function unicodeEscape(character: string): string {
  return codePoint(character) > 0xffff ? `\\+${hex(character, 6)}` : `\\${hex(character, 4)}`
}

function hex(character: string, digits: number): string {
  return codePoint(character).toString(16).toUpperCase().padStart(digits, '0')
}
