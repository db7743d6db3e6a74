import type { HistoryEntry } from '../store.ts'
import type { MergedRecord } from './portal-record.ts'

/** The stored state of a record that was changed or created. */
export interface ChangedRecord {
  readonly id: number
  /** The record of the population whose values apply by default; undefined for a created one. */
  readonly index: number | undefined
  /** Values set since (null: cleared); they override those of the population. */
  readonly values: Map<string, string | null>
  /** Newest first, since the first change. */
  readonly history: Map<string, HistoryEntry[]>
  readonly createdMs: number
  modifiedMs: number
  state: 'live' | 'archived' | 'gone'
  archivedMs: number
  /** Records merged into this one, oldest first. */
  merges: readonly MergedRecord[]
}

export function compareStamps(
  left: { modifiedMs: number; id: number },
  right: { modifiedMs: number; id: number },
): number {
  return left.modifiedMs - right.modifiedMs || left.id - right.id
}
