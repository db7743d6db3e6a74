import { countRecords } from '../../hubspot/count-records.ts'
import { pageRecords } from '../../hubspot/record-pages.ts'
import { countLiveRows, everyId, findMiddleId, type IdSpan } from '../../postgres/live-rows.ts'
import { compareSpans } from '../compare-ids.ts'
import type { Pass, PassContext, PassCounts } from '../pass.ts'
import { countsOf } from '../tally.ts'
import { settleMissing } from './missing.ts'

/** Records that are listed rather than counted in halves: three calls of the list, which has no limit of its own. */
const listedRecords = 300
/** Forty seconds at five a second; what is undecided then is listed. */
const mostSearches = 200

/**
 * Finds what was deleted, merged away or restored since the last run, of which no stamp tells: HubSpot's
 * number of live records is compared with the table's, and where they differ, in ever smaller spans of
 * ids until a span can be listed. Nothing is changed on the word of a count or a list.
 */
export const deletes: Pass = {
  name: 'deletes',
  everyMs: 0,
  plan: async ({ entity, hubspot }) => [
    { endpoint: `POST ${hubspot.paths.search(entity.objectType)}`, calls: 1, bucket: 'search' },
  ],
  run: findDeletes,
}

async function findDeletes(context: PassContext): Promise<PassCounts> {
  const { entity, hubspot, database, tally, emit } = context
  const found = await countRecords(hubspot, entity.objectType)
  if (found === null) {
    emit({
      type: 'notice',
      code: 'DELETES_NOT_COUNTED',
      message: "HubSpot's search does not say how many records there are: deletes wait for it",
      fix: `\`hubgen verify ${entity.entity}\` compares every id without the search`,
    })
    return countsOf(tally)
  }
  const stored = await countLiveRows(database, entity, everyId)
  if (found !== stored) await settleCounted(context, { ...everyId, found, stored })
  return countsOf(tally)
}

/** Finds and settles what differs in a span of which the counts differ. */
export async function settleCounted(context: PassContext, whole: CountedSpan): Promise<void> {
  const spans = await narrowDown(context, whole)
  await compareSpans(context, spans, {
    signal: context.signal,
    async onSuspects(suspects) {
      await settleMissing(
        context,
        suspects.map(({ id }) => id),
      )
    },
  })
}

/** A span, and how many live records of it HubSpot and the table have. */
export interface CountedSpan extends IdSpan {
  readonly found: number
  readonly stored: number
}

/** The spans to list, ascending: those that differ and are small, or that it no longer pays to halve. */
async function narrowDown(context: PassContext, whole: CountedSpan): Promise<readonly IdSpan[]> {
  const listingCalls = Math.ceil(Math.max(whole.found, whole.stored) / pageRecords)
  const most = Math.min(mostSearches, Math.floor(listingCalls / 2))
  let searches = 0
  let open: readonly CountedSpan[] = [whole]
  const small: IdSpan[] = []
  while (open.length > 0) {
    context.signal.throwIfAborted()
    const halved = await Promise.all(
      open.map((span) => {
        const few = Math.max(span.found, span.stored) <= listedRecords
        if (few || searches >= most) return null
        searches++
        return halve(context, span)
      }),
    )
    small.push(...open.filter((_, place) => halved[place] === null))
    open = halved.flatMap((halves) => halves ?? []).filter(({ found, stored }) => found !== stored)
  }
  return small.sort((left, right) => (left.from < right.from ? -1 : 1))
}

/** One search: what is not below the middle is above it. Null where it cannot be halved. */
async function halve(
  { entity, hubspot, database }: PassContext,
  span: CountedSpan,
): Promise<readonly CountedSpan[] | null> {
  const middle = await findMiddleId(database, entity, span)
  if (middle === null) return null
  const below = { from: span.from, until: middle }
  const from = span.from === everyId.from ? null : span.from
  const [found, stored] = await Promise.all([
    countRecords(hubspot, entity.objectType, from, middle),
    countLiveRows(database, entity, below),
  ])
  if (found === null) return null
  return [
    { ...below, found, stored },
    { from: middle, until: span.until, found: span.found - found, stored: span.stored - stored },
  ]
}
