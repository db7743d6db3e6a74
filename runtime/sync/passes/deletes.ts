import { isSearchable } from '../../hubspot/ask-search.ts'
import { countListedRows, everyId } from '../../postgres/load/live-rows.ts'
import { countPending } from '../../postgres/state/pending-read.ts'
import type { Pass, PassContext, PassResult } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { findSuspects } from './find-suspects.ts'
import { settle, trySettle } from './settle.ts'

/**
 * Finds records that were deleted, merged away or restored since the last run, which no stamp reveals. It
 * compares HubSpot's number of live records with the table's and, if they differ, narrows the ids down to
 * spans that are small enough to list. It then settles all records that this and earlier passes remembered
 * to read by id: a count or a list alone never changes a row.
 */
export const deletes: Pass = {
  name: 'deletes',
  everyMs: 0,
  plan: async ({ entity, hubspot }) => [
    {
      endpoint: `POST ${hubspot.paths.search(entity.objectType)}`,
      calls: isSearchable(hubspot, entity.objectType) ? 1 : 0,
      bucket: 'search',
    },
  ],
  run: findDeletes,
}

async function findDeletes(context: PassContext): Promise<PassResult> {
  const { entity, hubspot, database, tally, run, emit, options } = context
  // Records left by an earlier run may be available again; settling them first can make the search
  // unnecessary.
  const { left } = await countPending(database, run, entity)
  if (left > 0) await trySettle(context)
  const found = await findSuspects(context, everyId)
  await settle(context)
  if (found !== null && options.watch !== undefined) {
    options.watch.noteTotal(found, await countListedRows(database, entity, everyId))
  }
  // Object types that cannot be searched were listed instead.
  if (found !== null || !isSearchable(hubspot, entity.objectType)) return countsOf(tally)
  const code = 'DELETES_NOT_COUNTED'
  const message =
    "HubSpot's search does not say how many records there are: deletes are found once it does"
  const fix = `\`hubgen verify ${entity.name}\` compares every id without the search`
  emit({ type: 'notice', code, message, fix })
  return { ...countsOf(tally), skipped: `${code}: ${message}` }
}
