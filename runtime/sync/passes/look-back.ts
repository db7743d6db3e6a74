import { isSearchable } from '../../hubspot/ask-search.ts'
import { batchRecords } from '../../hubspot/batch-read.ts'
import { countChanges, searchPageRecords } from '../../hubspot/changes.ts'
import { machine } from '../../machine.ts'
import { findIdAt, type IdSpan } from '../../postgres/load/live-rows.ts'
import { planLoad } from '../../postgres/load/load-plan.ts'
import { retrying } from '../../postgres/state/commit.ts'
import { loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassResult, PlanContext } from '../pass.ts'
import { patienceOf } from '../patience.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { countsOf } from '../tally.ts'
import { type ChangedPage, readChangedPages, rememberNotFound } from './changes.ts'
import { findSuspects } from './find-suspects.ts'
import { MissedChanges } from './missed-changes.ts'

/** An hour less than a day, so that a daily run always finds the pass due. */
const everyMs = 23 * 3_600_000
/** Three hours longer than that interval, for late runs. */
const lookBackMs = 26 * 3_600_000
/** Number of id spans to count. */
const countedSpans = 2

/**
 * Checks once a day what runs otherwise assume. It searches the changes of the last 26 hours again, so that
 * a search index that lags more than `readBack`, or a wrong clock, loses none. It also counts two random
 * spans of ids, in which a deletion and a restoration do not cancel out as they do in the total.
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
    // Records that the table already has are not read again; only for the first look is the number unknown.
    { endpoint: `POST ${hubspot.paths.batchRead(objectType)}`, calls: unknown, bucket: 'general' },
  ]
}

async function readAgain(context: PassContext): Promise<PassResult> {
  const { entity, hubspot, freshAsOf, begunAt, databaseAheadMs, startedAt, tally } = context
  // The full scan of the same run has read everything.
  if (freshAsOf !== null && begunAt.getTime() - freshAsOf.getTime() < everyMs) return {}
  // For these object types, `changes` has read everything.
  if (!isSearchable(hubspot, entity.objectType)) return {}
  const plan = planLoad(entity)
  const fromMs = startedAt.getTime() - Math.max(0, databaseAheadMs) - lookBackMs
  const missed = new MissedChanges(context)
  const pages = lookingAt(missed, readChangedPages(context, plan, { fromMs, afterId: null }))
  await loadPages(context, pages, { plan, remember: rememberNotFound(context) })
  await missed.report()
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

/** Two spans, starting at the smallest id and cut at randomly chosen rows; ids after them are not counted. */
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
