import type { ColumnMetadata } from 'kysely-codegen'
import { type StatedColumn, unquote } from './read-table-module.ts'

/** The TypeScript types of a select: a label may replace a value only if both are text. */
const SELECTED: Readonly<Record<string, string>> = {
  text: 'string',
  numeric: 'string',
  int8: 'string',
  date: 'string',
  bool: 'boolean',
  timestamptz: 'Date',
  jsonb: 'object',
}

/** The columns that hold lists according to a `labelled.ts`. */
function readLists(text: string): ReadonlySet<string> {
  return readNames(text.slice(text.indexOf('= Labelled<')).split('\n> & PortalDays<\n')[0] ?? '')
}

/** The columns that hold the portal's day of a datetime according to a `labelled.ts`. */
function readDays(text: string): ReadonlySet<string> {
  return readNames(text.split('\n> & PortalDays<\n')[1] ?? '')
}

function readNames(text: string): ReadonlySet<string> {
  const names = [...text.matchAll(/^ {2}\| ('(?:[^'\\]|\\.)*')$/gm)]
  return new Set(names.map(([, name = '']) => unquote(name)))
}

/**
 * The differences between the labelled view in a database and `labelled.ts`: missing columns, lists, and
 * types of a select, including the portal's days. Columns from the overflow column are compared by lists and
 * days only.
 */
export function compareLabelled(
  module: string,
  table: readonly StatedColumn[],
  view: readonly ColumnMetadata[],
): readonly string[] {
  const lists = readLists(module)
  const found = new Map(view.map((column) => [column.name, column]))
  const arrays = view.filter(({ isArray }) => isArray).map(({ name }) => name)
  const days = readDays(module)
  const describe = (name: string, what: string) => `labelled view: column \`${name}\` ${what}`
  return [
    ...arrays
      .filter((name) => !lists.has(name))
      .map((name) => describe(name, 'is a list in the database only')),
    ...[...lists]
      .filter((name) => found.get(name)?.isArray !== true)
      .map((name) => describe(name, 'is a list in labelled.ts only')),
    ...[...days]
      .filter((name) => found.get(name)?.dataType !== 'date')
      .map((name) => describe(name, 'is a day in labelled.ts only')),
    ...[...found.keys()]
      .filter((name) => name.endsWith('_day') && !days.has(name))
      .filter((name) => !table.some((column) => column.name === name || column.type === 'jsonb'))
      .map((name) => describe(name, 'is a day in the database only')),
    ...table.flatMap(({ name, type }) => {
      const column = found.get(name)
      // The keys of the overflow column are columns of the view.
      if (column === undefined) return type === 'jsonb' ? [] : [describe(name, 'is missing')]
      if (column.isArray || SELECTED[type] === SELECTED[column.dataType]) return []
      return [
        describe(name, `gives \`${SELECTED[type]}\` in labelled.ts, is \`${column.dataType}\``),
      ]
    }),
  ]
}
