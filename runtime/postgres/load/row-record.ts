import type { CodecType } from '../../values/codec.ts'
import type { RowColumn } from '../../values/row.ts'

/**
 * The types in which `json_to_recordset` reads columns. Reading text as jsonb would turn it into a JSON
 * string.
 */
const READ_AS: Readonly<Record<CodecType, CodecType>> = {
  text: 'text',
  numeric: 'numeric',
  bigint: 'bigint',
  boolean: 'boolean',
  date: 'date',
  timestamptz: 'timestamptz',
  jsonb: 'text',
}

/** A column of the record that `json_to_recordset` produces from a row: `c3 numeric`. */
export function recordColumn({ key, codec }: Pick<RowColumn, 'key' | 'codec'>): string {
  return `${key} ${READ_AS[codec.type]}`
}

/** The value of such a column, converted to the table's type. */
export function recordValue(
  record: string,
  { key, codec }: Pick<RowColumn, 'key' | 'codec'>,
): string {
  const value = `${record}.${key}`
  return READ_AS[codec.type] === codec.type ? value : `${value}::${codec.type}`
}
