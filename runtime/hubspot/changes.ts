/*
 * Changes are searched by stamp, never by offset: each search begins at the stamp where the one before
 * ended, so no ceiling is met and a record that moves to the end hides none; a crowded millisecond is read
 * by id. Search gives ids and stamps only; values come by batch read, which does not lag. Every run
 * searches again 15 minutes back (`readBack`), and so does one that goes on after an interruption; what the
 * table has as new is not read again. Postgres's clock says when a pass began and HubSpot's makes the
 * stamps: of the two times the earlier one is kept as what the changes are fresh as of. Once a day
 * `look_back` goes back 26 hours and counts two random spans of ids.
 */

import { asObject } from './answer-body.ts'
import { askSearch } from './ask-search.ts'
import type { HubSpot } from './client.ts'
import type { UnreadRecord } from './page.ts'
import { readRecords } from './record.ts'

export interface ChangesRequest {
  /** Name or type id. */
  readonly objectType: string
  /** The property that holds the modified stamp. */
  readonly modifiedProperty: string
  /** From this stamp on, in ms since 1970. */
  readonly fromMs: number
  /** Up to this stamp the index trails no longer: what it shows is in order there. */
  readonly settledMs: number
  /** Changes behind this stamp may be left for the next time: a busy portal would never let it end. */
  readonly untilMs: number
  /** In the crowd of `fromMs`, up to this id everything was handed on; null outside of a crowd. */
  readonly afterId: string | null
}

/** A record that changed, as the search index knows it. */
export interface Change {
  readonly id: string
  /** The record's `updatedAt`, ISO. */
  readonly updatedAt: string
}

/** Changes that were found together, and from where on the rest is. */
export interface ChangePage {
  readonly changes: readonly Change[]
  /** Records that the answer names and says too little of: whether they changed is not known. */
  readonly unread: readonly UnreadRecord[]
  readonly next: ChangePosition
}

export interface ChangePosition {
  readonly fromMs: number
  readonly afterId: string | null
}

/** HubSpot's largest page of a search. */
export const searchPageRecords = 200
/** Searching from 1970 on was seen to be answered with 500; no record is older than HubSpot. */
const earliestMs = Date.UTC(2005, 0, 1)

interface Found extends Change {
  readonly stampMs: number
}

/**
 * What changed, by modified stamp ascending. Each search begins at the stamp where the one before ended
 * and takes its first page only: no offset, so that nothing is missed when a record moves to the end
 * meanwhile, and HubSpot's ceiling of 10,000 is never met. A crowd that shares one millisecond
 * is read by id. A record may come more than once. Fails with SEARCH_NOT_SUPPORTED for an object type that
 * can only be listed.
 */
export async function* readChanges(
  hubspot: HubSpot,
  request: ChangesRequest,
): AsyncGenerator<ChangePage> {
  let fromMs = Math.max(request.fromMs, earliestMs)
  let { afterId } = request
  /** Handed on already, all of the stamp `fromMs`. */
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
 * Up to which stamp a full page has everything; null when that is unknown of `fromMs` itself. Where the
 * index trails, a record stands at its former place with its new stamp: such a stamp
 * tells nothing about the records behind it, unless the whole page is of that time.
 */
function nextStamp(found: readonly Found[], fromMs: number, settledMs: number): number | null {
  const later = found.flatMap(({ stampMs }) => (stampMs > fromMs ? [stampMs] : []))
  const settled = later.filter((stampMs) => stampMs <= settledMs)
  if (settled.length > 0) return Math.max(...settled)
  const crowded = later.length < found.length && fromMs <= settledMs
  return crowded || later.length === 0 ? null : Math.max(...later)
}

/** How many records changed since then, by an index that trails; SEARCH_NOT_SUPPORTED where there is none. */
export async function countChanges(
  hubspot: HubSpot,
  request: Pick<ChangesRequest, 'objectType' | 'modifiedProperty'>,
  fromMs: number,
): Promise<number> {
  const body = { ...since(request, Math.max(fromMs, earliestMs)), limit: 1, properties: [] }
  const { total } = asObject(await askSearch(hubspot, request.objectType, body))
  return typeof total === 'number' ? total : 0
}

/** Everything of one millisecond, by id: a page may leave records of that stamp behind. */
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

/** A lagging index counts what it does not show, and may point to it for ever. */
const mostEmptyPages = 2

/** Where an empty page says that more is; null where a page has records, or is the last one. */
function cursorBehindNothing(body: unknown): string | null {
  const { results, paging } = asObject(body)
  const { after } = asObject(asObject(paging)['next'])
  if (!Array.isArray(results) || results.length > 0) return null
  return typeof after === 'string' || typeof after === 'number' ? String(after) : null
}

/** Ids and stamps only: values are read by id, which does not lag and knows no longest body. */
async function search(
  hubspot: HubSpot,
  { objectType, modifiedProperty }: ChangesRequest,
  query: object,
): Promise<{
  readonly found: readonly Found[]
  readonly unread: readonly UnreadRecord[]
  readonly more: boolean
}> {
  const path = hubspot.paths.search(objectType)
  const question = { ...query, limit: searchPageRecords, properties: [modifiedProperty] }
  let body = await askSearch(hubspot, objectType, question)
  // A page without records that points to another one is not the end.
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
  // Where nothing came behind several pages, nothing more will.
  return { found, unread, more: next !== undefined && found.length > 0 }
}
