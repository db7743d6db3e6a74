import { askSearch } from './ask-search.ts'
import { asObject } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import { readRecords } from './record.ts'
import type { ListedPage, RecordsRequest } from './record-pages.ts'

/** The number of records to read and the last id, from the search index, which lags slightly. */
export interface Extent {
  readonly total: number
  /** Null if nothing was found. */
  readonly lastId: bigint | null
}

/** Makes one search, and a second one if it is refused; null if the search does not say. */
export async function findExtent(hubspot: HubSpot, objectType: string): Promise<Extent | null> {
  const path = hubspot.paths.search(objectType)
  const sorts = [{ propertyName: 'hs_object_id', direction: 'DESCENDING' }]
  try {
    const body = await askSearch(hubspot, objectType, { limit: 1, properties: [], sorts })
    const { total } = asObject(body)
    const [last] = readRecords(body, `POST ${path}`).records
    return typeof total === 'number' ? { total, lastId: last ? BigInt(last.id) : null } : null
  } catch (error) {
    if (error instanceof HubSpotError && error.code !== 'DAILY_LIMIT_REACHED') return null
    throw error
  }
}

/**
 * Whether `after` is an inclusive lower bound for ids, even if no record has that id. HubSpot does not
 * guarantee this. Makes two calls; true if a page and both answers agree.
 */
export async function cursorsAreIds(
  hubspot: HubSpot,
  request: RecordsRequest,
  page: ListedPage<{ readonly id: string }>,
): Promise<boolean> {
  const ids = page.records.map(({ id }) => BigInt(id))
  const last = ids.at(-1)
  if (last === undefined || page.next === null || !/^\d{1,19}$/.test(page.next)) return false
  const ascending = ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? id))
  if (!ascending || BigInt(page.next) <= last) return false
  const middle = ids[Math.floor(ids.length / 2)] ?? last
  const beforeGap = ids.findIndex((id, index) => (ids[index + 1] ?? 0n) > id + 1n)
  const gap = ids[beforeGap]
  const expected = [
    { after: middle, first: middle },
    ...(gap === undefined ? [] : [{ after: gap + 1n, first: ids[beforeGap + 1] }]),
  ]
  const found = await Promise.all(expected.map(({ after }) => firstIdFrom(hubspot, request, after)))
  return expected.every(({ first }, index) => first === found[index])
}

/** Finds the last id without a search: with growing steps, then by bisecting the last step. */
export async function probeLastId(
  hubspot: HubSpot,
  request: RecordsRequest,
  page: ListedPage<{ readonly id: string }>,
): Promise<bigint> {
  const ids = page.records.map(({ id }) => BigInt(id))
  let low = ids.at(-1) ?? 0n
  let step = low - (ids[0] ?? 0n) + 1n
  let high: bigint | null = null
  while (high === null) {
    step *= 16n
    const found = await firstIdFrom(hubspot, request, low + step)
    if (found === null) high = low + step
    else low = found
  }
  // An error of a thirtieth costs a reader only one empty page.
  while (high - low > 1n && (high - low) * 32n > low) {
    const middle: bigint = (low + high) / 2n
    const found = await firstIdFrom(hubspot, request, middle)
    if (found === null) high = middle
    else low = found
  }
  return high
}

async function firstIdFrom(
  hubspot: HubSpot,
  { objectType }: RecordsRequest,
  after: bigint,
): Promise<bigint | null> {
  const path = hubspot.paths.objects(objectType)
  const body = await hubspot.get(path, { limit: '1', after: String(after) })
  const [first] = readRecords(body, `GET ${path}`).records
  return first === undefined ? null : BigInt(first.id)
}
