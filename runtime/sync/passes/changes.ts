import { sql } from 'kysely'
import { isSearchable, isSearchRefused, refusedSearches } from '../../hubspot/ask-search.ts'
import { batchRecords, readBatch } from '../../hubspot/batch-read.ts'
import {
  type Change,
  type ChangePage,
  type ChangePosition,
  countChanges,
  readChanges,
  searchPageRecords,
} from '../../hubspot/changes.ts'
import type { HubSpotError } from '../../hubspot/client/hubspot-error.ts'
import { inOrder } from '../../hubspot/concurrency/in-order.ts'
import { prefetch } from '../../hubspot/concurrency/prefetch.ts'
import type { UnreadRecord } from '../../hubspot/page.ts'
import { fitsBigint } from '../../hubspot/record.ts'
import { countLiveRows, everyId } from '../../postgres/load/live-rows.ts'
import { type LoadPlan, planLoad } from '../../postgres/load/load-plan.ts'
import { retrying } from '../../postgres/state/commit.ts'
import { recordsPart, rememberReads } from '../../postgres/state/pending-read.ts'
import { readRunBegin } from '../../postgres/state/state.ts'
import { type Loading, type LoadPage, loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassCounts, PassResult, PlanContext } from '../pass.ts'
import { patienceOf } from '../patience.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { rowFormat } from '../row-format.ts'
import { readBackMsOf } from '../sync-options.ts'
import { planList, readEverything } from './records.ts'
import { describeScanPosition } from './scan-position.ts'

/** Pages whose values are in flight or wait to be written; HubSpot allows five searches per second. */
const mostUnderWay = 4

/** With more records, a list takes enough calls that trying a search first costs little. */
const fewRecords = 20_000

/** Reads records that changed since this pass last began, by modified stamp. */
export const changes: Pass = {
  name: 'changes',
  endsRun: true,
  everyMs: 0,
  describePosition: (position) => {
    const { fromMs } = asPosition(position) ?? {}
    return fromMs === undefined
      ? describeScanPosition(position)
      : `changes up to ${new Date(fromMs).toISOString()} were read`
  },
  plan: planCalls,
  run: loadChanges,
}

async function planCalls(context: PlanContext): Promise<readonly PlannedCalls[]> {
  const { entity, hubspot, freshAsOf } = context
  const { objectType } = entity
  const endpoint = `POST ${hubspot.paths.search(objectType)}`
  // After a full sync, this pass reads what changed meanwhile; the number is not known in advance.
  const total = freshAsOf === null ? 0 : await countSince(context, freshAsOf)
  if (total === null) {
    const refused = refusedSearches(hubspot, objectType)
    return [{ endpoint, calls: refused, bucket: 'search' }, ...(await planList(context))]
  }
  // The full read has already tried the search.
  const searches = isSearchable(hubspot, objectType) ? Math.ceil(total / searchPageRecords) || 1 : 0
  return [
    { endpoint, calls: searches, bucket: 'search' },
    {
      endpoint: `POST ${hubspot.paths.batchRead(objectType)}`,
      calls: Math.ceil(total / batchRecords),
      bucket: 'general',
    },
  ]
}

/** Null if the object type cannot be searched. */
async function countSince({ entity, hubspot }: PlanContext, since: Date): Promise<number | null> {
  try {
    return await countChanges(hubspot, entity, since.getTime())
  } catch (error) {
    if (isSearchRefused(error)) return null
    throw error
  }
}

async function loadChanges(context: PassContext): Promise<PassResult> {
  const { freshAsOf } = context
  if (freshAsOf === null) return {}
  try {
    return await searchChanges(context, freshAsOf)
  } catch (error) {
    if (!isSearchRefused(error)) throw error
    return readInstead(context, freshAsOf, error)
  }
}

/**
 * Reads all records from the list, for an object type that HubSpot cannot search. If this run has already
 * read them all, later changes are left to the next run, which reads all records as well.
 */
async function readInstead(
  context: PassContext,
  freshAsOf: Date,
  { code, message }: HubSpotError,
): Promise<PassResult> {
  const { entity, database, run, emit } = context
  emit({
    type: 'notice',
    code: 'SEARCH_NOT_SUPPORTED',
    message: `${entity.name} cannot be searched for changes, so every run reads all of them: ${message}`,
    fix: null,
  })
  const begin = () => readRunBegin(database, run)
  const runBegan = await retrying(database, begin, patienceOf(context))
  const counts = freshAsOf >= runBegan ? {} : await readEverything(context)
  const isSpared = code === 'SEARCH_NOT_SUPPORTED' && (await isSmall(context))
  return isSpared ? { ...counts, refusal: message } : counts
}

/** Whether refused searches would be more than a hundredth of a run's calls. */
async function isSmall(context: PassContext): Promise<boolean> {
  const { database, entity } = context
  const count = () => countLiveRows(database, entity, everyId)
  return (await retrying(database, count, patienceOf(context))) <= fewRecords
}

/**
 * Starts `readBack` before its own last beginning and searches again, because HubSpot's index shows changes
 * "a few moments" late. For the same reason, an interrupted pass resumes no later than that.
 */
async function searchChanges(context: PassContext, freshAsOf: Date): Promise<PassCounts> {
  const { entity, begunAt, databaseAheadMs, options } = context
  const plan = planLoad(entity)
  const readBackMs = readBackMsOf(options)
  const position = asPosition(context.position)
  const from = position ?? { fromMs: freshAsOf.getTime() - readBackMs, afterId: null }
  // HubSpot sets the stamps and Postgres says when a pass began, so the earlier of the two clocks is used.
  const begunMs = begunAt.getTime() - Math.max(0, databaseAheadMs)
  const latest = { fromMs: begunMs - readBackMs, afterId: null }
  const note = (found: readonly Change[], settledMs: number) =>
    options.watch?.noteChanges(found, settledMs)
  return loadPages(context, readChangedPages(context, plan, from, note), {
    plan,
    remember: rememberNotFound(context),
    moveOn(pages) {
      const next = pages.at(-1)?.next
      return next === undefined || next.fromMs <= latest.fromMs ? next : latest
    },
  })
}

/** Changes that one search found, with the records whose version in the table is older. */
export interface ChangedPage extends LoadPage {
  readonly next: ChangePosition
  /** The index has them, and the read by id says that they do not exist: one of the two is out of date. */
  readonly notFound: readonly string[]
}

/** Remembers records that the index has and the read by id does not, to be settled in this run. */
export function rememberNotFound({
  run,
}: Pick<PassContext, 'run'>): NonNullable<Loading<ChangedPage>['remember']> {
  return (transaction, pages) => {
    const ids = pages.flatMap(({ notFound }) => notFound)
    const reads = ids.map((id) => ({ id, reason: 'not_listed' as const }))
    return rememberReads(transaction, run, recordsPart, reads)
  }
}

/** Searches from this position to now, and reads by id the records whose version in the table is older. */
export async function* readChangedPages(
  context: PassContext,
  plan: LoadPlan,
  from: ChangePosition,
  note: (found: readonly Change[], settledMs: number) => void = () => {},
): AsyncGenerator<ChangedPage> {
  const { entity, hubspot, startedAt, databaseAheadMs, options } = context
  const { objectType, modifiedProperty } = entity
  const readBackMs = readBackMsOf(options)
  const request = {
    objectType,
    modifiedProperty,
    ...from,
    settledMs: startedAt.getTime() - Math.max(0, databaseAheadMs) - readBackMs,
    untilMs: startedAt.getTime() - databaseAheadMs + readBackMs,
  }
  const format = rowFormat(plan.columns)
  const properties = [...new Set(plan.columns.map(({ property }) => property))]
  const readValues = async ({ ids, unread, next }: IdGroup): Promise<ChangedPage> => {
    const batches: string[][] = []
    for (let at = 0; at < ids.length; at += batchRecords) {
      batches.push(ids.slice(at, at + batchRecords))
    }
    const answers = await Promise.all(
      batches.map((batch) => readBatch(hubspot, { objectType, properties }, format, batch)),
    )
    return {
      records: answers.flatMap(({ records }) => records),
      unread: [...answers.flatMap((answer) => answer.unread), ...unread],
      notFound: answers.flatMap(({ notFound }) => notFound),
      next,
    }
  }
  const found = noting(readChanges(hubspot, request), (changes) => note(changes, request.settledMs))
  const pages = prefetch(found)
  yield* inOrder(inWholeBatches(context, pages, from), mostUnderWay, readValues)
}

async function* noting(
  pages: AsyncIterable<ChangePage>,
  note: (changes: readonly Change[]) => void,
): AsyncGenerator<ChangePage> {
  for await (const page of pages) {
    note(page.changes)
    yield page
  }
}

/** Records to read by id, and the position up to which all changes are read once these and earlier ones are. */
interface IdGroup {
  readonly ids: readonly string[]
  /** Records that cannot be read by id. */
  readonly unread: readonly UnreadRecord[]
  readonly next: ChangePosition
}

/** A page's records may not fill its last batch; the rest waits for those of the next page. */
async function* inWholeBatches(
  context: PassContext,
  pages: AsyncIterable<ChangePage>,
  from: ChangePosition,
): AsyncGenerator<IdGroup> {
  let waiting: readonly string[] = []
  let unread: UnreadRecord[] = []
  /** All records found before this position were yielded. */
  let given = from
  /** The same, once the waiting records are yielded. */
  let reached = from
  for await (const page of pages) {
    const askable = page.unread.filter(({ id }) => fitsBigint(id)).map(({ id }) => id)
    const found = new Set([...waiting, ...(await newIds(context, page.changes)), ...askable])
    unread.push(...page.unread.filter(({ id }) => !fitsBigint(id)))
    const ids = [...found]
    const whole = ids.length - (ids.length % batchRecords)
    if (whole >= waiting.length) given = reached
    waiting = ids.slice(whole)
    reached = page.next
    if (waiting.length === 0) given = reached
    if (whole > 0 || waiting.length === 0) {
      yield { ids: ids.slice(0, whole), unread, next: given }
      unread = []
    }
  }
  if (waiting.length > 0 || unread.length > 0) yield { ids: waiting, unread, next: reached }
}

/** The ids, each once, whose version in the table is older than the index says. */
async function newIds(
  { database, entity }: PassContext,
  changes: readonly Change[],
): Promise<readonly string[]> {
  if (changes.length === 0) return []
  const ids = changes.map(({ id }) => id)
  const stamps = changes.map(({ updatedAt }) => updatedAt)
  const { rows } = await retrying(database, () =>
    sql<{ id: string }>`
      SELECT DISTINCT changed.id FROM unnest(${ids}::bigint[], ${stamps}::timestamptz[])
        AS changed (id, updated_at)
      WHERE NOT EXISTS (
        SELECT FROM ${sql.table(entity.table)} AS stored
        WHERE stored.id = changed.id AND stored.updated_at >= changed.updated_at
          AND NOT stored.is_deleted
      ) ORDER BY changed.id`.execute(database.kysely),
  )
  return rows.map(({ id }) => id)
}

function asPosition(position: unknown): ChangePosition | null {
  if (typeof position !== 'object' || position === null || !('fromMs' in position)) return null
  const { fromMs } = position
  if (typeof fromMs !== 'number') return null
  const afterId = 'afterId' in position ? position.afterId : null
  return { fromMs, afterId: typeof afterId === 'string' ? afterId : null }
}
