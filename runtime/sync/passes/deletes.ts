import { isSearchable } from '../../hubspot/ask-search.ts'
import { everyId } from '../../postgres/load/live-rows.ts'
import { countPending } from '../../postgres/state/pending-read.ts'
import type { Pass, PassContext, PassCounts } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { findSuspects } from './find-suspects.ts'
import { settle, trySettle } from './settle.ts'

/**
 * Finds what was deleted, merged away or restored since the last run, of which no stamp tells: HubSpot's
 * number of live records is compared with the table's, and where they differ, in ever smaller spans of
 * ids until a span can be listed. Then everything is settled that this and the passes before it remembered as
 * records to read by id: nothing is changed on the word of a count or a list.
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

async function findDeletes(context: PassContext): Promise<PassCounts> {
  const { entity, hubspot, database, tally, run, emit } = context
  // What an earlier run left may be there again: then it need not be looked for.
  const { left } = await countPending(database, run, entity)
  if (left > 0) await trySettle(context)
  const isCounted = await findSuspects(context, everyId)
  // What cannot be searched was listed instead.
  if (!isCounted && isSearchable(hubspot, entity.objectType)) {
    emit({
      type: 'notice',
      code: 'DELETES_NOT_COUNTED',
      message: "HubSpot's search does not say how many records there are: deletes wait for it",
      fix: `\`hubgen verify ${entity.name}\` compares every id without the search`,
    })
  }
  await settle(context)
  return countsOf(tally)
}
