import type { ColumnMetadata } from 'kysely-codegen'
import { visibleText } from '../../generator/render/text/escape-text.ts'
import type { StatedColumn } from './read-table-module.ts'

/** Remarks at the end of a comment that are a separate sentence in the JSDoc. */
const REMARK = / \((deprecated: |as \w+, as it was first)[^()]*\)/g

/**
 * The differences between a table in a database and its interface, one line each: order, type, nullability,
 * and whether comment and JSDoc have the same content. Empty when they agree.
 */
export function compareColumns(
  stated: readonly StatedColumn[],
  found: readonly ColumnMetadata[],
): readonly string[] {
  const foundByName = new Map(found.map((column) => [column.name, column]))
  const statedNames = new Set(stated.map(({ name }) => name))
  const extra = found
    .filter(({ name }) => !statedNames.has(name))
    .map(({ name }) => `column \`${name}\` is in the database only`)
  const differences = stated.flatMap((column) => {
    const other = foundByName.get(column.name)
    if (other === undefined) return [`column \`${column.name}\` is in the interface only`]
    return compareColumn(column, other)
  })
  return [...extra, ...differences, ...compareOrder(stated, found)]
}

function compareColumn(stated: StatedColumn, found: ColumnMetadata): readonly string[] {
  const { name } = stated
  const type = found.isArray ? `${found.dataType}[]` : found.dataType
  const differs = (what: string, here: unknown, there: unknown) =>
    `column \`${name}\`: ${what} is \`${here}\` in the interface, \`${there}\` in the database`
  return [
    ...(stated.type === type ? [] : [differs('type', stated.type, type)]),
    ...(stated.nullable === found.isNullable
      ? []
      : [differs('nullable', stated.nullable, found.isNullable)]),
    ...(stated.hasDefault === null || stated.hasDefault === found.hasDefaultValue
      ? []
      : [differs('default', stated.hasDefault, found.hasDefaultValue)]),
    ...(stated.document === null || documents(stated.document, found.comment ?? '')
      ? []
      : [differs('description', stated.document, found.comment)]),
  ]
}

function compareOrder(
  stated: readonly StatedColumn[],
  found: readonly ColumnMetadata[],
): readonly string[] {
  const foundNames = found.map(({ name }) => name)
  const common = new Set(foundNames)
  const statedNames = stated.map(({ name }) => name).filter((name) => common.has(name))
  const shared = new Set(statedNames)
  const inDatabase = foundNames.filter((name) => shared.has(name))
  const place = statedNames.findIndex((name, index) => name !== inDatabase[index])
  if (place === -1) return []
  return [
    `order: column ${place + 1} is \`${statedNames[place]}\` in the interface, \`${inDatabase[place]}\` in the database`,
  ]
}

/**
 * True if a JSDoc block begins with the words of a comment. The comment is `Label: description [Group]`, the
 * block has a sentence for each and continues; punctuation and escapes depend on the language.
 */
function documents(document: string, comment: string): boolean {
  const wanted = squash(visibleText(comment.replace(REMARK, '')))
  const written = squash(document)
  if (written.startsWith(wanted)) return true
  return [...written.matchAll(/Group/g)].some(({ index }) =>
    (written.slice(0, index) + written.slice(index + 'Group'.length)).startsWith(wanted),
  )
}

/** Letters and digits, without the invisible characters that one of the two cannot store. */
function squash(text: string): string {
  return text.replace(/\\u\{?[0-9A-F]{4,6}\}?|[^\p{Letter}\p{Number}]/gu, '')
}
