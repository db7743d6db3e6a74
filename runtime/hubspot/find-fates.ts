import { batchRecords, readBatch } from './batch-read.ts'
import { asObject, readId } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import type { RecordFormat, UnreadReason } from './page.ts'
import type { ByIdRequest } from './read-one-by-one.ts'

/** The current state of a record, always determined by reads by id, never by the search index or a list. */
export type Fate<R> =
  | { readonly kind: 'live'; readonly record: R }
  /** In the recycle bin. */
  | { readonly kind: 'archived'; readonly record: R }
  /** Merged; `survivorId` is the record at the end of the chain. */
  | { readonly kind: 'merged'; readonly survivorId: string }
  /**
   * HubSpot says that it does not exist, and no other record answers for it. With `notInBin` it was purged
   * or permanently deleted; otherwise the recycle bin did not answer, and the record may be in it.
   */
  | { readonly kind: 'gone'; readonly notInBin: boolean }
  /** Unknown, so no reason to change a row. */
  | { readonly kind: 'unread'; readonly reason: UnreadReason }

/** Enough to hide the latency of calls; the limiter sets their pace. */
const readers = 8

type FatesRequest = Omit<ByIdRequest, 'archived'>

/**
 * Determines the state of these records, at most `batchRecords` distinct ids. Makes two calls, and one more
 * for each id that is neither in the portal nor in its recycle bin, unless `merged` contains its survivor.
 */
export async function findFates<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: FatesRequest,
  format: RecordFormat<R>,
  ids: readonly string[],
  merged: ReadonlyMap<string, string> = new Map(),
): Promise<ReadonlyMap<string, Fate<R>>> {
  const fates = new Map<string, Fate<R>>()
  if (ids.length === 0) return fates
  const wanted = ids.slice(0, batchRecords)
  const live = await readBatch(hubspot, request, format, wanted)
  for (const record of live.records) fates.set(record.id, { kind: 'live', record })
  const unread = new Map(live.unread.map(({ id, reason }) => [id, reason]))
  // Records with an unusable answer, or whose id was not in it, exist.
  for (const [id, reason] of unread) {
    if (reason !== 'unanswered') fates.set(id, { kind: 'unread', reason })
  }
  const open = wanted.filter((id) => !fates.has(id))
  const inBin = await readBin(hubspot, request, format, open, fates)
  const facts = { notFound: new Set(live.notFound), notInBin: new Set(inBin) }
  const waiting = open.filter((id) => !fates.has(id))
  const restored: string[] = []
  const follow = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const known = merged.get(id)
      const answer = known ?? (await whoAnswersFor(hubspot, request.objectType, id))
      if (answer === id) restored.push(id)
      fates.set(id, fateOf(id, answer, facts))
    }
  }
  await Promise.all(Array.from({ length: readers }, follow))
  await readAgain(hubspot, request, format, restored, fates)
  return fates
}

/** Returns the ids that the recycle bin says it does not contain. */
async function readBin<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: FatesRequest,
  format: RecordFormat<R>,
  ids: readonly string[],
  fates: Map<string, Fate<R>>,
): Promise<readonly string[]> {
  if (ids.length === 0) return []
  const bin = { ...request, archived: 'only' as const }
  const { records, notFound } = await readBatch(hubspot, bin, format, ids)
  for (const record of records) fates.set(record.id, { kind: 'archived', record })
  return notFound
}

/** A 404 with HubSpot's message, or an empty one that may be about something else. */
type NotFound = typeof saidNotFound | typeof emptyNotFound
const saidNotFound = Symbol('not found, says HubSpot')
const emptyNotFound = Symbol('not found')
const unreadable = Symbol('unreadable')

/** Statuses that refuse one record and say nothing about others. */
const refusedStatuses = [400, 405, 409, 410, 422]

/** The id that answers for this one now: itself, or the record into which it was merged. */
async function whoAnswersFor(
  hubspot: HubSpot,
  objectType: string,
  id: string,
): Promise<string | NotFound | typeof unreadable> {
  try {
    const path = hubspot.paths.object(objectType, id)
    const { id: found } = asObject(await hubspot.get(path, { properties: 'hs_object_id' }))
    return readId(found) ?? unreadable
  } catch (error) {
    if (!(error instanceof HubSpotError)) throw error
    if (error.status === 404) {
      return error.category === 'OBJECT_NOT_FOUND' ? saidNotFound : emptyNotFound
    }
    const isAboutIt = error.status !== null && refusedStatuses.includes(error.status)
    if (error.code === 'HUBSPOT_FAILED' || isAboutIt) return unreadable
    throw error
  }
}

function fateOf<R>(
  id: string,
  answer: string | NotFound | typeof unreadable,
  facts: { readonly notFound: ReadonlySet<string>; readonly notInBin: ReadonlySet<string> },
): Fate<R> {
  if (answer === unreadable) return { kind: 'unread', reason: 'unreadable' }
  if (typeof answer === 'string') {
    return answer === id
      ? { kind: 'unread', reason: 'unanswered' }
      : { kind: 'merged', survivorId: answer }
  }
  // A lost route also answers with an empty 404, so that counts only if the batch read also says not found.
  if (answer === emptyNotFound && !facts.notFound.has(id)) {
    return { kind: 'unread', reason: 'unanswered' }
  }
  return { kind: 'gone', notInBin: facts.notInBin.has(id) }
}

/**
 * A record that answers under its own id exists, whatever the batch read said: it was restored since, or
 * left out.
 */
async function readAgain<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: FatesRequest,
  format: RecordFormat<R>,
  ids: readonly string[],
  fates: Map<string, Fate<R>>,
): Promise<void> {
  if (ids.length === 0) return
  const { records, unread } = await readBatch(hubspot, request, format, ids)
  for (const record of records) fates.set(record.id, { kind: 'live', record })
  for (const { id, reason } of unread) fates.set(id, { kind: 'unread', reason })
}
