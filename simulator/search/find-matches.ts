import type { Context } from '../context.ts'
import type { ObjectType, StoredRecord } from '../store.ts'
import { lowestId, type ModifiedBounds, modifiedBounds } from './bounds.ts'
import { collectedMatches, type MatchList, streamedMatches } from './match-list.ts'
import { compilePredicate, searchableProperty } from './predicate.ts'
import { recordOrder } from './record-order.ts'
import type { SearchRequest, Sort } from './search-request.ts'
import { searchKind } from './search-value.ts'

/** Records that search shows differently from the store; see `ChangeLog.staleRecords`. */
type Stale = ReadonlyMap<string, StoredRecord | undefined>

/**
 * All results of a search, up to its paging limit. Scans only records whose modified stamp or id can match;
 * with another sort order it must scan all of them before the first page.
 */
export function findMatches(context: Context, type: ObjectType, request: SearchRequest): MatchList {
  const sort = request.sort ?? { propertyName: type.createdProperty, direction: 'ASCENDING' }
  const property = searchableProperty(context, type, sort.propertyName)
  const predicate = compilePredicate(context, type, request)
  const bounds = modifiedBounds(type, request)
  const stale = context.changes.staleRecords(type.typeId, 1)
  if (stale.size === 0 && isStreamable(type, request, bounds, sort)) {
    return streamedMatches(
      modifiedBetween(context, type, bounds ?? everything),
      countBetween(context, type, bounds),
    )
  }
  const order = recordOrder(type, sort, searchKind(property))
  const matches = collectedMatches(
    candidates(context, type, request, bounds, stale),
    predicate,
    order,
  )
  if (stale.size === 0) return matches
  const counted = context.changes.staleRecords(type.typeId, 0.5)
  const sooner = candidates(context, type, request, bounds, counted)
  return { ...matches, total: collectedMatches(sooner, predicate, order).total }
}

const everything: ModifiedBounds = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER, exact: true }

/** Sorted by modified stamp without further conditions: the store provides both order and count. */
function isStreamable(
  type: ObjectType,
  request: SearchRequest,
  bounds: ModifiedBounds | undefined,
  sort: Sort,
): boolean {
  if (sort.propertyName !== type.modifiedProperty || sort.direction !== 'ASCENDING') return false
  if (bounds !== undefined) return bounds.exact
  return request.query === '' && request.filterGroups.flat().length === 0
}

function countBetween(
  context: Context,
  type: ObjectType,
  bounds: ModifiedBounds | undefined,
): number {
  if (bounds === undefined) return context.store.count(type.typeId)
  if (bounds.untilMs < bounds.fromMs) return 0
  return context.store.countByModified(type.typeId, bounds.fromMs, bounds.untilMs)
}

function* candidates(
  context: Context,
  type: ObjectType,
  request: SearchRequest,
  bounds: ModifiedBounds | undefined,
  stale: Stale,
): Generator<StoredRecord> {
  const records =
    bounds === undefined
      ? context.store.scan(type.typeId, lowestId(request), { archived: false })
      : modifiedBetween(context, type, bounds)
  for (const record of records) {
    if (!stale.has(record.id)) yield record
  }
  for (const before of stale.values()) {
    if (before !== undefined) yield before
  }
}

function* modifiedBetween(
  context: Context,
  type: ObjectType,
  bounds: ModifiedBounds,
): Generator<StoredRecord> {
  let left = countBetween(context, type, bounds)
  for (const record of context.store.scanByModified(type.typeId, bounds.fromMs)) {
    if (left === 0) return
    left -= 1
    yield record
  }
}
