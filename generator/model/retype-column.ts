import { createHash } from 'node:crypto'
import type { AnalyzedProperty, ColumnType } from './analysis.ts'
import { byteLength, cutToBytes, IDENTIFIER_BYTES } from './column-name.ts'
import { hasOwnColumn } from './overflow.ts'

const HASH_DIGITS = 8

/**
 * Gives the property a second column, of another type; the old one stays and sync continues to fill it,
 * because no two column types convert into each other without rewriting the table. Reuses an earlier column
 * of that type. In the overflow column, which holds text, only the type changes; but text is never
 * read as JSON, so a property that becomes `jsonb` gets a new key there. `takenNames` are the column names of the
 * table.
 */
export function retypeColumn(
  property: AnalyzedProperty,
  type: ColumnType,
  reason: string,
  takenNames: ReadonlySet<string>,
): AnalyzedProperty {
  const { column, earlierColumns = [] } = property
  if (column.type === type) return property
  if (!hasOwnColumn(property)) {
    const key =
      type === 'jsonb' ? retypedName(firstColumnName(property), type, takenNames) : column.name
    return { ...property, column: { ...column, name: key, type, reason } }
  }
  const known = earlierColumns.find((earlier) => earlier.type === type)
  const name = known?.name ?? retypedName(firstColumnName(property), type, takenNames)
  return {
    ...property,
    column: { name, type, reason },
    earlierColumns: [...earlierColumns.filter((earlier) => earlier !== known), column],
  }
}

/** The name of the property's first column; later columns append their type to it. */
export function firstColumnName({
  column,
  earlierColumns = [],
}: Pick<AnalyzedProperty, 'column' | 'earlierColumns'>): string {
  const columns = [...earlierColumns, column]
  const plain = columns.filter(
    ({ name, type }) => !new RegExp(`__${type}(?:_[0-9a-f]{${HASH_DIGITS}})?$`).test(name),
  )
  // If HubSpot's own name ends like this, every name does; the shortest is the first column's.
  const candidates = plain.length > 0 ? plain : columns
  return candidates
    .map(({ name }) => name)
    .reduce((first, name) => (byteLength(name) < byteLength(first) ? name : first))
}

/** `property_amount__numeric`; ends in a hash of the whole name if it is too long or taken. */
function retypedName(first: string, type: ColumnType, taken: ReadonlySet<string>): string {
  const whole = `${first}__${type}`
  if (byteLength(whole) <= IDENTIFIER_BYTES && !taken.has(whole)) return whole
  const hash = createHash('sha256').update(whole, 'utf8').digest('hex').slice(0, HASH_DIGITS)
  const ending = `__${type}_${hash}`
  return `${cutToBytes(first, IDENTIFIER_BYTES - byteLength(ending))}${ending}`
}
