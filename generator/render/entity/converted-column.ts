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

/** The value in another type; null where it does not convert. */
export function convertedValue(value: string, from: ColumnType, to: ColumnType): string {
  if (from === to) return value
  return CONVERSIONS[from][to]?.(value) ?? `NULL::${to}`
}

/**
 * Converts a value of the overflow column to the type of its property, from SQL that gives its text. The
 * property may have had another type when the value was written: values that do not convert are null until
 * the next sync of the record and fail no query. All values that the codec of the type writes convert, except
 * for days before Christ or after the year 99999. JSON is taken unchanged: a property that becomes `jsonb`
 * has a new key.
 */
export function convertedText(text: string, type: ColumnType): string {
  return FROM_TEXT[type](text)
}

const LEAP_YEAR = '(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)'
const MONTH_AND_DAY =
  '(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))'
/** Days that exist: the century of a year behind 9999 does not change which ones are leap years. */
const DAY = `(?!0+-)(?:[0-9]{4,5}-${MONTH_AND_DAY}|[0-9]?${LEAP_YEAR}-02-29)`
const TIME = '[T ](?:[01][0-9]|2[0-3])(?::[0-5][0-9]){2}(?:[.][0-9]{1,6})?(?:Z|[+]00)'

type Convert = (value: string) => string

/** A bound of its own before each cast: the conditions of one `AND` have no order. */
const FROM_TEXT: Readonly<Record<ColumnType, Convert>> = {
  text: (value) => value,
  numeric: (value) =>
    `CASE WHEN ${value} ~ '^[+-]?[0-9]+([.][0-9]{1,255})?$' THEN CASE WHEN length(${value}) <= 131072 THEN ${value}::numeric END` +
    ` WHEN ${value} ~ '^-?[0-9]+e-?[0-9]{1,6}$' THEN CASE WHEN split_part(${value}, 'e', 2)::integer BETWEEN -16383 AND 131072 - length(${value}) THEN ${value}::numeric END END`,
  bigint: (value) =>
    `CASE WHEN ${value} ~ '^[+-]?[0-9]{1,19}$' THEN CASE WHEN ${value}::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 THEN ${value}::bigint END END`,
  boolean: (value) => `CASE lower(${value}) WHEN 'true' THEN true WHEN 'false' THEN false END`,
  date: (value) => `CASE WHEN ${value} ~ '^${DAY}$' THEN ${value}::date END`,
  timestamptz: (value) => `CASE WHEN ${value} ~ '^${DAY}${TIME}$' THEN ${value}::timestamptz END`,
  jsonb: (value) => `${value}::jsonb`,
}

/** Days reach further than timestamps do, through which both conversions of a day go. */
const END_OF_TIME = "'200000-01-01'"

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
