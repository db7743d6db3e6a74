import { sql } from 'kysely'
import { readBatch } from '../../hubspot/batch-read.ts'
import {
  type Change,
  type ChangePage,
  type ChangePosition,
  countChanges,
  readChanges,
  searchPageRecords,
} from '../../hubspot/changes.ts'
import { prefetch } from '../../hubspot/prefetch.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { type LoadPlan, planLoad } from '../../postgres/load-plan.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { type LoadPage, loadPages } from '../load-pages.ts'
import type { Pass, PassContext, PassCounts, PlanContext, PlannedCalls } from '../pass.ts'
import { rowFormat } from '../row-format.ts'

/**
 * How far behind its own beginning a pass goes back and reads again: HubSpot's search index shows changes
 * "a few moments" late, and Postgres's clock, which says when a pass began, may differ from HubSpot's. Too
 * short loses changes until the next reconciliation; too long costs a search for every 200 changes of that
 * time, and nothing else: what the table has already is neither read again nor written.
 */
const overlapMs = 15 * 60_000
/** HubSpot's largest batch read. */
const batchRecords = 100

/** What changed since this pass last began, by modified stamp. */
export const changes: Pass = {
  name: 'changes',
  everyMs: 0,
  describePosition: (position) => {
    const { fromMs } = asPosition(position) ?? {}
    return fromMs === undefined ? null : `changes up to ${new Date(fromMs).toISOString()} were read`
  },
  plan: planCalls,
  run: loadChanges,
}

async function planCalls(context: PlanContext): Promise<readonly PlannedCalls[]> {
  const { entity, hubspot, freshAsOf } = context
  const { objectType } = entity
  // The catch-up of a full run finds what changes while it reads; nobody knows how much.
  const total = freshAsOf === null ? 0 : await countChanges(hubspot, entity, freshAsOf.getTime())
  const searches = Math.max(1, Math.ceil(total / searchPageRecords))
  return [
    { endpoint: `POST ${hubspot.paths.search(objectType)}`, calls: searches, bucket: 'search' },
    {
      endpoint: `POST ${hubspot.paths.batchRead(objectType)}`,
      calls: Math.ceil(total / batchRecords),
      bucket: 'general',
    },
  ]
}

interface LoadedChanges extends LoadPage {
  readonly next: ChangePosition
}

async function loadChanges(context: PassContext): Promise<PassCounts> {
  const { freshAsOf } = context
  if (freshAsOf === null) return {}
  const plan = planLoad(context.entity)
  return loadPages(context, readPages(context, plan, freshAsOf), {
    plan,
    moveOn: (pages) => pages.at(-1)?.next,
  })
}

async function* readPages(
  context: PassContext,
  plan: LoadPlan,
  freshAsOf: Date,
): AsyncGenerator<LoadedChanges> {
  const { entity, hubspot, begunAt } = context
  const { fromMs, afterId } = asPosition(context.position) ?? {
    fromMs: freshAsOf.getTime() - overlapMs,
    afterId: null,
  }
  const { objectType, modifiedProperty } = entity
  const untilMs = begunAt.getTime() + overlapMs
  const request = { objectType, modifiedProperty, fromMs, afterId, untilMs }
  const format = rowFormat(plan.columns)
  const properties = [...new Set(plan.columns.map(({ property }) => property))]
  const readValues = async ({ changes, next }: ChangePage): Promise<LoadedChanges> => {
    const ids = await newIds(context, changes)
    const batches: string[][] = []
    for (let at = 0; at < ids.length; at += batchRecords) {
      batches.push(ids.slice(at, at + batchRecords))
    }
    const records: (readonly ConvertedRecord[])[] = await Promise.all(
      batches.map((batch) => readBatch(hubspot, { objectType, properties }, format, batch)),
    )
    return { records: records.flat(), next }
  }
  const pages = prefetch(readChanges(hubspot, request))
  yield* prefetch(mapPages(pages, readValues))
}

async function* mapPages<From, To>(
  pages: AsyncIterable<From>,
  read: (page: From) => Promise<To>,
): AsyncGenerator<To> {
  for await (const page of pages) yield await read(page)
}

/** Each once, without those that the table has as new as the index says they are. */
async function newIds(
  { database, entity }: PassContext,
  changes: readonly Change[],
): Promise<readonly string[]> {
  if (changes.length === 0) return []
  const ids = changes.map(({ id }) => id)
  const stamps = changes.map(({ updatedAt }) => updatedAt)
  const { rows } = await explainingErrors(database.label, () =>
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
