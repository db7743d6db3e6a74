import type { StoredRecord } from '../../simulator/store.ts'

/**
 * When the copy must know a change: after one run, after a run with the daily passes due, with the weekly
 * ones due, after `sync --full`.
 */
const horizons = ['run', 'day', 'week', 'full'] as const
export type Horizon = (typeof horizons)[number]

/** The cause of a version of a record. `silent` changes move no stamp. */
export type RecordChange =
  | 'stamped'
  | 'silent'
  | 'archived'
  | 'purged'
  | 'merged away'
  | 'restored'
  | 'restored silently'

/** The state of a record at one time. */
export interface RecordVersion {
  readonly change: RecordChange
  /** Deleted, merged away or purged. */
  readonly gone: boolean
  /** Values that are set; of a deleted record, its last ones. */
  readonly values: Readonly<Record<string, string>>
  readonly updatedAt: string
}

export function isDue(due: Horizon, horizon: Horizon): boolean {
  return horizons.indexOf(due) <= horizons.indexOf(horizon)
}

export function versionOf(record: StoredRecord, change: RecordChange): RecordVersion {
  return {
    change,
    gone: record.archived,
    values: { ...record.properties },
    updatedAt: record.updatedAt,
  }
}

/** The columns in question: those of calculated values, or all others and the flags. */
export type Columns = 'stamped' | 'calculated'

/**
 * When a change must be in the copy. Deletions are found by counting, unless a record was restored without a
 * stamp meanwhile: then the counts may agree, and only the recycle bin or a read of all ids shows them.
 */
export function dueOf(change: RecordChange, columns: Columns, countsMayAgree: boolean): Horizon {
  switch (change) {
    case 'silent':
      return columns === 'calculated' ? 'day' : 'full'
    case 'archived':
      return countsMayAgree ? 'day' : 'run'
    case 'purged':
    case 'restored silently':
      return countsMayAgree ? 'week' : 'run'
    default:
      return 'run'
  }
}

/**
 * The versions that a copy may hold at this horizon, newest first: the newest, and earlier ones as long as
 * the next change is not due.
 */
export function acceptedVersions(
  versions: readonly RecordVersion[],
  isKnown: (version: RecordVersion) => boolean,
): readonly RecordVersion[] {
  const newestFirst = versions.toReversed()
  const end = newestFirst.findIndex(isKnown)
  return end < 0 ? newestFirst : newestFirst.slice(0, end + 1)
}
