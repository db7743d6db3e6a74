import type { Transaction } from 'kysely'
import { HubgenError } from '../errors.ts'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import type { LoadPlan } from '../postgres/load-plan.ts'
import type { BatchOutcome } from '../postgres/write-batch.ts'
import { writeBatch } from '../postgres/write-batch.ts'
import type { ConvertedRecord } from '../values/row.ts'
import type { BatchFacts, SyncEventBody } from './events.ts'
import type { PassContext, PassCounts } from './pass.ts'
import { countBatch, countsOf } from './tally.ts'

/** Records that were read together. */
export interface LoadPage<Covered = unknown> {
  readonly records: readonly ConvertedRecord[]
  /** Which part of the whole is done with these records, in the words of the pass. */
  readonly covered?: Covered
}

export interface Loading<Covered = unknown> {
  readonly plan: LoadPlan
  /** Where the pass stands once these pages, and all before them, are committed; called in their order. */
  readonly moveOn?: (pages: readonly LoadPage<Covered>[]) => unknown
  /** Writes in the transaction of these pages, after their rows; gives how many rows it deleted. */
  readonly settle?: (
    transaction: Transaction<HubgenTables>,
    pages: readonly LoadPage<Covered>[],
  ) => Promise<number>
}

/** Measured best; larger batches cost memory, and more work is lost when one fails. */
const usualBatchRows = 1_000

/**
 * Pages → rows → batches: one batch is written while the next is built from pages that are read ahead,
 * and neither runs further away: a slow database makes the readers wait. A page is done with the batch that
 * has its last record. Rejects with what ended the reading or failed the batch; when that is not a
 * cancellation, what was read before is written first.
 */
export async function loadPages<Covered>(
  context: PassContext,
  pages: AsyncIterable<LoadPage<Covered>>,
  loading: Loading<Covered>,
): Promise<PassCounts> {
  const { tally, signal, emit, options } = context
  const { batchRows = usualBatchRows } = options
  const writer = openWriter(context, loading)
  let batch: ConvertedRecord[] = []
  let done: LoadPage<Covered>[] = []
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
  }
  await write()
  await writer.settle()
  return countsOf(tally)
}

interface ReadBatch<Covered> {
  readonly records: readonly ConvertedRecord[]
  /** Pages that are done with this batch. */
  readonly done: readonly LoadPage<Covered>[]
}

interface Writer<Covered> {
  /** Resolves when the batch is under way; rejects when the one before it failed. */
  write(batch: ReadBatch<Covered>): Promise<void>
  /** Resolves when nothing is in flight; rejects when the last batch failed. */
  settle(): Promise<void>
}

function openWriter<Covered>(context: PassContext, loading: Loading<Covered>): Writer<Covered> {
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

async function writeOne<Covered>(
  context: PassContext,
  loading: Loading<Covered>,
  { records, done }: ReadBatch<Covered>,
): Promise<void> {
  const { emit, tally } = context
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
  tally.deleted += outcome.deleted
  const { inserted, updated, unchanged, rejectedValues, rejectedRecords } = outcome
  emit(...rejectedRecords.map((reject) => ({ type: 'record_rejected' as const, ...reject })), {
    type: 'batch_written',
    ...facts,
    inserted,
    updated,
    unchanged,
    rejectedValues,
    rejectedRecords: rejectedRecords.length,
  })
}

async function commitBatch<Covered>(
  { run, emit, commit }: PassContext,
  { plan, moveOn, settle }: Loading<Covered>,
  { records, done }: ReadBatch<Covered>,
  facts: BatchFacts,
): Promise<BatchOutcome> {
  let deleted = 0
  try {
    const outcome = await writeBatch(commit, plan, records, run, {
      position: done.length > 0 ? moveOn?.(done) : undefined,
      async settle(transaction) {
        deleted = settle === undefined ? 0 : await settle(transaction, done)
      },
    })
    return { ...outcome, deleted: outcome.deleted + deleted }
  } catch (error) {
    if (error instanceof HubgenError) {
      const { code, message } = error
      const recordIds = records.map(({ id }) => id)
      emit({ type: 'batch_failed', ...facts, recordIds, code, message })
    }
    throw error
  }
}

function rejectsOf({ id, rejects }: ConvertedRecord): SyncEventBody[] {
  return rejects.map(({ property, reason }) => ({
    type: 'value_rejected' as const,
    recordId: id,
    property,
    reason,
  }))
}
