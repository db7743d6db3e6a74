import { INVISIBLE, visibleText } from './escape-text.ts'

/** A string literal in single quotes with exactly this value, on one line and safe inside a web page. */
export function typescriptString(text: string): string {
  const escaped = text
    .replace(/[\\']/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replace(INVISIBLE, escapeUnits)
    .replace(/<(?=[/!])/g, '<\\')
  return `'${escaped}'`
}

/** The name of a member: unquoted if TypeScript allows that, otherwise a string literal. */
export function typescriptKey(name: string): string {
  return /^[a-zA-Z_$][\w$]*$/.test(name) ? name : typescriptString(name)
}

/** Text, and lists and objects of it. */
export type TypescriptValue =
  | string
  | readonly TypescriptValue[]
  | { readonly [name: string]: TypescriptValue }

/** A literal with this value, one member per line; `depth` is the level of indentation. */
export function typescriptValue(value: TypescriptValue, depth: number): string {
  if (typeof value === 'string') return typescriptString(value)
  const isList = Array.isArray(value)
  const members = Object.entries(value).map(([name, member]) => {
    const text = typescriptValue(member, depth + 1)
    return `${'  '.repeat(depth + 1)}${isList ? text : `${typescriptKey(name)}: ${text}`},\n`
  })
  const [open, close] = isList ? '[]' : '{}'
  return `${open}\n${members.join('')}${'  '.repeat(depth)}${close}`
}

/** One line inside a JSDoc block: it neither ends the block nor starts a tag. */
export function typescriptComment(text: string): string {
  return visibleText(text)
    .replaceAll('*/', '*\\/')
    .replace(/(^|[\s{])@/g, '$1\\@')
    .replace(/<(?=[/!])/g, '<\\')
}

/**
 * Unit by unit: Node's type stripping does not read the braces of `\u{E0041}` after the escape of a lone
 * surrogate, although JavaScript allows them there.
 */
function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, index) => {
    const digits = character.charCodeAt(index).toString(16).toUpperCase()
    return `\\u${digits.padStart(4, '0')}`
  }).join('')
}
