import type { HistoryTable } from '../../entity.ts'
import { historyBatchRecords } from '../../hubspot/batch-read.ts'
import { asObject } from '../../hubspot/client/answer-body.ts'
import { inOrder } from '../../hubspot/concurrency/in-order.ts'
import { type RecordHistory, readHistories, unansweredHistories } from '../../hubspot/histories.ts'
import { fitsBigint } from '../../hubspot/record.ts'
import { missingTableFix } from '../../postgres/connection/table-check.ts'
import { tableOf } from '../../postgres/identifier.ts'
import { haveTables } from '../../postgres/load/bring-rows.ts'
import { countLiveRows, everyId } from '../../postgres/load/live-rows.ts'
import { type HistoryRow, loadHistory } from '../../postgres/load/load-history.ts'
import { recordIds } from '../../postgres/load/record-ids.ts'
import { forgetReads, readPending, rememberReads } from '../../postgres/state/pending-read.ts'
import { rememberUnanswered } from '../../postgres/state/unanswered.ts'
import { timestamptzCodec } from '../../values/timestamptz.ts'
import type { Pass, PassContext, PassResult, PlanContext } from '../pass.ts'
import type { PlannedCalls } from '../planned-calls.ts'
import { countsOf } from '../tally.ts'
import { byNumber, changedSpans, type IdPosition, laterId, readIdPosition } from './position.ts'
import { refusalOf } from './read-optional.ts'

/**
 * Twice what HubSpot's limit allows while a call takes 400 ms. Answers are written in order, so a slow one
 * delays the others.
 */
const mostUnderWay = 16

/**
 * Reads former values of the chosen properties: once for every record, then for records that changed here
 * since. A batch read takes as many records as a page of the list, and only records that the table has.
 */
export const history: Pass = {
  name: 'history',
  everyMs: 0,
  unit: 'former values',
  tables: ({ history }) => (history === undefined ? [] : [history.table]),
  reads: ({ history }, unanswered) =>
    history === undefined
      ? []
      : [...history.properties.filter((name) => !unanswered.includes(name)), byNumber].toSorted(),
  plan: planCalls,
  run: async (context) => {
    const { history } = context.entity
    return history === undefined ? {} : readTable(context, history)
  },
}

async function planCalls(context: PlanContext): Promise<readonly PlannedCalls[]> {
  const { entity, hubspot, database, total, freshAsOf } = context
  // The number of changed records is not known in advance.
  if (entity.history === undefined || freshAsOf !== null) return []
  const records = total ?? (await countLiveRows(database, entity, everyId))
  const endpoint = `POST ${hubspot.paths.batchRead(entity.objectType)}`
  return [{ endpoint, calls: Math.ceil(records / historyBatchRecords), bucket: 'general' }]
}

/** Says whether the pass reads all records or those that changed since a time. */
interface HistoryPosition extends IdPosition {
  readonly since: string | null
}

async function readTable(context: PassContext, table: HistoryTable): Promise<PassResult> {
  const { entity, commit, emit } = context
  const { schema, name } = tableOf(table)
  if (!(await commit((transaction) => haveTables(transaction, [{ schema, table: name }])))) {
    const message = `history not read: there is no table ${table.table}`
    emit({ type: 'notice', code: 'HISTORY_TABLE_MISSING', message, fix: missingTableFix })
    return { skipped: `HISTORY_TABLE_MISSING: ${message}` }
  }
  const refusal = await refusalOf(`history of ${entity.name}`, emit, () =>
    readHistory(context, table),
  )
  const counts = countsOf(context.tally)
  return refusal === null ? counts : { ...counts, skipped: refusal }
}

async function readHistory(context: PassContext, table: HistoryTable): Promise<void> {
  const {
    run,
    entity,
    hubspot,
    database,
    options,
    signal,
    emit,
    commit,
    position,
    freshAsOf,
    tally,
  } = context
  const begun = readIdPosition(position)
  const all = options.full === true ? null : freshAsOf
  const since = begun === null ? all : readSince(position)
  const positionAt = (last: string): HistoryPosition => ({
    since: since?.toISOString() ?? null,
    last,
  })
  // Which records to read is decided once and survives interruptions.
  if (begun === null && since === null) await commit(async () => {}, positionAt('0'))
  const size = () => historyBatchRecords
  const spans = changedSpans(begun, { begunAt: context.begunAt, since })
  const groups = unreadFirst(context, recordIds(database, entity, { size, spans }))
  const read = async ({ ids, moves }: HistoryGroup) => {
    const { records, unread } = await readHistories(
      hubspot,
      entity.objectType,
      { former: table.properties },
      ids,
    )
    return { ids, moves, histories: records, unread: unread.filter(({ id }) => fitsBigint(id)) }
  }
  let unreadable = 0
  for await (const { ids, moves, histories, unread } of inOrder(groups, mostUnderWay, read)) {
    signal.throwIfAborted()
    const { rows, refused } = rowsOf(histories)
    const lost = unansweredHistories(histories)
    for (const name of lost) tally.unansweredHistories.add(name)
    const next = moves ? positionAt(laterId(begun, ids.at(-1) ?? '0')) : undefined
    const loaded = await commit(async (transaction) => {
      await forgetReads(transaction, run, history.name, ids)
      const again = unread.map(({ id }) => ({ id, reason: 'unread' as const }))
      await rememberReads(transaction, run, history.name, again)
      await rememberUnanswered(transaction, run, { pass: history.name, names: lost, words: lost })
      return loadHistory(transaction, table, rows)
    }, next)
    tally.read += histories.length
    tally.inserted += loaded.inserted
    tally.updated += loaded.updated
    tally.unchanged += loaded.unchanged
    unreadable += refused
    emit({ type: 'page_read', records: histories.length, read: tally.read })
  }
  if (unreadable === 0) return
  emit({
    type: 'notice',
    code: 'HISTORY_TIME_UNREADABLE',
    message: `${unreadable} former values are left out of ${table.table}: their time is not valid`,
    fix: null,
  })
}

/** Records of one call, and whether the position advances past them. */
interface HistoryGroup {
  readonly ids: readonly string[]
  readonly moves: boolean
}

/** In every run, records that HubSpot did not answer for earlier come first. */
async function* unreadFirst(
  { database, run }: PassContext,
  rest: AsyncIterable<readonly string[]>,
): AsyncGenerator<HistoryGroup> {
  const most = historyBatchRecords
  for (let after = '0'; ; ) {
    const ids = await readPending(database, run, history.name, { after, most })
    if (ids.length > 0) yield { ids, moves: false }
    if (ids.length < most) break
    after = ids.at(-1) ?? after
  }
  for await (const ids of rest) yield { ids, moves: true }
}

function readSince(position: unknown): Date | null {
  const { since } = asObject(position)
  return typeof since === 'string' ? new Date(since) : null
}

function rowsOf(histories: readonly RecordHistory[]): {
  readonly rows: readonly HistoryRow[]
  readonly refused: number
} {
  const rows: HistoryRow[] = []
  let refused = 0
  for (const { id, versions } of histories) {
    for (const version of versions) {
      const timestamp = timestamptzCodec.decode(version.timestamp)
      if (typeof timestamp === 'string') rows.push({ id, ...version, timestamp })
      else refused += 1
    }
  }
  return { rows, refused }
}
