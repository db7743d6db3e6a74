import type { Transaction } from 'kysely'
import type { Fate } from '../../hubspot/find-fates.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import { eraseWithMerged } from '../../postgres/load/erase-records.ts'
import type { ConvertedRecord } from '../../values/row.ts'
import type { PassContext } from '../pass.ts'

/**
 * Empties what HubSpot says is neither live nor in its recycle bin, where the options ask for it: deleted for
 * good, as a person who wants to be forgotten is. A part of the transaction that marks it as deleted.
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

/** Whether what the recycle bin has of a record says more than its row, which may have been erased since. */
export function isNews(
  row: { readonly isDeleted: boolean; readonly updatedAtMs: number } | undefined,
  { updatedAtMs }: ConvertedRecord,
): boolean {
  return row !== undefined && !(row.isDeleted && row.updatedAtMs >= updatedAtMs)
}
