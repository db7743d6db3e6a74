import { CompiledQuery, type Transaction } from 'kysely'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import { type ConvertedRecord, recordOf } from '../../values/row.ts'
import { stripUnstorable } from '../../values/strip-unstorable.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { Commit } from '../state/commit.ts'
import type { BatchCounts, WrittenIds } from '../state/run-counts.ts'
import type { RunIdentity } from '../state/state.ts'
import { noteUnanswered, unansweredSets } from '../state/unanswered.ts'
import type { LoadPlan } from './load-plan.ts'
import {
  copyRows,
  isRecordError,
  type LoadedRows,
  loadRows,
  loadRowsIsolating,
} from './load-rows.ts'
import { suspectMerged } from './merges.ts'

/** The records of one transaction, in read order. */
export type Batch = readonly ConvertedRecord[]

/**
 * Every record of the batch is inserted, updated, unchanged or rejected; a second version of a record in
 * the same batch counts as unchanged.
 */
export interface BatchOutcome extends BatchCounts {
  /** Some of the inserted and updated ones. */
  readonly ids: WrittenIds
  /** Records that Postgres refused; the quarantine has them whole. */
  readonly refused: readonly { readonly recordId: string; readonly reason: string }[]
}

type LoadingWay = typeof loadRows

export interface WriteBatchOptions {
  /** The pass's position, as in `Commit`. */
  readonly position?: unknown
  /** A performance hint: whether any of the records has a row already. */
  readonly expected?: 'new' | 'anything'
  /**
   * Start of a pass that reads by id or in full: rows written before are replaced even if their stamps are
   * newer. Null or absent: the newest stamp wins.
   */
  readonly beatsRowsBefore?: Date | null
}

/**
 * Writes rows, quarantine, the run's progress and, if given, the pass's position in one transaction: either
 * all of it is committed or it rejects with a HubgenError and nothing is. Writing a batch twice is
 * harmless, so commits are retried; if the first attempt had in fact succeeded, the outcome counts its rows
 * as unchanged.
 */
export async function writeBatch(
  commit: Commit,
  plan: LoadPlan,
  batch: Batch,
  run: RunIdentity,
  { position, expected = 'anything', beatsRowsBefore = null }: WriteBatchOptions = {},
): Promise<BatchOutcome> {
  const newest = keepNewest(batch)
  const rule = { portalId: run.portalId, beatsRowsBefore }
  const write = (load: LoadingWay) =>
    commit(async (transaction) => {
      const loaded = await load(transaction, plan, newest, rule)
      const ids = loaded.kept.filter((row) => maySwallow(plan, row)).map(({ id }) => id)
      await suspectMerged(transaction, plan.mergeStatement, ids, run)
      const outcome = describeOutcome(batch, loaded)
      await settleBatch(transaction, plan, loaded, outcome, run)
      await noteUnanswered(transaction, run, plan.columns, newest)
      return outcome
    }, position)
  try {
    if (expected === 'new') {
      const outcome = await write(copyRows).catch(undefinedWhenRefused)
      if (outcome !== undefined) return outcome
    }
    // Savepoints cost round trips, so only the few batches that need them use them.
    return await write(loadRows).catch((error: unknown) => {
      if (!isRecordError(error)) throw error
      return write(loadRowsIsolating)
    })
  } catch (error) {
    throw explainRefusal(error, plan) ?? error
  }
}

/** If COPY refuses the batch (an existing row, row-level security), the usual statement may accept it. */
function undefinedWhenRefused(error: unknown): undefined {
  if (!(error instanceof pg.DatabaseError)) throw error
}

/** Keeps one version per record: the newest and, of equally new ones, the one read last. */
function keepNewest(batch: Batch): Batch {
  const newest = new Map<string, ConvertedRecord>()
  for (const converted of batch) {
    const known = newest.get(converted.id)
    if (known !== undefined && known.updatedAtMs > converted.updatedAtMs) continue
    newest.set(converted.id, converted)
  }
  return newest.size === batch.length ? batch : [...newest.values()]
}

/** Few records list merged ones, and asking Postgres about all of them would cost a tenth of loading them. */
function maySwallow({ mergeKeys }: LoadPlan, { json }: ConvertedRecord): boolean {
  return mergeKeys.some((key) => json.includes(key))
}

function describeOutcome(batch: Batch, loaded: LoadedRows): BatchOutcome {
  const { inserted, updated, ids, kept, refused } = loaded
  return {
    ids,
    inserted,
    updated,
    unchanged: batch.length - inserted - updated - refused.length,
    rejectedValues: kept.reduce((sum, { rejects }) => sum + rejects.length, 0),
    rejectedRecords: refused.length,
    refused: refused.map(({ converted, reason }) => ({ recordId: converted.id, reason })),
  }
}

/**
 * Quarantines values and records that did not fit (replacing entries for the same record and property),
 * removes entries that fit now, and adds to the run's counters.
 */
async function settleBatch(
  transaction: Transaction<HubgenTables>,
  plan: LoadPlan,
  loaded: LoadedRows,
  outcome: BatchOutcome,
  run: RunIdentity,
): Promise<void> {
  const { inserted, updated, unchanged, rejectedValues, rejectedRecords } = outcome
  const counts = [inserted, updated, unchanged, rejectedValues, rejectedRecords]
  const { sets, places } = unansweredSets(loaded.kept)
  await transaction.executeQuery(
    CompiledQuery.raw(plan.settleStatement, [
      plan.entity,
      run.id,
      loaded.kept.map(({ id }) => id),
      loaded.kept.map(({ updatedAt }) => updatedAt),
      JSON.stringify(quarantineRows(plan, loaded)),
      inserted + updated + unchanged + rejectedRecords,
      ...counts,
      JSON.stringify(sets),
      places,
    ]),
  )
}

/** Uses the keys of the settle statement: record, property, value, reason. */
function quarantineRows(plan: LoadPlan, { kept, refused }: LoadedRows): readonly object[] {
  const values = kept.flatMap(({ id, rejects }) =>
    rejects.map(({ property, rawValue, reason }) => ({
      r: id,
      p: property,
      v: rawValue,
      w: reason,
    })),
  )
  const records = refused.map(({ converted, reason }) => ({
    r: stripUnstorable(converted.id).text,
    p: null,
    v: JSON.stringify(recordOf(plan, converted)),
    w: reason,
  }))
  return [...values, ...records]
}

/**
 * Errors about a missing table, column or constraint, or missing rights: their messages name only these.
 * Other messages may quote values.
 */
const namingStates = new Set(['42P01', '42703', '42P10', '42501'])

function explainRefusal(error: unknown, plan: LoadPlan): HubgenError | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined
  const { code = 'without SQLSTATE', message } = error
  const detail = namingStates.has(code) ? `: ${message}` : ''
  return new HubgenError(
    'BATCH_REFUSED',
    `Postgres refused a batch of \`${plan.entity}\` with SQLSTATE ${code}${detail}`,
    {
      at: [error.schema, error.table, error.constraint].filter(Boolean).join('.') || plan.entity,
      fix: `\`hubgen diff ${plan.entity}\` lists a missing key and added constraints; check the triggers, rules and grants of the table too, then run the sync again`,
      cause: error,
    },
  )
}
