import { createHash } from 'node:crypto'
import type { Analysis } from './analysis.ts'
import { byteLength, cutToBytes, IDENTIFIER_BYTES } from './column-name.ts'

/** The name of each kind of companion table, from the entity's table and, for links, the other entity's. */
const TABLE_NAMES = {
  associations: (table: string, other: string) => `${table}_${other}`,
  merges: (table: string) => `merged_${table}`,
  pipelines: (table: string) => `${table}_pipeline`,
  stages: (table: string) => `${table}_pipeline_stage`,
  history: (table: string) => `${table}_property_history`,
} as const

/** One member per kind of companion table; code that handles every kind is a record of these. */
export type CompanionKind = keyof typeof TABLE_NAMES

/** Columns of the tables that are not named after an entity. */
const FIXED_COLUMNS: ReadonlySet<string> = new Set(['type_id', 'source_id'])

const HASH_DIGITS = 8

/** The table's name, with a hash appended if another entity's table already has it. */
export function companionTableName(
  { table, takenTables = [] }: Pick<Analysis, 'table' | 'takenTables'>,
  kind: CompanionKind,
  other = '',
): string {
  const whole = TABLE_NAMES[kind](table, other)
  const name = companionName(whole)
  return takenTables.includes(name) ? hashedName(whole) : name
}

/** Every name that companion tables of these tables can have. */
export function possibleCompanionNames(tables: readonly string[]): ReadonlySet<string> {
  const names = tables.flatMap((table) =>
    tables.flatMap((other) => Object.values(TABLE_NAMES).map((name) => name(table, other))),
  )
  return new Set(names)
}

/** A name of at most 63 bytes; longer ones are cut and end in `_` and 8 hex digits of the name's SHA-256. */
export function companionName(whole: string): string {
  return byteLength(whole) <= IDENTIFIER_BYTES ? whole : hashedName(whole)
}

/** The column that holds ids of this table's records. */
export function idColumnOf(table: string): string {
  const name = `${table}_id`
  return companionName(FIXED_COLUMNS.has(name) ? `${table}_record_id` : name)
}

/** The name with a hash of itself at its end, at most 63 bytes. */
export function hashedName(whole: string): string {
  const hash = createHash('sha256').update(whole, 'utf8').digest('hex').slice(0, HASH_DIGITS)
  return `${cutToBytes(whole, IDENTIFIER_BYTES - HASH_DIGITS - 1)}_${hash}`
}
