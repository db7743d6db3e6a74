import type { StoredRecord } from '../store.ts'
import type { Match, RecordOrder } from './record-order.ts'
import { searchCeiling } from './search-request.ts'

/** The results of a search, in order, up to the paging limit of search. */
export interface MatchList {
  readonly total: number
  slice(offset: number, limit: number): readonly StoredRecord[]
}

/** For records that already match and are in order: reads only as far as requested. */
export function streamedMatches(records: Iterable<StoredRecord>, total: number): MatchList {
  const iterator = records[Symbol.iterator]()
  const seen: StoredRecord[] = []
  return {
    total,
    slice: (offset, limit) => {
      while (seen.length < offset + limit) {
        const next = iterator.next()
        if (next.done === true) break
        seen.push(next.value)
      }
      return seen.slice(offset, offset + limit)
    },
  }
}

/** For records in any order: reads all of them and keeps the first ones in sort order. */
export function collectedMatches(
  records: Iterable<StoredRecord>,
  matches: (record: StoredRecord) => boolean,
  order: RecordOrder,
): MatchList {
  let total = 0
  let kept: Match[] = []
  for (const record of records) {
    if (!matches(record)) continue
    total++
    kept.push({ record, key: order.key(record) })
    if (kept.length >= 2 * searchCeiling) kept = firstOf(kept, order)
  }
  const first = firstOf(kept, order).map((match) => match.record)
  return { total, slice: (offset, limit) => first.slice(offset, offset + limit) }
}

function firstOf(matches: Match[], order: RecordOrder): Match[] {
  return matches.sort(order.compare).slice(0, searchCeiling)
}
