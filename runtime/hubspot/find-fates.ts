import { asObject } from './answer-body.ts'
import { type BatchReadRequest, batchRecords, readBatch } from './batch-read.ts'
import type { HubSpot } from './client.ts'
import { HubSpotError } from './hubspot-error.ts'
import type { RecordFormat } from './record-pages.ts'

/** What became of a record: each on the word of a read by id, never of the search index or of a list. */
export type Fate<R> =
  | { readonly kind: 'live'; readonly record: R }
  /** In the recycle bin. */
  | { readonly kind: 'archived'; readonly record: R }
  /** Another record stands for it now, at the end of the chain. */
  | { readonly kind: 'merged'; readonly survivorId: string }
  /** Deleted without a trace: purged from the recycle bin, or deleted for good. */
  | { readonly kind: 'gone' }

/** Enough to hide a call's latency; the limiter paces them. */
const readers = 8

/**
 * What became of these records, at most `batchRecords` different ids: two calls, and one more for each id
 * that neither the portal nor its recycle bin has, unless `merged` already says who stands for it.
 */
export async function findFates<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: Omit<BatchReadRequest, 'archived'>,
  format: RecordFormat<R>,
  ids: readonly string[],
  merged: ReadonlyMap<string, string> = new Map(),
): Promise<ReadonlyMap<string, Fate<R>>> {
  const fates = new Map<string, Fate<R>>()
  const unknown = () => ids.filter((id) => !fates.has(id))
  if (ids.length === 0) return fates
  const wanted = ids.slice(0, batchRecords)
  for (const record of await readBatch(hubspot, request, format, wanted)) {
    fates.set(record.id, { kind: 'live', record })
  }
  if (unknown().length > 0) {
    const bin = { ...request, archived: 'only' as const }
    for (const record of await readBatch(hubspot, bin, format, unknown())) {
      fates.set(record.id, { kind: 'archived', record })
    }
  }
  const waiting = unknown()
  const follow = async () => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const known = merged.get(id)
      const survivorId = known ?? (await findSurvivor(hubspot, request.objectType, id))
      fates.set(id, survivorId === null ? { kind: 'gone' } : { kind: 'merged', survivorId })
    }
  }
  await Promise.all(Array.from({ length: readers }, follow))
  await readAgain(hubspot, request, format, fates)
  return fates
}

/** Who answers for an id by now; null where nobody does. */
async function findSurvivor(
  hubspot: HubSpot,
  objectType: string,
  id: string,
): Promise<string | null> {
  try {
    const path = hubspot.paths.object(objectType, id)
    const { id: found } = asObject(await hubspot.get(path, { properties: 'hs_object_id' }))
    return typeof found === 'string' && /^\d{1,18}$/.test(found) ? found : null
  } catch (error) {
    if (error instanceof HubSpotError && error.status === 404) return null
    throw error
  }
}

/** A record that answers under its own id has been restored since the first call. */
async function readAgain<R extends { readonly id: string }>(
  hubspot: HubSpot,
  request: BatchReadRequest,
  format: RecordFormat<R>,
  fates: Map<string, Fate<R>>,
): Promise<void> {
  const restored = [...fates].filter(
    ([id, fate]) => fate.kind === 'merged' && fate.survivorId === id,
  )
  if (restored.length === 0) return
  const ids = restored.map(([id]) => id)
  for (const id of ids) fates.set(id, { kind: 'gone' })
  for (const record of await readBatch(hubspot, request, format, ids)) {
    fates.set(record.id, { kind: 'live', record })
  }
}
