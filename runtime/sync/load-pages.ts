import type { Transaction } from 'kysely'
import { HubgenError } from '../errors.ts'
import type { UnreadRecord } from '../hubspot/page.ts'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import type { LoadPlan } from '../postgres/load/load-plan.ts'
import { forgetMerges } from '../postgres/load/merges.ts'
import type { BatchOutcome } from '../postgres/load/write-batch.ts'
import { writeBatch } from '../postgres/load/write-batch.ts'
import type { Commit } from '../postgres/state/commit.ts'
import { keepUnread } from '../postgres/state/pending-read.ts'
import type { ConvertedRecord } from '../values/row.ts'
import { countOf } from '../words/numbers-as-text.ts'
import type { BatchFacts, SyncEventBody } from './events.ts'
import type { PassContext, PassCounts } from './pass.ts'
import { countBatch, countsOf, type Tally } from './tally.ts'

/** Records that were read together, and whatever a pass needs to know about them after they are written. */
export interface LoadPage {
  readonly records: readonly ConvertedRecord[]
  /** Records that exist but could not be read. They are remembered, and the next run reads them by id. */
  readonly unread: readonly UnreadRecord[]
  /** The number of records without a usable id. */
  readonly nameless?: number
}

export interface Loading<Page extends LoadPage> {
  readonly plan: LoadPlan
  /** As in `WriteBatchOptions`: `begunAt` for a pass that reads by id or in full. */
  readonly beatsRowsBefore?: Date | null
  /** The position of the pass once these pages and all earlier ones are committed; called in page order. */
  readonly moveOn?: (pages: readonly Page[]) => unknown
  /** Writes more within the transaction that marks these pages as read, after their records. */
  readonly remember?: (
    transaction: Transaction<HubgenTables>,
    pages: readonly Page[],
  ) => Promise<unknown>
}

/**
 * Records that lack values which others in the same answer have are read again by id. If there are more than this,
 * HubSpot leaves the values out on purpose, and every run would read all of these records again.
 */
const mostIncomplete = 1_000

/** Measured to be fastest. Larger batches use more memory, and a failure loses more work. */
export const usualBatchRows = 1_000

/**
 * Reads pages, converts them to rows and writes batches. One batch is written while the next is filled from
 * pages that are read ahead; a slow database makes the readers wait. A page counts as read with the batch
 * that contains its last record. Rejects with the error that ended the reading or failed a batch; unless it
 * is a cancellation, the records that were read before it are written first.
 */
export async function loadPages<Page extends LoadPage>(
  context: PassContext,
  pages: AsyncIterable<Page>,
  loading: Loading<Page>,
): Promise<PassCounts> {
  const { tally, signal, emit, options } = context
  const { batchRows = usualBatchRows } = options
  const writer = openWriter(context, { ...loading, incomplete: { most: mostIncomplete } })
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
      // After a cancellation, pages that were read ahead are not processed.
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
  /** How many more incomplete records may be remembered. */
  readonly incomplete: { most: number }
}

/** Records without an id cannot be stored. If they get an id later, they are read as new records. */
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
  /** Pages whose last record is in this batch. */
  readonly done: readonly Page[]
}

interface Writer<Page extends LoadPage> {
  /** Resolves when writing has started; rejects if the previous batch failed. */
  write(batch: ReadBatch<Page>): Promise<void>
  /** Resolves when no batch is being written; rejects if the last batch failed. */
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
      // The next `write` or `settle` rejects with the failure. Until then it only has to stop the reading.
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
  // Pages without records also count as read.
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
  // The batch is logged before it is written. If the disk is full, nothing is written that the log lacks.
  for (const record of records) {
    if (record.rejects.length > 0) emit(...rejectsOf(record))
  }
  emit({ type: 'batch_started', ...facts })
  const outcome = await commitBatch(context, loading, { records, done }, facts)
  countBatch(tally, records, outcome)
  const { refused, ids: _, ...counts } = outcome
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
  const incomplete = incompleteOf(records).slice(0, loading.incomplete.most)
  loading.incomplete.most -= incomplete.length
  const unread = [...done.flatMap((page) => page.unread), ...incomplete]
  const commit: Commit = (write, position) =>
    context.commit(async (transaction) => {
      const written = await write(transaction)
      await keepUnread(transaction, run, entity, unread)
      const ids = records.map(({ id }) => id)
      await forgetMerges(transaction, entity, ids)
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

/**
 * Records that lack a property which others in the same answer have. Its value is unknown, and the modified stamp
 * does not move when HubSpot answers it again. Records from the recycle bin do not count, because HubSpot does not
 * document that it returns all properties there.
 */
export function incompleteOf(records: readonly ConvertedRecord[]): readonly UnreadRecord[] {
  return records
    .filter(({ answeredForOthers, archived }) => answeredForOthers.length > 0 && !archived)
    .map(({ id }) => ({ id, reason: 'unanswered' }))
}

/** If all records so far were new, as in a first sync, the next ones probably are, too. */
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
