import type { Context } from '../context.ts'
import type { ResourceEntry, ResourceRow } from '../resources/resources.ts'
import { compareIds } from '../search/search-value.ts'
import { type Call, invalidInteger, limitOption } from './call.ts'
import { nextLink } from './next-link.ts'
import { invalidRequest } from './refusal.ts'

interface PageSize {
  readonly size: number
  readonly most: number
}

/** A page whose `after` is the key of the last row before it: for rows in ascending order of numbers. */
export function pageByKey(
  call: Call,
  context: Context,
  entries: readonly ResourceEntry[],
  { size, most }: PageSize,
): object {
  const limit = limitOption(call, size, most)
  const after = call.query.get('after') ?? ''
  if (!/^\d*$/.test(after)) throw invalidInteger('after', after)
  const rest = entries
    .filter(({ key }) => after === '' || compareIds(key, after) > 0)
    .toSorted((left, right) => compareIds(left.key, right.key))
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  return framed(call, context, rowsOf(page), rest.length > limit ? last?.key : undefined)
}

/** A page whose `after` is opaque: the place in a list in the order of the portal. */
export function pageByPlace(
  call: Call,
  context: Context,
  rows: readonly ResourceRow[],
  { size, most }: PageSize,
): object {
  const limit = limitOption(call, size, most)
  const start = readPlace(call.query.get('after') ?? '')
  const end = start + limit
  const after = rows.length > end ? placeToken(end) : undefined
  return framed(call, context, rows.slice(start, end), after)
}

function framed(
  call: Call,
  context: Context,
  results: readonly ResourceRow[],
  after: string | undefined,
): object {
  if (after === undefined) return { results }
  return { results, paging: { next: { after, link: nextLink(call, context, after) } } }
}

export function rowsOf(entries: readonly ResourceEntry[]): readonly ResourceRow[] {
  return entries.map(({ row }) => row)
}

/** As HubSpot's own tokens look: a number in base64. */
function placeToken(place: number): string {
  return Buffer.from(`${place}\n`).toString('base64url')
}

function readPlace(token: string): number {
  if (token === '') return 0
  const text = Buffer.from(token, 'base64url').toString('utf8').trim()
  if (!/^\d+$/.test(text)) throw invalidRequest('The paging token is not valid')
  return Number(text)
}

/** A page of the v1 APIs: `offset` is opaque in both directions, and `hasMore` says whether there is another. */
export function pageByOffset(
  call: Call,
  name: string,
  rows: readonly ResourceRow[],
  { size, most }: PageSize,
): object {
  const limit = Math.min(limitOption(call, size, 100_000), most)
  const start = readPlace(call.query.get('offset') ?? '')
  const end = start + limit
  const page = rows.slice(start, end)
  return { [name]: page, hasMore: rows.length > end, offset: placeToken(end) }
}
