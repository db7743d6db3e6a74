import type { Family } from '../../test/compat/fivetran-claims.ts'

/** A row as text; objects and lists are JSON. */
export type Row = Readonly<Record<string, string | null>>

/** One of Fivetran's tables of lists, forms and e-mail events, as its connector would fill it from these answers. */
export interface ResourceTable {
  readonly table: string
  readonly columns: Readonly<Record<string, Family>>
  /** Columns of the key, in tables whose rows stay, marked as deleted. */
  readonly kept?: readonly string[]
  readonly rows: readonly Row[]
}

/** An answer of which only some fields are known. */
export type Item = Readonly<Record<string, unknown>>

export const deleted = { _fivetran_deleted: 'boolean' } as const
/** A table whose columns are fields of these answers. */
export function tableOf(
  table: string,
  columns: Readonly<Record<string, readonly [pointer: string, family: Family]>>,
  found: readonly Item[],
): ResourceTable {
  const named = Object.entries(columns)
  return {
    table,
    columns: {
      ...deleted,
      ...Object.fromEntries(named.map(([name, [, family]]) => [name, family])),
    },
    rows: found.map((item) =>
      Object.fromEntries(named.map(([name, [pointer]]) => [name, text(fieldOf(item, pointer))])),
    ),
  }
}

function fieldOf(item: Item, pointer: string): unknown {
  return pointer
    .split('.')
    .reduce<unknown>((value, name) => (isItem(value) ? value[name] : undefined), item)
}

/** The elements of a list that are objects; none of anything else. */
export function items(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.filter(isItem) : []
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null
}

/** Objects and lists are JSON; an absent or empty value is null. */
export function text(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
