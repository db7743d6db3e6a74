import type { AnalyzedProperty, ColumnType, Evidence } from './analysis.ts'

/** Postgres: MaxHeapTupleSize of 8 kB pages. It refuses wider rows with "row is too big". */
export const ROW_BYTES = 8_160

/** The space of a value in a row: its bytes, from an offset that is a multiple of the alignment. */
export interface StoredValue {
  readonly bytes: number
  readonly alignment: 1 | 4 | 8
}

/** id, portal_id, is_deleted, _fivetran_deleted, _fivetran_synced, updated_at; never null. */
const SYSTEM_VALUES: readonly StoredValue[] = [8, 8, 1, 1, 8, 8].map((bytes) =>
  bytes === 8 ? { bytes, alignment: 8 } : { bytes, alignment: 1 },
)

/** The size of the pointer to a value that Postgres moved out of the row. */
export const POINTER: StoredValue = { bytes: 18, alignment: 1 }

/** Longer text can be moved out of the row (Postgres: 24 bytes including the length byte). */
const LONGEST_KEPT = 23
const ASSUMED_CHARACTERS = 20
const ASSUMED_DIGITS = 12
const DIGITS_A_GROUP = 4

/**
 * The minimum space of a value of this type, after Postgres has moved out of the row what it can.
 * @internal Exported for tests.
 */
export function storedValue(type: ColumnType, evidence: Evidence | null): StoredValue {
  switch (type) {
    case 'boolean':
      return { bytes: 1, alignment: 1 }
    case 'date':
      return { bytes: 4, alignment: 4 }
    case 'bigint':
    case 'timestamptz':
      return { bytes: 8, alignment: 8 }
    case 'numeric':
      return { bytes: numericBytes(evidence), alignment: 1 }
    case 'text':
      return textValue(evidence?.longest ?? ASSUMED_CHARACTERS)
    case 'jsonb':
      // jsonb takes more bytes than its text: assumes at least as many as can stay in the row.
      return textValue(Math.max(evidence?.longest ?? 0, LONGEST_KEPT))
  }
}

/**
 * Text of `bytes` bytes; 23 are the worst case, because longer text can be moved out of the row.
 * @internal Exported for tests.
 */
export function textValue(bytes: number): StoredValue {
  return bytes <= LONGEST_KEPT ? { bytes: bytes + 1, alignment: 1 } : POINTER
}

/** Bytes of a row with these values in this order, and null in all other columns. */
export function rowBytes(values: readonly StoredValue[], columns: number): number {
  const data = [...SYSTEM_VALUES, ...values].reduce(
    (offset, { bytes, alignment }) => align(offset, alignment) + bytes,
    0,
  )
  const nulls = columns > SYSTEM_VALUES.length + values.length ? Math.ceil(columns / 8) : 0
  return align(align(23 + nulls, 8) + data, 8)
}

/** The space of the property's value, judged by the longest sampled one. */
export function propertyValue({ column, evidence }: AnalyzedProperty): StoredValue {
  return storedValue(column.type, evidence !== null && evidence.filled > 0 ? evidence : null)
}

/** Two bytes per four digits on either side of the point, and three for length, sign and scale. */
function numericBytes(evidence: Evidence | null): number {
  const { integerDigits, decimalDigits } = evidence ?? {
    integerDigits: ASSUMED_DIGITS,
    decimalDigits: 0,
  }
  const groups =
    Math.ceil(integerDigits / DIGITS_A_GROUP) + Math.ceil(decimalDigits / DIGITS_A_GROUP)
  return 3 + 2 * groups
}

function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment
}
