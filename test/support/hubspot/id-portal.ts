import type { ScriptedAnswer, ScriptedRequest } from './scripted-hubspot.ts'

/** A portal of records with these ids, ascending, as the answers of a scripted HubSpot. */
export interface IdPortal {
  answer(request: ScriptedRequest): ScriptedAnswer
  /** Calls of the list. */
  readonly lists: number
}

export interface IdPortalOptions {
  /** The meaning of `after`; HubSpot's by default. */
  readonly cursor?: 'first id' | 'last id' | 'offset' | 'opaque'
  readonly search?: 'answers' | 'refuses' | 'trails'
  /** Listed once more at the front of every page whose first id is larger. */
  readonly repeated?: readonly bigint[]
}

export function createIdPortal(ids: readonly bigint[], options: IdPortalOptions = {}): IdPortal {
  const { cursor = 'first id', search = 'answers', repeated = [] } = options
  let lists = 0
  const from = (after: string | null): number => {
    if (after === null) return 0
    if (cursor === 'offset') return Number(after)
    if (cursor === 'opaque') return Number(after.slice('page '.length))
    return lowerBound(ids, cursor === 'first id' ? BigInt(after) : BigInt(after) + 1n)
  }
  const nextOf = (index: number): string => {
    if (cursor === 'offset') return String(index)
    if (cursor === 'opaque') return `page ${index}`
    return String(ids[cursor === 'first id' ? index : index - 1])
  }
  return {
    get lists() {
      return lists
    },
    answer(request) {
      if (request.path.endsWith('/search')) {
        if (search === 'refuses') return { status: 400, body: { message: 'no' } }
        const seen = search === 'trails' ? ids.slice(0, Math.ceil(ids.length / 2)) : ids
        return { body: { total: seen.length, results: seen.slice(-1).map(recordOf) } }
      }
      if (request.path.endsWith('/batch/read')) {
        const { inputs } = request.body as { inputs: { id: string }[] }
        return { body: { results: inputs.map(({ id }) => recordOf(BigInt(id))) } }
      }
      lists++
      const index = from(request.query.get('after'))
      const end = index + Number(request.query.get('limit'))
      const paging = end < ids.length ? { paging: { next: { after: nextOf(end) } } } : {}
      const page = ids.slice(index, end)
      const again = repeated.filter((id) => id < (page[0] ?? 0n))
      return { body: { results: [...again, ...page].map(recordOf), ...paging } }
    },
  }
}

function recordOf(id: bigint) {
  const stamp = '2026-11-12T10:00:00Z'
  return { id: String(id), properties: {}, createdAt: stamp, updatedAt: stamp, archived: false }
}

/** The index of the first id that is not below. */
function lowerBound(ids: readonly bigint[], id: bigint): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? id) < id) low = middle + 1
    else high = middle
  }
  return low
}
