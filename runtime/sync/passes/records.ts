import type { Entity } from '../../entity.ts'
import { isSearchable, refusedSearches } from '../../hubspot/ask-search.ts'
import { fitsBigint } from '../../hubspot/record.ts'
import { type CompletePage, readsByBatches } from '../../hubspot/record-pages.ts'
import { listInFormat } from '../../hubspot/records.ts'
import type { SpanPage } from '../../hubspot/side-by-side.ts'
import { readSideBySide } from '../../hubspot/side-by-side.ts'
import { findExtent } from '../../hubspot/survey.ts'
import { countLiveRows, everyId } from '../../postgres/load/live-rows.ts'
import { type LoadPlan, planLoad } from '../../postgres/load/load-plan.ts'
import { type ListedIds, rememberUnlisted } from '../../postgres/load/remember-unlisted.ts'
import { forgetUnaskable } from '../../postgres/state/pending-read.ts'
import { readingWord } from '../../postgres/state/unanswered.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import type { LoadPage } from '../load-pages.ts'
import { loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassCounts, PlanContext } from '../pass.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { rowFormat } from '../row-format.ts'
import { describeScanPosition, ScanPosition } from './scan-position.ts'

/** With at most one page of records, their number is not needed. */
const pageRecords = 100

/**
 * The full scan: reads every record from the list. Rows that are missing from the list are settled along
 * the way.
 */
export const records: Pass = {
  name: 'records',
  endsRun: true,
  everyMs: 0,
  covers: ['changes', 'look_back', 'archived', 'reconciliation'],
  // Calculated values that were read before an interruption may have changed since without a new stamp.
  coversWhole: ['calculated'],
  tables: ({ merges }) => (merges === undefined ? [] : [merges.table]),
  reads: readColumns,
  describePosition: describeScanPosition,
  plan: planCalls,
  run: readEverything,
}

/** A property whose type changed fills several columns; each counts. */
function readColumns(entity: Entity, unanswered: readonly string[]): readonly string[] {
  return planLoad(entity)
    .columns.filter(({ property }) => !unanswered.includes(property))
    .map(readingWord)
    .sort()
}

/** After this many pages, `proofCalls` calls find out whether ids can be read in parallel. */
const pagesBeforeProof = 3
const proofCalls = 2

/**
 * The calls for listing all records; if the search does not say how many there are, the table's row count
 * is used.
 */
export async function planList(context: PlanContext): Promise<readonly PlannedCalls[]> {
  const { entity, hubspot, database, total } = context
  const { objectType } = entity
  const records = total ?? (await countLiveRows(database, entity, everyId))
  const pages = Math.max(1, Math.ceil(records / pageRecords))
  const endpoint = `GET ${hubspot.paths.objects(objectType)}`
  const properties = [...new Set(planLoad(entity).columns.map(({ property }) => property))]
  const proof = pages > pagesBeforeProof ? proofCalls : 0
  const batchRead = `POST ${hubspot.paths.batchRead(objectType)}`
  return [
    { endpoint, calls: pages + proof, bucket: 'general' },
    { endpoint: batchRead, calls: readsByBatches(properties) ? pages : 0, bucket: 'general' },
  ]
}

async function planCalls(context: PlanContext): Promise<readonly PlannedCalls[]> {
  const { objectType } = context.entity
  const { hubspot } = context
  const search = `POST ${hubspot.paths.search(objectType)}`
  const surveys = isSearchable(hubspot, objectType) ? 1 : refusedSearches(hubspot, objectType)
  return [...(await planList(context)), { endpoint: search, calls: surveys, bucket: 'search' }]
}

/** Resumes at the context's position unless the options limit the number of records. */
export async function readEverything(context: PassContext): Promise<PassCounts> {
  const { run, entity } = context
  const plan = planLoad(entity)
  const { limit } = context.options
  if (limit !== undefined) return readSome(context, plan, limit)
  const position = ScanPosition.restore(context.position)
  const survey = surveyInBackground(context, Number.POSITIVE_INFINITY, (total) => {
    position.total ??= total
    return Math.max(0, total - position.reading.read)
  })
  const { objectType, properties, format } = requestOf(context, plan)
  const { readers } = context.options
  const pages = readSideBySide(
    context.hubspot,
    { objectType, properties },
    {
      format,
      extent: survey.extent,
      resume: position.reading,
      ...(readers !== undefined && { readers }),
    },
  )
  try {
    const counts = await loadPages(context, pages, {
      plan,
      beatsRowsBefore: context.begunAt,
      remember: (transaction, done) =>
        rememberUnlisted(transaction, run, entity, done.flatMap(listedIds)),
      moveOn(done) {
        for (const page of done) position.cover(page)
        return position.saved()
      },
    })
    // Later passes use what this has learned about the search.
    await survey.extent
    const isWhole = context.begunAt.getTime() === context.startedAt.getTime()
    if (isWhole) await context.commit((transaction) => forgetUnaskable(transaction, run))
    return counts
  } finally {
    survey.end()
  }
}

/** The ids that a page accounts for; none if its cursor is not an id. */
function listedIds({ records, unread, covered }: SpanPage<ConvertedRecord>): ListedIds[] {
  if (covered === null) return []
  const { from, to } = covered
  const ids = [...records, ...unread].map(({ id }) => id).filter(fitsBigint)
  const within = ids.every((id) => BigInt(id) >= from && (to === null || BigInt(id) < to))
  return within ? [{ from, to, ids }] : []
}

/** Reads the first records by id and saves no position. */
async function readSome(context: PassContext, plan: LoadPlan, limit: number): Promise<PassCounts> {
  const survey = surveyInBackground(context, limit, (total) => Math.min(total, limit))
  const { objectType, properties, format } = requestOf(context, plan)
  const request = { objectType, properties, limit }
  try {
    return await loadPages(context, asPages(listInFormat(context.hubspot, request, format)), {
      plan,
      beatsRowsBefore: context.begunAt,
    })
  } finally {
    survey.end()
  }
}

function requestOf({ entity }: PassContext, plan: LoadPlan) {
  const properties = [...new Set(plan.columns.map(({ property }) => property))]
  return { objectType: entity.objectType, properties, format: rowFormat(plan.columns) }
}

async function* asPages(
  pages: AsyncIterable<CompletePage<ConvertedRecord>>,
): AsyncGenerator<LoadPage> {
  yield* pages
}

/** Counts the records in the background; both the reading and the progress bar work without the result. */
function surveyInBackground(
  { hubspot, entity, emit }: PassContext,
  limit: number,
  toRead: (total: number) => number,
) {
  let ended = false
  const measure = async () => {
    if (limit <= pageRecords) return null
    try {
      const extent = await findExtent(hubspot, entity.objectType)
      if (extent !== null && !ended) {
        emit({ type: 'total_counted', total: toRead(extent.total) })
      }
      return extent
    } catch {
      // The reading or the next batch meets the same error and reports it.
      return null
    }
  }
  return {
    extent: measure(),
    end() {
      ended = true
    },
  }
}
