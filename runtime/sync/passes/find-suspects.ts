import { countRecords } from '../../hubspot/count-records.ts'
import { pageRecords } from '../../hubspot/record-pages.ts'
import {
  countListedRows,
  everyId,
  findMiddleId,
  type IdSpan,
} from '../../postgres/load/live-rows.ts'
import type { PassContext } from '../pass.ts'
import { compareSpans } from '../verify/compare-ids.ts'
import { MissedChanges } from './missed-changes.ts'
import { rememberSuspects } from './settle.ts'

/**
 * Up to this many records are listed instead of halved further: three calls to the list, which has no
 * separate limit.
 */
const listedRecords = 300
/** Forty seconds at five per second; spans that are undecided by then are listed. */
const mostSearches = 200

/**
 * Compares HubSpot's number of live records in a span with the table's. If they differ, finds the records
 * that make the difference and remembers them to be read by id. Returns HubSpot's number; null if its search
 * does not say how many records there are.
 */
export async function findSuspects(context: PassContext, span: IdSpan): Promise<number | null> {
  const { entity, hubspot, database } = context
  const from = span.from === everyId.from ? null : span.from
  const until = span.until === everyId.until ? null : span.until
  const found = await countRecords(hubspot, entity.objectType, from, until)
  if (found === null) return null
  const stored = await countListedRows(database, entity, span)
  if (found !== stored) {
    await listSuspects(context, await narrowDown(context, { ...span, found, stored }))
  }
  return found
}

/** The same comparison using only the list; spans ascend. */
async function listSuspects(context: PassContext, spans: readonly IdSpan[]): Promise<void> {
  const missed = new MissedChanges(context)
  await compareSpans(context, spans, {
    signal: context.signal,
    async onSuspects(suspects) {
      await missed.lookAtSuspects(suspects)
      await rememberSuspects(context, suspects)
    },
  })
  await missed.report()
}

/** A span, and the number of its live records in HubSpot and in the table. */
interface CountedSpan extends IdSpan {
  readonly found: number
  readonly stored: number
}

/** The spans to list, ascending: those that differ and are small, or not worth halving further. */
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

/** One search: records that are not below the middle are above it. Null if the span cannot be halved. */
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
    countListedRows(database, entity, below),
  ])
  if (found === null) return null
  return [
    { ...below, found, stored },
    { from: middle, until: span.until, found: span.found - found, stored: span.stored - stored },
  ]
}
