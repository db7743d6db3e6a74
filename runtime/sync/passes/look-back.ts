import { isSearchable } from '../../hubspot/ask-search.ts'
import { batchRecords } from '../../hubspot/batch-read.ts'
import { countChanges, searchPageRecords } from '../../hubspot/changes.ts'
import { machine } from '../../machine.ts'
import { findIdAt, type IdSpan } from '../../postgres/load/live-rows.ts'
import { planLoad } from '../../postgres/load/load-plan.ts'
import { retrying } from '../../postgres/state/commit.ts'
import { loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassResult, PlanContext, PlannedCalls } from '../pass.ts'
import { patienceOf } from '../patience.ts'
import { countsOf } from '../tally.ts'
import { type ChangedPage, readChangedPages } from './changes.ts'
import { findSuspects } from './find-suspects.ts'
import { MissedChanges } from './missed-changes.ts'

/** A little less than a day: one that is run daily must not find it fresh every other time. */
const everyMs = 23 * 3_600_000
/** Three hours more than that, for runs that are late. */
const lookBackMs = 26 * 3_600_000
/** Spans of ids that are counted. */
const countedSpans = 2

/**
 * Looks once a day for what runs trust not to happen: it searches the changes of the last 26 hours again, so
 * that an index later than `readBack` or a clock that was wrong loses none, and counts two random spans of
 * ids, where a deletion and a restoration do not balance each other as they do in the count of all.
 */
export const lookBack: Pass = {
  name: 'look_back',
  everyMs,
  plan: planCalls,
  run: readAgain,
}

async function planCalls({
  entity,
  hubspot,
  freshAsOf,
}: PlanContext): Promise<readonly PlannedCalls[]> {
  const { objectType } = entity
  if (!isSearchable(hubspot, objectType)) return []
  const total = await countChanges(hubspot, entity, machine.nowMs() - lookBackMs)
  const searches = Math.max(1, Math.ceil(total / searchPageRecords)) + countedSpans
  const unknown = freshAsOf === null ? Math.ceil(total / batchRecords) : 0
  return [
    { endpoint: `POST ${hubspot.paths.search(objectType)}`, calls: searches, bucket: 'search' },
    // What the table has as new is not read again; only of the first look nobody knows what it has.
    { endpoint: `POST ${hubspot.paths.batchRead(objectType)}`, calls: unknown, bucket: 'general' },
  ]
}

async function readAgain(context: PassContext): Promise<PassResult> {
  const { entity, hubspot, freshAsOf, begunAt, databaseAheadMs, startedAt, tally } = context
  // The full scan of this very run has read everything.
  if (freshAsOf !== null && begunAt.getTime() - freshAsOf.getTime() < everyMs) return {}
  // Then `changes` has read everything.
  if (!isSearchable(hubspot, entity.objectType)) return {}
  const plan = planLoad(entity)
  const fromMs = startedAt.getTime() - Math.max(0, databaseAheadMs) - lookBackMs
  const missed = new MissedChanges(context)
  const pages = lookingAt(missed, readChangedPages(context, plan, { fromMs, afterId: null }))
  await loadPages(context, pages, { plan })
  await missed.tell()
  for (const span of await chooseSpans(context)) {
    context.signal.throwIfAborted()
    await findSuspects(context, span)
  }
  return countsOf(tally)
}

async function* lookingAt(
  missed: MissedChanges,
  pages: AsyncIterable<ChangedPage>,
): AsyncGenerator<ChangedPage> {
  for await (const page of pages) {
    await missed.lookAtRecords(page.records)
    yield page
  }
}

/** Two spans from the smallest id on, cut at rows that are taken by chance; what is behind them is not counted. */
async function chooseSpans(context: PassContext): Promise<readonly IdSpan[]> {
  const { database, entity, options } = context
  const { random = machine.random } = options
  const shares = Array.from({ length: countedSpans }, () => random()).sort(
    (one, other) => one - other,
  )
  const spans: IdSpan[] = []
  let from = 0n
  for (const share of shares) {
    const find = () => findIdAt(database, entity, share)
    const until = await retrying(database, find, patienceOf(context))
    if (until === null || until <= from) continue
    spans.push({ from, until })
    from = until
  }
  return spans
}
