import type { AnalyzedProperty, ColumnType, Evidence } from './analysis.ts'

/** Postgres: MaxHeapTupleSize of 8 kB pages. A wider row is refused with "row is too big". */
export const ROW_BYTES = 8_160

/** What a value takes in a row: its bytes there, from an offset that is a multiple of the alignment. */
export interface StoredValue {
  readonly bytes: number
  readonly alignment: 1 | 4 | 8
}

/** id, portal_id, is_deleted, _fivetran_deleted, _fivetran_synced, updated_at; never null. */
const SYSTEM_VALUES: readonly StoredValue[] = [8, 8, 1, 1, 8, 8].map((bytes) =>
  bytes === 8 ? { bytes, alignment: 8 } : { bytes, alignment: 1 },
)

/** A value that Postgres moved out of the row leaves a pointer of this size. */
export const POINTER: StoredValue = { bytes: 18, alignment: 1 }

/** Text up to here stays in the row (Postgres: 24 bytes with the one that says its length). */
const LONGEST_KEPT = 23
const ASSUMED_CHARACTERS = 20
const ASSUMED_DIGITS = 12
const DIGITS_A_GROUP = 4

/**
 * What a value of this type takes in a row that has to shrink as far as Postgres can.
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
      // A short value takes more bytes than its text: as many as stay in the row.
      return textValue(Math.max(evidence?.longest ?? 0, LONGEST_KEPT))
  }
}

/**
 * Text of N bytes; 23 are the worst, because longer text can leave the row.
 * @internal Exported for tests.
 */
export function textValue(bytes: number): StoredValue {
  return bytes <= LONGEST_KEPT ? { bytes: bytes + 1, alignment: 1 } : POINTER
}

/** Bytes of a row with these values in this order, and with null in all the other columns. */
export function rowBytes(values: readonly StoredValue[], columns: number): number {
  const data = [...SYSTEM_VALUES, ...values].reduce(
    (offset, { bytes, alignment }) => align(offset, alignment) + bytes,
    0,
  )
  const nulls = columns > SYSTEM_VALUES.length + values.length ? Math.ceil(columns / 8) : 0
  return align(align(23 + nulls, 8) + data, 8)
}

/** What the property's value takes, judged by the longest that was sampled. */
export function propertyValue({ column, evidence }: AnalyzedProperty): StoredValue {
  return storedValue(column.type, evidence !== null && evidence.filled > 0 ? evidence : null)
}

/** Two bytes for each four digits on either side of the point, and three for length, sign and scale. */
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
