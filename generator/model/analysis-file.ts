import type { Analysis, Column } from './analysis.ts'
import { analysisSchema } from './analysis-schema.ts'
import { STANDARD_OBJECT_TYPES } from './object-types.ts'
import { OVERFLOW_COLUMN } from './overflow.ts'

export type ParsedAnalysis =
  | { readonly analysis: Analysis }
  | { readonly problems: readonly string[] }

/** The columns that every table has; no property may use one of these names. */
const SYSTEM_COLUMNS = new Set([
  'id',
  'portal_id',
  'is_deleted',
  '_fivetran_deleted',
  '_fivetran_synced',
  'updated_at',
  OVERFLOW_COLUMN,
])

/** Whether every table has a system column of this name. */
export function isSystemColumn(name: string): boolean {
  return SYSTEM_COLUMNS.has(name)
}

/** The text of `analysis.json`: the same analysis gives the same bytes. */
export function serializeAnalysis(analysis: Analysis): string {
  return prettyJson(analysisSchema.parse(analysis))
}

/**
 * Parses the text of an `analysis.json`, which people may have edited: the order of its lists does not
 * matter. Returns all problems at once, each with its place, e.g. `properties[3].column.type: …`.
 */
export function parseAnalysis(text: string): ParsedAnalysis {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    return { problems: [`not JSON, or incomplete: ${(error as SyntaxError).message}`] }
  }
  const parsed = analysisSchema.safeParse(json)
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `${formatPath(issue.path)}: ${lowerFirst(issue.message)}`,
    )
    return { problems }
  }
  const problems = findContradictions(parsed.data)
  return problems.length > 0 ? { problems } : { analysis: parsed.data }
}

function findContradictions(analysis: Analysis): string[] {
  const problems = [...checkNames(analysis), ...checkMentions(analysis)]
  analysis.properties.forEach(({ archived, excluded }, index) => {
    if (excluded === true && !archived) {
      problems.push(
        `properties[${index}].excluded: a property that is left out is \`archived\` too`,
      )
    }
  })
  const properties = new Map<string, number>()
  const columns = new Map<string, number>()
  analysis.properties.forEach(({ name, column, earlierColumns = [] }, index) => {
    const sameProperty = properties.get(name)
    if (sameProperty !== undefined) {
      problems.push(`properties[${index}].name: \`${name}\` is already properties[${sameProperty}]`)
    }
    properties.set(name, index)
    for (const { name: columnName, place } of columnPlaces(column, earlierColumns, index)) {
      const sameColumn = columns.get(columnName)
      if (sameColumn !== undefined) {
        problems.push(
          `${place}: \`${columnName}\` is already the column of properties[${sameColumn}]`,
        )
      }
      columns.set(columnName, index)
      if (SYSTEM_COLUMNS.has(columnName)) {
        problems.push(`${place}: \`${columnName}\` is a column that every table has`)
      }
    }
  })
  return problems
}

/** Names of tables of links and of joins of other entities derive from these, so they cannot be edited. */
function checkNames({ entity, table, objectType }: Analysis): readonly string[] {
  const standard = STANDARD_OBJECT_TYPES.find(({ id }) => id === objectType.id)
  const wanted = standard ?? { entity, table: entity }
  const fixed = (place: string, name: string, is: string) =>
    is === name
      ? []
      : `${place}: must be \`${name}\`, found \`${is}\`; for another name make a view of your own over the table`
  return [
    fixed('entity', wanted.entity, entity),
    entity === wanted.entity ? fixed('table', wanted.table, table) : [],
  ].flat()
}

/** Names in these lists must be properties of the analysis. */
function checkMentions(analysis: Analysis): readonly string[] {
  const names = new Set(analysis.properties.map(({ name }) => name))
  return (['extraIndexes', 'history'] as const).flatMap((list) =>
    (analysis[list] ?? []).flatMap((name, index) =>
      names.has(name) ? [] : `${list}[${index}]: there is no property \`${name}\``,
    ),
  )
}

function columnPlaces(
  column: Column,
  earlier: readonly Column[],
  index: number,
): readonly { name: string; place: string }[] {
  return [
    { name: column.name, place: `properties[${index}].column.name` },
    ...earlier.map(({ name }, position) => ({
      name,
      place: `properties[${index}].earlierColumns[${position}].name`,
    })),
  ]
}

function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(whole file)'
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('')
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

const LINE_COLUMNS = 100

/**
 * JSON for files that people review: a value with only plain members is written on one line if it fits, so
 * that one option or one column is one line of a diff. Invisible characters (controls, bidirectional marks)
 * are escaped. Keeps the object's key order; ends with a newline.
 */
function prettyJson(value: unknown): string {
  return `${writeValue(value, 0, 0)}\n`
}

/** `prefix` counts the columns that the key takes on the same line. */
function writeValue(value: unknown, depth: number, prefix: number): string {
  if (!isNested(value)) return writePlain(value)
  const isList = Array.isArray(value)
  const items = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => ({ name: isList ? '' : `${writePlain(key)}: `, item }))
  if (items.length === 0) return isList ? '[]' : '{}'
  const lines = items.map(({ name, item }) => name + writeValue(item, depth + 1, name.length))
  if (!items.some(({ item }) => isNested(item))) {
    const oneLine = isList ? `[${lines.join(', ')}]` : `{ ${lines.join(', ')} }`
    // Two spaces per level, and one column for a trailing comma.
    if (depth * 2 + prefix + oneLine.length < LINE_COLUMNS) return oneLine
  }
  const [open, close] = isList ? ['[', ']'] : ['{', '}']
  const indent = `\n${'  '.repeat(depth + 1)}`
  return `${open}${indent}${lines.join(`,${indent}`)}\n${'  '.repeat(depth)}${close}`
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

const INVISIBLE = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

function writePlain(value: unknown): string {
  const json = JSON.stringify(value)
  if (typeof value !== 'string') return json
  return json.replace(
    INVISIBLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
