import type { Transaction } from 'kysely'
import type { Fate } from '../../hubspot/find-fates.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import { eraseWithMerged } from '../../postgres/load/erase-records.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import type { PassContext } from '../pass.ts'

/**
 * If the options ask for it, empties records that are neither live nor in HubSpot's recycle bin, as after a
 * permanent deletion for privacy. Runs in the transaction that marks them as deleted.
 */
export async function eraseGone(
  transaction: Transaction<HubgenTables>,
  { entity, options }: PassContext,
  fates: ReadonlyMap<string, Fate<unknown>>,
): Promise<void> {
  if (options.whenGone !== 'erase') return
  const gone = [...fates].flatMap(([id, fate]) =>
    fate.kind === 'gone' && fate.notInBin ? { id, updatedAt: null } : [],
  )
  await eraseWithMerged(transaction, entity, gone)
}

/** Whether the recycle bin has a newer version than the row, which may have been erased since. */
export function isNews(
  row: { readonly isDeleted: boolean; readonly updatedAtMs: number } | undefined,
  { updatedAtMs }: ConvertedRecord,
): boolean {
  return row !== undefined && !(row.isDeleted && row.updatedAtMs >= updatedAtMs)
}
