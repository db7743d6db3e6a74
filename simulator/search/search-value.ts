import type { ObjectType, Property, StoredRecord } from '../store.ts'

/** How a property is compared. */
export type SearchKind = 'instant' | 'number' | 'option' | 'text'

export function searchKind(property: Property): SearchKind {
  if (property.type === 'datetime' || property.type === 'date') return 'instant'
  if (property.type === 'number') return 'number'
  return property.type === 'enumeration' || property.type === 'bool' ? 'option' : 'text'
}

/** A record's value for filters and sorts; stamps and id are read without computing other values. */
export function searchValue(
  record: StoredRecord,
  type: ObjectType,
  propertyName: string,
): string | undefined {
  if (propertyName === 'hs_object_id') return record.id
  if (propertyName === type.modifiedProperty) return record.updatedAt
  if (propertyName === type.createdProperty) return record.createdAt
  const value = record.value(propertyName)
  return value === '' ? undefined : value
}

/** Numbers and instants (ms, or anything that Date parses) as a number; undefined for other values. */
export function comparable(kind: SearchKind, value: string): number | undefined {
  const number = /^-?[\d.]+(e[+-]?\d+)?$/i.test(value) ? Number(value) : undefined
  const read = number ?? (kind === 'instant' ? Date.parse(value) : Number.NaN)
  return Number.isNaN(read) ? undefined : read
}

/** Ids are digits, so the longer one is greater. */
export function compareIds(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length
  return left < right ? -1 : left > right ? 1 : 0
}
