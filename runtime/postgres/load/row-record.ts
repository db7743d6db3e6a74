import type { CodecType } from '../../values/codec.ts'
import type { RowColumn } from '../../values/row.ts'

/** As what `json_to_recordset` reads the text of a column: into jsonb it would put the text as a JSON string. */
const READ_AS: Readonly<Record<CodecType, CodecType>> = {
  text: 'text',
  numeric: 'numeric',
  bigint: 'bigint',
  boolean: 'boolean',
  date: 'date',
  timestamptz: 'timestamptz',
  jsonb: 'text',
}

/** A column of the record that `json_to_recordset` makes of a row: `c3 numeric`. */
export function recordColumn({ key, codec }: Pick<RowColumn, 'key' | 'codec'>): string {
  return `${key} ${READ_AS[codec.type]}`
}

/** The value of such a column, as the table has it. */
export function recordValue(
  record: string,
  { key, codec }: Pick<RowColumn, 'key' | 'codec'>,
): string {
  const value = `${record}.${key}`
  return READ_AS[codec.type] === codec.type ? value : `${value}::${codec.type}`
}
