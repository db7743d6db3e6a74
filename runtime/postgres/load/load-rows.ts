import { CompiledQuery, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { ConvertedRecord } from '../../values/row.ts'
import { arrayOfRows } from '../../values/row-json.ts'
import { CopyData } from '../connection/copying-client.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { addIds, noIds, type RowCounts, type WrittenIds } from '../state/run-counts.ts'
import { groupByUnanswered } from '../state/unanswered.ts'
import { withCopyText } from './copy-text.ts'
import type { LoadPlan } from './load-plan.ts'

export interface LoadedRows extends Pick<RowCounts, 'inserted' | 'updated'> {
  /** Some of the inserted and updated ones. */
  readonly ids: WrittenIds
  /** Now in the table, or superseded by the stored row. */
  readonly kept: readonly ConvertedRecord[]
  readonly refused: readonly RefusedRecord[]
}

/** A record that Postgres refuses even on its own. */
interface RefusedRecord {
  readonly converted: ConvertedRecord
  /** SQLSTATE and its name, or `row_dropped`. */
  readonly reason: string
}

// Error classes caused by data: data exception, integrity constraint, WITH CHECK OPTION, program limits (a
// row too large for a page, an index entry too long).
const recordStates: Readonly<Record<string, string>> = {
  '22': 'data_exception',
  '23': 'integrity_constraint_violation',
  '44': 'with_check_option_violation',
  '54': 'program_limit_exceeded',
}

const conditionNames: Readonly<Record<string, string>> = {
  '22001': 'string_data_right_truncation',
  '22003': 'numeric_value_out_of_range',
  '22007': 'invalid_datetime_format',
  '22008': 'datetime_field_overflow',
  '22021': 'character_not_in_repertoire',
  '22P02': 'invalid_text_representation',
  '22P05': 'untranslatable_character',
  '23502': 'not_null_violation',
  '23503': 'foreign_key_violation',
  '23505': 'unique_violation',
  '23514': 'check_violation',
  '23P01': 'exclusion_violation',
}

/** Whether an error is caused by one or a few records of a batch. */
export function isRecordError(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError && (error.code?.slice(0, 2) ?? '') in recordStates
}

export interface LoadingRule {
  readonly portalId: number
  /** Rows written before this time are replaced even if their stamps are newer; null: the newest stamp wins. */
  readonly beatsRowsBefore: Date | null
}

/** Loads all rows or fails; an error leaves the transaction unusable. */
export async function loadRows(
  transaction: Transaction<HubgenTables>,
  plan: LoadPlan,
  batch: readonly ConvertedRecord[],
  rule: LoadingRule,
): Promise<LoadedRows> {
  let inserted = 0
  let updated = 0
  let ids = noIds
  let mayDrop = false
  for (const { unanswered, records } of groupByUnanswered(batch)) {
    const answer = await transaction.executeQuery<LoadAnswer>(
      CompiledQuery.raw(plan.loadStatement(unanswered), [
        arrayOfRows(records),
        rule.portalId,
        rule.beatsRowsBefore,
      ]),
    )
    const [loaded] = answer.rows
    ids = addIds(ids, { inserted: loaded?.new_ids ?? [], updated: loaded?.changed_ids ?? [] })
    inserted += loaded?.inserted ?? 0
    updated += loaded?.updated ?? 0
    mayDrop ||= loaded?.may_drop === true
  }
  const isWhole = !mayDrop || inserted + updated === batch.length
  return { inserted, updated, ids, ...(await splitDropped(transaction, plan, batch, { isWhole })) }
}

interface LoadAnswer {
  readonly inserted: number
  readonly updated: number
  readonly new_ids: readonly string[]
  readonly changed_ids: readonly string[]
  readonly may_drop: boolean
}

/** The quarantine reason for a record that a trigger or rule of the table discards without an error. */
export const rowDropped = 'row_dropped'

/** Loads records that are all new, in less than half of the server time; fails if one is not new. */
export async function copyRows(
  transaction: Transaction<HubgenTables>,
  plan: LoadPlan,
  batch: readonly ConvertedRecord[],
  rule: LoadingRule,
): Promise<LoadedRows> {
  const { copyStatement, columns } = plan
  if (copyStatement === null) return loadRows(transaction, plan, batch, rule)
  const answer = await withCopyText(batch, columns.length, rule.portalId, (text) =>
    transaction.executeQuery<{ copied: number }>(
      CompiledQuery.raw(copyStatement, [new CopyData(text)]),
    ),
  )
  const inserted = answer.rows[0]?.copied ?? 0
  const split = await splitDropped(transaction, plan, batch, { isWhole: inserted === batch.length })
  const ids = addIds(noIds, { inserted: split.kept.map(({ id }) => id) })
  return { inserted, updated: 0, ids, ...split }
}

/** Checks whether the rows exist, unless that is certain: a trigger may discard rows without an error. */
async function splitDropped(
  transaction: Transaction<HubgenTables>,
  { droppedStatement }: LoadPlan,
  batch: readonly ConvertedRecord[],
  { isWhole }: { readonly isWhole: boolean },
): Promise<Pick<LoadedRows, 'kept' | 'refused'>> {
  if (isWhole) return { kept: batch, refused: [] }
  const { rows } = await transaction.executeQuery<{ id: string }>(
    CompiledQuery.raw(droppedStatement, [
      batch.map(({ id }) => id),
      batch.map(({ updatedAt }) => updatedAt),
    ]),
  )
  const dropped = new Set(rows.map(({ id }) => id))
  if (dropped.size === 0) return { kept: batch, refused: [] }
  return {
    kept: batch.filter(({ id }) => !dropped.has(id)),
    refused: batch.flatMap((converted) =>
      dropped.has(converted.id) ? { converted, reason: rowDropped } : [],
    ),
  }
}

/**
 * Loads what Postgres accepts and finds refused records by bisection: about twenty statements for one bad
 * record in a thousand.
 */
export async function loadRowsIsolating(
  transaction: Transaction<HubgenTables>,
  plan: LoadPlan,
  batch: readonly ConvertedRecord[],
  rule: LoadingRule,
): Promise<LoadedRows> {
  await sql`SAVEPOINT rows`.execute(transaction)
  try {
    const loaded = await loadRows(transaction, plan, batch, rule)
    await sql`RELEASE SAVEPOINT rows`.execute(transaction)
    return loaded
  } catch (error) {
    if (!isRecordError(error)) throw error
    await sql`ROLLBACK TO SAVEPOINT rows`.execute(transaction)
    await sql`RELEASE SAVEPOINT rows`.execute(transaction)
    const [only] = batch
    if (only !== undefined && batch.length === 1) {
      const refused = [{ converted: only, reason: reasonOf(error) }]
      return { inserted: 0, updated: 0, ids: noIds, kept: [], refused }
    }
  }
  const middle = Math.ceil(batch.length / 2)
  const first = await loadRowsIsolating(transaction, plan, batch.slice(0, middle), rule)
  const second = await loadRowsIsolating(transaction, plan, batch.slice(middle), rule)
  return {
    inserted: first.inserted + second.inserted,
    updated: first.updated + second.updated,
    ids: addIds(first.ids, second.ids),
    kept: [...first.kept, ...second.kept],
    refused: [...first.refused, ...second.refused],
  }
}

/** SQLSTATE and its name. */
export function reasonOf({ code = '' }: pg.DatabaseError): string {
  return `${code} ${conditionNames[code] ?? recordStates[code.slice(0, 2)]}`
}
