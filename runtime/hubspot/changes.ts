/*
 * Changes are searched by stamp, never by offset: each search begins at the stamp where the previous one
 * ended, so no result limit applies and a record that moves to the end hides no other. Records that share a
 * millisecond with too many others are read by id. Search returns ids and stamps only; values come by batch
 * read, which does not lag. Every run searches the last 15 minutes again (`readBack`), and so does a
 * resumed pass; records that the table already has are not read again. Postgres's clock says when a pass
 * began, and HubSpot's clock sets the stamps: the earlier of both times is saved as the freshness of the
 * changes. Once a day `look_back` goes back 26 hours and counts two random spans of ids.
 */

import { askSearch } from './ask-search.ts'
import { asObject } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import type { UnreadRecord } from './page.ts'
import { readRecords } from './record.ts'

export interface ChangesRequest {
  /** Name or type id. */
  readonly objectType: string
  /** The property that holds the modified stamp. */
  readonly modifiedProperty: string
  /** Search from this stamp, in ms since 1970. */
  readonly fromMs: number
  /** Up to this stamp the index no longer lags, so its order is reliable. */
  readonly settledMs: number
  /**
   * Changes after this stamp may be left for the next run; otherwise the search might never end in a busy
   * portal.
   */
  readonly untilMs: number
  /**
   * Within the millisecond `fromMs`, everything up to this id was returned; null outside of a crowded
   * millisecond.
   */
  readonly afterId: string | null
}

/** A changed record according to the search index. */
export interface Change {
  readonly id: string
  /** The record's `updatedAt`, ISO. */
  readonly updatedAt: string
  /** The stamp that the search compares, in ms since 1970. */
  readonly stampMs: number
}

/** Changes found by one search, and where the rest begins. */
export interface ChangePage {
  readonly changes: readonly Change[]
  /** Records about which the answer says too little; whether they changed is unknown. */
  readonly unread: readonly UnreadRecord[]
  readonly next: ChangePosition
}

export interface ChangePosition {
  readonly fromMs: number
  readonly afterId: string | null
}

/** HubSpot's largest search page. */
export const searchPageRecords = 200
/** Searches from 1970 can fail with status 500, and no record is older than HubSpot. */
const earliestMs = Date.UTC(2005, 0, 1)

/**
 * Changed records, by modified stamp ascending. Each search begins at the stamp where the previous one
 * ended and reads only its first page: without an offset, no record is missed when another moves to the
 * end, and HubSpot's limit of 10,000 results never applies. Records sharing a crowded millisecond are read
 * by id. A record may occur more than once. Fails with SEARCH_NOT_SUPPORTED for an object type that can
 * only be listed.
 */
export async function* readChanges(
  hubspot: HubSpot,
  request: ChangesRequest,
): AsyncGenerator<ChangePage> {
  let fromMs = Math.max(request.fromMs, earliestMs)
  let { afterId } = request
  /** Records with the stamp `fromMs` that were already returned. */
  let known = new Set<string>()
  for (;;) {
    if (afterId !== null) {
      for await (const page of readCrowd(hubspot, request, fromMs, afterId)) yield page
      afterId = null
      known = new Set()
      fromMs += 1
    }
    const { found, unread, more } = await search(hubspot, request, since(request, fromMs))
    const changes = found.filter(({ id, stampMs }) => stampMs !== fromMs || !known.has(id))
    if (!more) {
      yield { changes, unread, next: { fromMs, afterId: null } }
      return
    }
    const nextMs = nextStamp(found, fromMs, request.settledMs)
    if (nextMs === null) {
      yield { changes, unread, next: { fromMs, afterId: '0' } }
      afterId = '0'
      continue
    }
    known = new Set(found.flatMap(({ id, stampMs }) => (stampMs === nextMs ? [id] : [])))
    yield { changes, unread, next: { fromMs: nextMs, afterId: null } }
    if (nextMs > request.untilMs) return
    fromMs = nextMs
  }
}

/**
 * The stamp up to which a full page is complete; null if that is unknown even for `fromMs`. Where the index
 * lags, a record appears at its former place with its new stamp; such a stamp says nothing about the
 * records after it, unless the whole page is that recent.
 */
function nextStamp(found: readonly Change[], fromMs: number, settledMs: number): number | null {
  const later = found.flatMap(({ stampMs }) => (stampMs > fromMs ? [stampMs] : []))
  const settled = later.filter((stampMs) => stampMs <= settledMs)
  if (settled.length > 0) return Math.max(...settled)
  const crowded = later.length < found.length && fromMs <= settledMs
  return crowded || later.length === 0 ? null : Math.max(...later)
}

/**
 * Changes since then, in one search; null if they do not fit its page or the answer says too little. Fails with
 * SEARCH_NOT_SUPPORTED.
 */
export async function findRecentChanges(
  hubspot: HubSpot,
  request: Pick<ChangesRequest, 'objectType' | 'modifiedProperty'>,
  fromMs: number,
): Promise<readonly Change[] | null> {
  const { found, unread, more } = await search(hubspot, request, since(request, fromMs))
  return more || unread.length > 0 ? null : found
}

/** Number of records changed since then, by the lagging index; fails with SEARCH_NOT_SUPPORTED. */
export async function countChanges(
  hubspot: HubSpot,
  request: Pick<ChangesRequest, 'objectType' | 'modifiedProperty'>,
  fromMs: number,
): Promise<number> {
  const body = { ...since(request, Math.max(fromMs, earliestMs)), limit: 1, properties: [] }
  const { total } = asObject(await askSearch(hubspot, request.objectType, body))
  return typeof total === 'number' ? total : 0
}

/**
 * Reads all records of one millisecond by id, because a page can end before the last record with that
 * stamp.
 */
async function* readCrowd(
  hubspot: HubSpot,
  request: ChangesRequest,
  stampMs: number,
  firstId: string,
): AsyncGenerator<ChangePage> {
  const { modifiedProperty: propertyName } = request
  for (let afterId = firstId; ; ) {
    const { found, unread, more } = await search(hubspot, request, {
      filterGroups: [
        {
          filters: [
            { propertyName, operator: 'EQ', value: String(stampMs) },
            { propertyName: 'hs_object_id', operator: 'GT', value: afterId },
          ],
        },
      ],
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
    })
    const last = found.reduce((id, one) => (BigInt(one.id) > BigInt(id) ? one.id : id), afterId)
    yield { changes: found, unread, next: { fromMs: stampMs, afterId: last } }
    if (!more || last === afterId) return
    afterId = last
  }
}

function since({ modifiedProperty }: Pick<ChangesRequest, 'modifiedProperty'>, fromMs: number) {
  const filter = { propertyName: modifiedProperty, operator: 'GTE', value: String(fromMs) }
  return {
    filterGroups: [{ filters: [filter] }],
    sorts: [{ propertyName: modifiedProperty, direction: 'ASCENDING' }],
  }
}

/** A lagging index may count records that it does not return, and may point to them forever. */
const mostEmptyPages = 2

/** The cursor of an empty page that is not the last; null if a page has records or is the last. */
function cursorBehindNothing(body: unknown): string | null {
  const { results, paging } = asObject(body)
  const { after } = asObject(asObject(paging)['next'])
  if (!Array.isArray(results) || results.length > 0) return null
  return typeof after === 'string' || typeof after === 'number' ? String(after) : null
}

/** Returns only ids and stamps: values are read by id, which does not lag and has no limit on the body. */
async function search(
  hubspot: HubSpot,
  { objectType, modifiedProperty }: Pick<ChangesRequest, 'objectType' | 'modifiedProperty'>,
  query: object,
): Promise<{
  readonly found: readonly Change[]
  readonly unread: readonly UnreadRecord[]
  readonly more: boolean
}> {
  const path = hubspot.paths.search(objectType)
  const question = { ...query, limit: searchPageRecords, properties: [modifiedProperty] }
  let body = await askSearch(hubspot, objectType, question)
  // An empty page with a cursor is not the end.
  for (let pages = 0; pages < mostEmptyPages; pages++) {
    const after = cursorBehindNothing(body)
    if (after === null) break
    body = await askSearch(hubspot, objectType, { ...question, after })
  }
  const { paging } = asObject(body)
  const { next } = asObject(paging)
  const { records, unread } = readRecords(body, `POST ${path}`)
  const found = records.map(({ id, updatedAt, properties }) => {
    const stampMs = Date.parse(properties[modifiedProperty] ?? '')
    return { id, updatedAt, stampMs: Number.isNaN(stampMs) ? Date.parse(updatedAt) : stampMs }
  })
  // After several empty pages in a row, no more records follow.
  return { found, unread, more: next !== undefined && found.length > 0 }
}
