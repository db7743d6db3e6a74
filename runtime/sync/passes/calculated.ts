import { batchRecords, readBatch } from '../../hubspot/batch-read.ts'
import { inOrder } from '../../hubspot/concurrency/in-order.ts'
import type { UnreadRecord } from '../../hubspot/page.ts'
import { countLiveRows, everyId } from '../../postgres/load/live-rows.ts'
import {
  type CalculatedPlan,
  loadCalculated,
  planCalculated,
} from '../../postgres/load/load-calculated.ts'
import { recordIds } from '../../postgres/load/record-ids.ts'
import { keepUnread } from '../../postgres/state/pending-read.ts'
import { unansweredNames } from '../../postgres/state/unanswered.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import { incompleteOf } from '../load-pages.ts'
import type { Pass, PassContext, PassResult, PlanContext } from '../pass.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { rowFormat } from '../row-format.ts'
import { addCounts, countsOf } from '../tally.ts'
import { byNumber, IdCircle } from './position.ts'

/**
 * Changes of calculated values do not change the modified stamp, so all are read daily; an hour less than a
 * day, so that a daily run always finds the pass due.
 */
const everyMs = 23 * 3_600_000
/**
 * Twice what HubSpot's limit allows while a call takes 400 ms. Answers are written in order, so a slow one
 * delays the others.
 */
const mostUnderWay = 16
/** Rows per transaction. */
const batchRows = 1_000

/** Reads only the properties that HubSpot calculates, for every live record, and writes changed values. */
export const calculated: Pass = {
  name: 'calculated',
  everyMs,
  reads: () => [byNumber],
  plan: planCalls,
  run: refresh,
}

async function planCalls(context: PlanContext): Promise<readonly PlannedCalls[]> {
  const { entity, hubspot, database, total } = context
  if (planCalculated(entity) === null) return []
  const records = total ?? (await countLiveRows(database, entity, everyId))
  const endpoint = `POST ${hubspot.paths.batchRead(entity.objectType)}`
  return [{ endpoint, calls: Math.ceil(records / batchRecords), bucket: 'general' }]
}

interface ReadGroup {
  readonly ids: readonly string[]
  readonly records: readonly ConvertedRecord[]
  /** The next run reads these records in full by id. */
  readonly unread: readonly UnreadRecord[]
}

async function refresh(context: PassContext): Promise<PassResult> {
  const { entity, run, tally, begunAt, startedAt } = context
  const plan = planCalculated(entity)
  if (plan === null) return {}
  const circle = IdCircle.restore(context.position)
  let groups: ReadGroup[] = []
  const write = async () => {
    const records = groups.flatMap((group) => group.records)
    const position = circle.positionAt(groups.at(-1)?.ids.at(-1) ?? '0')
    const unread = [...groups.flatMap((group) => group.unread), ...incompleteOf(records)]
    groups = []
    const loaded = await context.commit(async (transaction) => {
      await keepUnread(transaction, run, entity, unread)
      return loadCalculated(transaction, plan, records, run)
    }, position)
    addCounts(tally, loaded)
    for (const name of unansweredNames(records)) tally.unanswered.add(name)
  }
  for await (const group of readGroups(context, plan, circle)) {
    context.signal.throwIfAborted()
    groups.push(group)
    tally.read += group.records.length
    sayRead(context, group.records, tally.read)
    if (groups.length * batchRecords >= batchRows) await write()
  }
  if (groups.length > 0) await write()
  const counts = countsOf(tally)
  return begunAt < startedAt ? { ...counts, again: circle.rest() } : counts
}

function readGroups(
  { entity, hubspot, database }: PassContext,
  { columns, properties }: CalculatedPlan,
  circle: IdCircle,
): AsyncGenerator<ReadGroup> {
  const spans = circle.spansLeft()
  const ids = recordIds(database, entity, { size: () => batchRecords, spans })
  const format = rowFormat(columns)
  const request = { objectType: entity.objectType, properties }
  return inOrder(ids, mostUnderWay, async (group) => {
    const { records, unread } = await readBatch(hubspot, request, format, group)
    return { ids: group, records, unread }
  })
}

function sayRead({ emit }: PassContext, records: readonly ConvertedRecord[], read: number): void {
  for (const { id, rejects } of records) {
    for (const { property, reason } of rejects) {
      emit({ type: 'value_rejected', recordId: id, property, reason })
    }
  }
  emit({ type: 'page_read', records: records.length, read })
}
