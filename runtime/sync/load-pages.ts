import type { Transaction } from 'kysely'
import { HubgenError } from '../errors.ts'
import type { UnreadRecord } from '../hubspot/page.ts'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import type { LoadPlan } from '../postgres/load/load-plan.ts'
import { forgetMerges, hasMergeTable } from '../postgres/load/merges.ts'
import type { BatchOutcome } from '../postgres/load/write-batch.ts'
import { writeBatch } from '../postgres/load/write-batch.ts'
import { type Commit, retrying } from '../postgres/state/commit.ts'
import { keepUnread } from '../postgres/state/pending-read.ts'
import type { ConvertedRecord } from '../values/row.ts'
import { countOf } from '../words/numbers-as-text.ts'
import type { BatchFacts, SyncEventBody } from './events.ts'
import type { PassContext, PassCounts } from './pass.ts'
import { patienceOf } from './patience.ts'
import { countBatch, countsOf, type Tally } from './tally.ts'

/** Records that were read together, and whatever a pass wants to know of them once they are written. */
export interface LoadPage {
  readonly records: readonly ConvertedRecord[]
  /** Records that are there and could not be read: they are remembered, and read by id in the next run. */
  readonly unread: readonly UnreadRecord[]
  /** Records without a usable id. */
  readonly nameless?: number
}

export interface Loading<Page extends LoadPage> {
  readonly plan: LoadPlan
  /** As `WriteBatchOptions` has it: `begunAt` of a pass that reads by id or in full. */
  readonly beatsRowsBefore?: Date | null
  /** Where the pass stands once these pages, and all before them, are committed; called in their order. */
  readonly moveOn?: (pages: readonly Page[]) => unknown
  /** What else is written in the transaction with which these pages count as read, after their records. */
  readonly remember?: (
    transaction: Transaction<HubgenTables>,
    pages: readonly Page[],
  ) => Promise<unknown>
}

/** Measured best; larger batches cost memory, and more work is lost when one fails. */
const usualBatchRows = 1_000

/**
 * Pages → rows → batches: one batch is written while the next is built from pages that are read ahead,
 * and neither runs further away: a slow database makes the readers wait. A page is done with the batch that
 * has its last record. Rejects with what ended the reading or failed the batch; when that is not a
 * cancellation, what was read before is written first.
 */
export async function loadPages<Page extends LoadPage>(
  context: PassContext,
  pages: AsyncIterable<Page>,
  loading: Loading<Page>,
): Promise<PassCounts> {
  const { tally, signal, emit, options, database, entity } = context
  const { batchRows = usualBatchRows } = options
  const look = () => hasMergeTable(database, entity)
  const merging = await retrying(database, look, patienceOf(context))
  const writer = openWriter(context, { ...loading, merging })
  let batch: ConvertedRecord[] = []
  let done: Page[] = []
  let nameless = 0
  const write = async () => {
    if (batch.length === 0 && done.length === 0) return
    const written = { records: batch, done }
    batch = []
    done = []
    await writer.write(written)
  }
  try {
    for await (const page of pages) {
      // Pages that were read ahead are not begun when the run is cancelled.
      signal.throwIfAborted()
      const { records } = page
      nameless += page.nameless ?? 0
      tally.read += records.length
      if (records.length > 0) emit({ type: 'page_read', records: records.length, read: tally.read })
      for (const [index, record] of records.entries()) {
        batch.push(record)
        if (index === records.length - 1) done.push(page)
        if (batch.length >= batchRows) await write()
      }
      if (records.length === 0) done.push(page)
    }
  } catch (error) {
    await writer.settle()
    if (!signal.aborted) await write()
    await writer.settle()
    throw error
  } finally {
    sayNameless(context, nameless)
  }
  await write()
  await writer.settle()
  return countsOf(tally)
}

interface Writing<Page extends LoadPage> extends Loading<Page> {
  /** Whether there is a table of merges beside the entity's. */
  readonly merging: boolean
}

/** Nothing can be kept of a record that cannot be named; an id that comes later is a new record's. */
function sayNameless({ emit }: PassContext, nameless: number): void {
  if (nameless === 0) return
  emit({
    type: 'notice',
    code: 'RECORDS_NAMELESS',
    message: `HubSpot listed ${countOf(nameless, 'record')} without an id: the table lacks ${nameless === 1 ? 'it' : 'them'}`,
    fix: null,
  })
}

interface ReadBatch<Page extends LoadPage> {
  readonly records: readonly ConvertedRecord[]
  /** Pages that are done with this batch. */
  readonly done: readonly Page[]
}

interface Writer<Page extends LoadPage> {
  /** Resolves when the batch is under way; rejects when the one before it failed. */
  write(batch: ReadBatch<Page>): Promise<void>
  /** Resolves when nothing is in flight; rejects when the last batch failed. */
  settle(): Promise<void>
}

function openWriter<Page extends LoadPage>(
  context: PassContext,
  loading: Writing<Page>,
): Writer<Page> {
  let inFlight: Promise<void> = Promise.resolve()
  return {
    async write(batch) {
      await inFlight
      inFlight = writeOne(context, loading, batch)
      // Whoever waits next is told; until then a failure only has to end the reading.
      inFlight.catch(context.stopReading)
    },
    settle: () => inFlight,
  }
}

async function writeOne<Page extends LoadPage>(
  context: PassContext,
  loading: Writing<Page>,
  { records, done }: ReadBatch<Page>,
): Promise<void> {
  const { emit, tally } = context
  // Pages without records count as read as well.
  if (records.length === 0) {
    await commitBatch(context, loading, { records, done }, null)
    return
  }
  const facts: BatchFacts = {
    batch: tally.batches + 1,
    records: records.length,
    firstRecordId: records[0]?.id ?? '',
    lastRecordId: records.at(-1)?.id ?? '',
  }
  // The log has the batch before the database does: with a full disk nothing is written unlogged.
  for (const record of records) {
    if (record.rejects.length > 0) emit(...rejectsOf(record))
  }
  emit({ type: 'batch_started', ...facts })
  const outcome = await commitBatch(context, loading, { records, done }, facts)
  countBatch(tally, records, outcome)
  const { refused, ...counts } = outcome
  emit(...refused.map((reject) => ({ type: 'record_rejected' as const, ...reject })), {
    type: 'batch_written',
    ...facts,
    ...counts,
  })
}

async function commitBatch<Page extends LoadPage>(
  context: PassContext,
  loading: Writing<Page>,
  { records, done }: ReadBatch<Page>,
  facts: BatchFacts | null,
): Promise<BatchOutcome> {
  const { run, emit, tally, entity } = context
  const { plan, moveOn, remember, beatsRowsBefore = null } = loading
  const commit: Commit = (write, position) =>
    context.commit(async (transaction) => {
      const written = await write(transaction)
      await keepUnread(
        transaction,
        run,
        entity,
        done.flatMap(({ unread }) => unread),
      )
      if (loading.merging) {
        const ids = records.map(({ id }) => id)
        await forgetMerges(transaction, entity, ids)
      }
      await remember?.(transaction, done)
      return written
    }, position)
  try {
    const position = done.length > 0 ? moveOn?.(done) : undefined
    const expected = expectedOf(tally)
    return await writeBatch(commit, plan, records, run, { position, expected, beatsRowsBefore })
  } catch (error) {
    if (error instanceof HubgenError && facts !== null) {
      const { code, message } = error
      const recordIds = records.map(({ id }) => id)
      emit({ type: 'batch_failed', ...facts, recordIds, code, message })
    }
    throw error
  }
}

/** Where all records so far were new, as in a first sync, the next are likely to be. */
function expectedOf({ batches, updated, unchanged, rejectedRecords }: Tally): 'new' | 'anything' {
  return batches > 0 && updated + unchanged + rejectedRecords === 0 ? 'new' : 'anything'
}

function rejectsOf({ id, rejects }: ConvertedRecord): SyncEventBody[] {
  return rejects.map(({ property, reason }) => ({
    type: 'value_rejected' as const,
    recordId: id,
    property,
    reason,
  }))
}
