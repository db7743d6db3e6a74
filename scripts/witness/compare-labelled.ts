import type { ColumnMetadata } from 'kysely-codegen'
import { type StatedColumn, unquote } from './read-table-module.ts'

/** What a select gives in TypeScript: a label takes the place of a value where both are text there. */
const SELECTED: Readonly<Record<string, string>> = {
  text: 'string',
  numeric: 'string',
  int8: 'string',
  date: 'string',
  bool: 'boolean',
  timestamptz: 'Date',
  jsonb: 'object',
}

/** The columns that a `labelled.ts` says hold lists. */
function readLists(text: string): ReadonlySet<string> {
  return readNames(text.slice(text.indexOf('= Labelled<')).split('\n> & PortalDays<\n')[0] ?? '')
}

/** The columns that a `labelled.ts` says hold the portal's day of a datetime. */
function readDays(text: string): ReadonlySet<string> {
  return readNames(text.split('\n> & PortalDays<\n')[1] ?? '')
}

function readNames(text: string): ReadonlySet<string> {
  const names = [...text.matchAll(/^ {2}\| ('(?:[^'\\]|\\.)*')$/gm)]
  return new Set(names.map(([, name = '']) => unquote(name)))
}

/**
 * What the labelled view in a database and `labelled.ts` disagree about: a column that is missing, lists,
 * and what a select gives, the portal's days included. Columns from the overflow column are told by the lists
 * and days alone.
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
  const told = (name: string, what: string) => `labelled view: column \`${name}\` ${what}`
  return [
    ...arrays
      .filter((name) => !lists.has(name))
      .map((name) => told(name, 'is a list in the database only')),
    ...[...lists]
      .filter((name) => found.get(name)?.isArray !== true)
      .map((name) => told(name, 'is a list in labelled.ts only')),
    ...[...days]
      .filter((name) => found.get(name)?.dataType !== 'date')
      .map((name) => told(name, 'is a day in labelled.ts only')),
    ...[...found.keys()]
      .filter((name) => name.endsWith('_day') && !days.has(name))
      .filter((name) => !table.some((column) => column.name === name || column.type === 'jsonb'))
      .map((name) => told(name, 'is a day in the database only')),
    ...table.flatMap(({ name, type }) => {
      const column = found.get(name)
      // The keys of the overflow column have columns of their own in the view.
      if (column === undefined) return type === 'jsonb' ? [] : [told(name, 'is missing')]
      if (column.isArray || SELECTED[type] === SELECTED[column.dataType]) return []
      return [told(name, `gives \`${SELECTED[type]}\` in labelled.ts, is \`${column.dataType}\``)]
    }),
  ]
}
