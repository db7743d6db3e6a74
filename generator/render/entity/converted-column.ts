import type { Column, ColumnType } from '../../model/analysis.ts'
import { sqlIdentifier } from '../text/escape-sql.ts'

/**
 * The value of a property that got another type, as SQL: of its column, and for a record that was not
 * synced since, of the earlier ones as far as their values convert. No value makes a conversion fail, or
 * one record would make the whole view unreadable.
 */
export function convertedColumn(column: Column, earlier: readonly Column[]): string {
  const values = [sqlIdentifier(column.name)]
  for (const { name, type } of earlier.toReversed()) {
    const convert = CONVERSIONS[type][column.type]
    if (convert !== undefined) values.push(convert(sqlIdentifier(name)))
  }
  return values.length === 1 ? (values[0] ?? '') : `coalesce(${values.join(', ')})`
}

/** Days reach further than timestamps do, through which both conversions of a day go. */
const END_OF_TIME = "'200000-01-01'"

type Convert = (value: string) => string

/**
 * Total conversions only. Text of a date or time is left to the next sync: a text that looks like a date,
 * `2026-02-31`, would fail.
 */
const CONVERSIONS: Readonly<Record<ColumnType, Partial<Record<ColumnType, Convert>>>> = {
  text: {
    numeric: (value) =>
      `CASE WHEN ${value} ~ '^[+-]?[0-9]{1,255}([.][0-9]{1,255})?$' THEN ${value}::numeric END`,
    bigint: (value) => `CASE WHEN ${value} ~ '^[+-]?[0-9]{1,18}$' THEN ${value}::bigint END`,
    boolean: (value) => `CASE lower(${value}) WHEN 'true' THEN true WHEN 'false' THEN false END`,
  },
  numeric: {
    text: (value) => `${value}::text`,
    bigint: (value) =>
      `CASE WHEN ${value} = trunc(${value}) AND abs(${value}) < 1000000000000000000 THEN ${value}::bigint END`,
  },
  bigint: {
    text: (value) => `${value}::text`,
    numeric: (value) => `${value}::numeric`,
  },
  boolean: {
    text: (value) => `${value}::text`,
  },
  date: {
    text: (value) => `CASE WHEN ${value} < ${END_OF_TIME} THEN to_char(${value}, 'YYYY-MM-DD') END`,
    timestamptz: (value) =>
      `CASE WHEN ${value} < ${END_OF_TIME} THEN ${value}::timestamp AT TIME ZONE 'UTC' END`,
  },
  timestamptz: {
    text: (value) => `to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`,
    date: (value) => `(${value} AT TIME ZONE 'UTC')::date`,
  },
  jsonb: {
    text: (value) => `${value}::text`,
  },
}
