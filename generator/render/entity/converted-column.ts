import type { Column, ColumnType } from '../../model/analysis.ts'
import { sqlIdentifier } from '../text/escape-sql.ts'

/**
 * The value of a property whose type was changed, as SQL: of its current column or, for records not synced
 * since, of the earlier columns as far as their values convert. Conversions never fail, because one failing
 * value would make the whole view unreadable.
 */
export function convertedColumn(column: Column, earlier: readonly Column[]): string {
  const values = [sqlIdentifier(column.name)]
  for (const { name, type } of earlier.toReversed()) {
    const convert = CONVERSIONS[type][column.type]
    if (convert !== undefined) values.push(convert(sqlIdentifier(name)))
  }
  return values.length === 1 ? (values[0] ?? '') : `coalesce(${values.join(', ')})`
}

/** Dates have a larger range than timestamps, through which both conversions of a date go. */
const END_OF_TIME = "'200000-01-01'"

type Convert = (value: string) => string

/**
 * Only conversions that cannot fail. Text is not converted to dates or times, because text such as
 * `2026-02-31` would fail; the next sync fills these.
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
