import { checksumOf } from '../../../runtime/postgres/schema/migration-file.ts'
import type { SchemaChanges } from './compare-schemas.ts'
import type { Dropped } from './plan-steps.ts'

const NUMBER_DIGITS = 4
/** Of the SHA-256 of a file's text, hexadecimal. */
const MARK_DIGITS = 8
/** Length limit of a name inside a file name: enough to distinguish columns, short enough for a terminal. */
const NAME_LENGTH = 40

/**
 * One more than the highest existing number, e.g. `0004`.
 * @internal Exported for tests.
 */
export function nextMigrationNumber(existing: readonly string[]): string {
  const highest = Math.max(0, ...existing.map(migrationNumber))
  return String(highest + 1).padStart(NUMBER_DIGITS, '0')
}

/**
 * `0002_deals_change_labels_5f1c22ab.sql`. The name ends in the beginning of the text's checksum, so two
 * branches with the same kind of change have two files, which git merges, and never two texts of one file.
 */
export function nameMigration(
  existing: readonly string[],
  entity: string,
  what: string,
  sql: string,
): string {
  return markMigration(`${nextMigrationNumber(existing)}_${entity}_${what}`, sql)
}

/** The name with the mark of the text behind it. */
export function markMigration(name: string, sql: string): string {
  return `${name}_${checksumOf({ sql }).slice(0, MARK_DIGITS)}.sql`
}

/**
 * The effect of a migration as part of its file name: `add_renewal_risk`, `add_3_columns`, `change_labels`.
 */
export function nameChange(changes: SchemaChanges, dropped: Dropped): string {
  const added = changes.columns.map(([, column]) => column)
  const gone = dropped.columns.map(([, column]) => column)
  const [table = ''] = dropped.tables
  if (changes.tables.length > 0) return dropped.tables.length > 0 ? 'change_tables' : 'add_tables'
  if (dropped.tables.length > 1) return `drop_${dropped.tables.length}_tables`
  if (dropped.tables.length === 1) return `drop_table_${plainName(table.replace(/^.*\./, ''))}`
  if (added.length > 0 && gone.length > 0) return 'change_columns'
  if (added.length > 0) return nameColumns('add', added)
  if (gone.length > 0) return nameColumns('drop', gone)
  if (changes.defaults.length > 0) return 'change_defaults'
  return 'change_labels'
}

/** The same for indexes: `add_index_amount`, `drop_2_indexes`. */
export function nameIndexChange({ indexes }: SchemaChanges, entity: string): string {
  const { added, dropped } = indexes
  if (added.length > 0 && dropped.length > 0) return 'change_indexes'
  const [verb, names] = added.length > 0 ? ['add', added] : ['drop', dropped]
  const [only = ''] = names
  return names.length === 1
    ? `${verb}_index_${plainName(only.replace(`idx_hubspot_${entity}_`, ''))}`
    : `${verb}_${names.length}_indexes`
}

function nameColumns(verb: string, columns: readonly string[]): string {
  const [only = ''] = columns
  return columns.length === 1
    ? `${verb}_${plainName(only.replace(/^"?property_/, ''))}`
    : `${verb}_${columns.length}_columns`
}

function plainName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, NAME_LENGTH)
    .replace(/_+$/, '')
  return plain === '' ? 'column' : plain
}

function migrationNumber(name: string): number {
  return Number(/^\d{1,9}(?=_)/.exec(name)?.[0] ?? 0)
}
