import { listInFormat } from '../../hubspot/records.ts'
import { findRows } from '../../postgres/load/live-rows.ts'
import type { Pass, PassContext, PassResult } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { type ListedRecord, noValues, type Suspect, stampsOnly } from '../verify/compare-ids.ts'
import { rememberSuspects } from './settle.ts'

/** An hour less than a day, so that a daily run always finds the pass due. */
const everyMs = 23 * 3_600_000

/**
 * Reads which records are in the recycle bin, and remembers those that are still live in the table as
 * records to read by id. This finds deletions that counts miss because equally many records were created.
 * Records without a row are ignored: if they were deleted before the first sync, they were never part of
 * the copy.
 */
export const archived: Pass = {
  name: 'archived',
  everyMs,
  plan: async ({ entity, hubspot, freshAsOf }) => {
    const endpoint = `GET ${hubspot.paths.objects(entity.objectType)}`
    // HubSpot does not say how many records the recycle bin has; the first run reads everything instead.
    return [{ endpoint, calls: freshAsOf === null ? 0 : 1, bucket: 'general' }]
  },
  run: readRecycleBin,
}

async function readRecycleBin(context: PassContext): Promise<PassResult> {
  const { entity, hubspot, tally, signal, freshAsOf, begunAt } = context
  // The full scan of the same run has already found deleted records.
  if (freshAsOf !== null && begunAt.getTime() - freshAsOf.getTime() < everyMs) return {}
  const { objectType } = entity
  const request = { objectType, properties: noValues, archived: 'only' as const }
  for await (const { records } of listInFormat(hubspot, request, stampsOnly)) {
    signal.throwIfAborted()
    await rememberSuspects(context, await outdatedOf(context, records))
  }
  return countsOf(tally)
}

/** Records whose row is live, or older than the archived version. */
async function outdatedOf(
  { database, entity }: PassContext,
  page: readonly ListedRecord[],
): Promise<readonly Suspect[]> {
  const ids = page.map(({ id }) => id)
  const rows = await findRows(database, entity, ids)
  return page.flatMap(({ id, updatedAtMs }): readonly Suspect[] => {
    const row = rows.get(id)
    if (row === undefined) return []
    if (!row.isDeleted) return [{ id, kind: 'extra' }]
    return row.updatedAtMs < updatedAtMs ? [{ id, kind: 'stale' }] : []
  })
}
