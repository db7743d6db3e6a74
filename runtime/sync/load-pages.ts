import { HubgenError } from '../errors.ts'
import type { Database } from '../postgres/database.ts'
import type { LoadPlan } from '../postgres/load-plan.ts'
import type { RunIdentity } from '../postgres/state.ts'
import type { BatchOutcome } from '../postgres/write-batch.ts'
import { writeBatch } from '../postgres/write-batch.ts'
import type { ConvertedRecord } from '../values/row.ts'
import type { BatchFacts, Emit, SyncEventBody } from './events.ts'
import type { Tally } from './tally.ts'
import { countBatch } from './tally.ts'

export interface Loading {
  readonly database: Database
  readonly plan: LoadPlan
  readonly run: RunIdentity
  /** Rows of one transaction. */
  readonly batchRows: number
  /** Kept up to date while loading. */
  readonly tally: Tally
  readonly emit: Emit
  /** Aborted by the caller to end the loading, and by the loading when a batch fails. */
  readonly reading: AbortController
}

/**
 * Pages → rows → batches: one batch is written while the next is built from pages that are read ahead,
 * and neither runs further away: a slow database makes the readers wait. Rejects with what ended the
 * reading or failed the batch; when that is not a cancellation, what was read before is written first.
 */
export async function loadPages(
  pages: AsyncIterable<readonly ConvertedRecord[]>,
  loading: Loading,
): Promise<void> {
  const writer = openWriter(loading)
  let batch: ConvertedRecord[] = []
  try {
    for await (const page of pages) {
      // Pages that were read ahead are not begun when the run is cancelled.
      loading.reading.signal.throwIfAborted()
      loading.tally.read += page.length
      loading.emit({ type: 'page_read', records: page.length, read: loading.tally.read })
      for (const record of page) {
        batch.push(record)
        if (batch.length < loading.batchRows) continue
        await writer.write(batch)
        batch = []
      }
    }
  } catch (error) {
    await writer.settle()
    if (!loading.reading.signal.aborted && batch.length > 0) await writer.write(batch)
    await writer.settle()
    throw error
  }
  if (batch.length > 0) await writer.write(batch)
  await writer.settle()
}

interface Writer {
  /** Resolves when the batch is under way; rejects when the one before it failed. */
  write(batch: readonly ConvertedRecord[]): Promise<void>
  /** Resolves when nothing is in flight; rejects when the last batch failed. */
  settle(): Promise<void>
}

function openWriter(loading: Loading): Writer {
  let inFlight: Promise<void> = Promise.resolve()
  let batches = 0
  return {
    async write(batch) {
      await inFlight
      inFlight = writeOne(loading, batch, ++batches)
      // Whoever waits next is told; until then a failure only has to end the reading.
      inFlight.catch((error: unknown) => loading.reading.abort(error))
    },
    settle: () => inFlight,
  }
}

async function writeOne(
  loading: Loading,
  batch: readonly ConvertedRecord[],
  number: number,
): Promise<void> {
  const facts: BatchFacts = {
    batch: number,
    records: batch.length,
    firstRecordId: batch[0]?.id ?? '',
    lastRecordId: batch.at(-1)?.id ?? '',
  }
  // The log has the batch before the database does: with a full disk nothing is written unlogged.
  for (const record of batch) {
    if (record.rejects.length > 0) loading.emit(...rejectsOf(record))
  }
  loading.emit({ type: 'batch_started', ...facts })
  const outcome = await commit(loading, batch, facts)
  countBatch(loading.tally, batch, outcome)
  const { inserted, updated, unchanged, rejectedValues, rejectedRecords } = outcome
  loading.emit(
    ...rejectedRecords.map((reject) => ({ type: 'record_rejected' as const, ...reject })),
    {
      type: 'batch_written',
      ...facts,
      inserted,
      updated,
      unchanged,
      rejectedValues,
      rejectedRecords: rejectedRecords.length,
    },
  )
}

async function commit(
  loading: Loading,
  batch: readonly ConvertedRecord[],
  facts: BatchFacts,
): Promise<BatchOutcome> {
  try {
    return await writeBatch(loading.database, loading.plan, batch, loading.run)
  } catch (error) {
    if (error instanceof HubgenError) {
      const { code, message } = error
      const recordIds = batch.map(({ id }) => id)
      loading.emit({ type: 'batch_failed', ...facts, recordIds, code, message })
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
