import type { ObjectType } from '../store.ts'
import type { Filter, SearchRequest } from './search-request.ts'
import { comparable } from './search-value.ts'

/** The range of modified stamps, inclusive, that contains every match. */
export interface ModifiedBounds {
  readonly fromMs: number
  readonly untilMs: number
  /** Every record in the range matches; there are no other conditions. */
  readonly exact: boolean
}

const unbounded = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER }

/** Undefined if some alternative has no condition on the modified stamp. */
export function modifiedBounds(
  type: ObjectType,
  request: SearchRequest,
): ModifiedBounds | undefined {
  const groups = request.filterGroups.filter((group) => group.length > 0)
  const only = groups.length === 1 && request.query === ''
  const bounds = groups.map((group) => groupBounds(type, group))
  if (bounds.length === 0 || bounds.includes(undefined)) return undefined
  const known = bounds.filter((bound) => bound !== undefined)
  return {
    fromMs: Math.min(...known.map((bound) => bound.fromMs)),
    untilMs: Math.max(...known.map((bound) => bound.untilMs)),
    exact: only && known.every((bound) => bound.exact),
  }
}

function groupBounds(type: ObjectType, group: readonly Filter[]): ModifiedBounds | undefined {
  const ranges = group.map((filter) => filterRange(type, filter))
  const known = ranges.filter((range) => range !== undefined)
  if (known.length === 0) return undefined
  return {
    fromMs: Math.max(...known.map((range) => range.fromMs)),
    untilMs: Math.min(...known.map((range) => range.untilMs)),
    exact: known.length === ranges.length,
  }
}

function filterRange(
  type: ObjectType,
  filter: Filter,
): { fromMs: number; untilMs: number } | undefined {
  if (filter.propertyName !== type.modifiedProperty) return undefined
  const ms = comparable('instant', filter.value)
  if (ms === undefined) return undefined
  switch (filter.operator) {
    case 'EQ':
      return { fromMs: ms, untilMs: ms }
    case 'GT':
      return { ...unbounded, fromMs: Math.floor(ms) + 1 }
    case 'GTE':
      return { ...unbounded, fromMs: Math.ceil(ms) }
    case 'LT':
      return { ...unbounded, untilMs: Math.ceil(ms) - 1 }
    case 'LTE':
      return { ...unbounded, untilMs: Math.floor(ms) }
    case 'BETWEEN': {
      const high = comparable('instant', filter.highValue)
      return high === undefined ? undefined : { fromMs: ms, untilMs: high }
    }
    default:
      return undefined
  }
}

/** The smallest possible id of a match, if there is a single alternative. */
export function lowestId(request: SearchRequest): bigint {
  const [group, ...others] = request.filterGroups.filter((filters) => filters.length > 0)
  if (group === undefined || others.length > 0) return 0n
  let lowest = 0n
  for (const { propertyName, operator, value } of group) {
    if (propertyName !== 'hs_object_id' || !/^\d+$/.test(value)) continue
    const from = operator === 'GT' ? BigInt(value) + 1n : BigInt(value)
    const bounds = operator === 'GT' || operator === 'GTE' || operator === 'EQ'
    if (bounds && from > lowest) lowest = from
  }
  return lowest
}
