import { type Analysis, COLUMN_TYPES, type ColumnType } from '../../model/analysis.ts'

/** The conversion of values into one column type. */
export interface ConversionView {
  readonly type: ColumnType
  readonly count: number
  readonly accepts: string
  readonly rejects: string
}

const CONVERSIONS: Readonly<Record<ColumnType, Pick<ConversionView, 'accepts' | 'rejects'>>> = {
  text: {
    accepts: 'Everything, exactly as HubSpot sends it. A list of several options stays `a;b`.',
    rejects: 'nothing',
  },
  numeric: {
    accepts: 'Every digit is kept: `0.1`, `1.5E7`, `1,234.5`. No value passes through a float.',
    rejects: '`not_a_number`, `number_out_of_range`, `several_values`',
  },
  bigint: {
    accepts: 'Whole numbers of up to 64 bits, also written `5.0` or `1.5E7`.',
    rejects: '`not_a_number`, `not_an_integer`, `integer_out_of_range`, `several_values`',
  },
  boolean: {
    accepts: '`true`/`false`, `t`/`f`, `yes`/`no`, `y`/`n`, `on`/`off`, `1`/`0` in any case.',
    rejects: '`not_a_boolean`, `several_values`',
  },
  date: {
    accepts:
      'The day as written, also `20260312`, or the UTC day of an epoch in milliseconds or seconds.',
    rejects: '`not_a_date`, `year_out_of_range`, `ambiguous_digits`, `several_values`',
  },
  timestamptz: {
    accepts:
      'ISO 8601 (UTC where no offset is written), `20260312`, and epochs in milliseconds or seconds.',
    rejects: '`not_a_datetime`, `year_out_of_range`, `ambiguous_digits`, `several_values`',
  },
  jsonb: {
    accepts:
      'JSON. Every digit of a number is kept; white space and the order of keys are not, and exponents are expanded.',
    rejects:
      '`not_json`, `number_out_of_range`, `unstorable_escape`, `duplicate_key`, `nested_too_deep`',
  },
}

/** Only the column types that this table has. */
export function listConversions(analysis: Analysis): readonly ConversionView[] {
  return COLUMN_TYPES.map((type) => ({
    type,
    ...CONVERSIONS[type],
    count: analysis.properties.filter(({ column }) => column.type === type).length,
  })).filter(({ count }) => count > 0)
}
