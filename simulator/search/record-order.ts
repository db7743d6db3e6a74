import type { ObjectType, StoredRecord } from '../store.ts'
import type { Sort } from './search-request.ts'
import { comparable, compareIds, type SearchKind, searchValue } from './search-value.ts'

/** A match with its sort key, read once. */
export interface Match {
  readonly record: StoredRecord
  /** Undefined sorts last in both directions. */
  readonly key: string | number | undefined
}

export interface RecordOrder {
  key(record: StoredRecord): string | number | undefined
  compare(left: Match, right: Match): number
}

/** Equal keys are ordered by id, so that pages do not overlap. */
export function recordOrder(type: ObjectType, sort: Sort, kind: SearchKind): RecordOrder {
  const turn = sort.direction === 'ASCENDING' ? 1 : -1
  const numeric = kind === 'instant' || kind === 'number'
  return {
    key: (record) => {
      const value = searchValue(record, type, sort.propertyName)
      if (value === undefined) return undefined
      return numeric ? comparable(kind, value) : value.toLowerCase()
    },
    compare: (left, right) => {
      if (left.key === right.key) return compareIds(left.record.id, right.record.id)
      if (left.key === undefined) return 1
      if (right.key === undefined) return -1
      return left.key < right.key ? -turn : turn
    },
  }
}
