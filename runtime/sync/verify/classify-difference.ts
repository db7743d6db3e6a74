import type { Fate } from '../../hubspot/find-fates.ts'
import type { ListedRecord } from './compare-ids.ts'

/** A difference between HubSpot and the table that persisted after both were asked again. */
export interface Difference {
  readonly id: string
  readonly kind: DifferenceKind
  readonly reason: DifferenceReason
  /** The record into which this one was merged. */
  readonly survivorId?: string | undefined
  /** Columns that differ, as far as they were compared; property names for values in `overflow`. */
  readonly columns?: readonly string[] | undefined
  /** For links: their table without its schema, and the record at the other end of one link. */
  readonly table?: string | undefined
  readonly toId?: string | undefined
}

/**
 * `missing`: in HubSpot but not live in the table. `extra`: live in the table but not in HubSpot. `stale`:
 * another modified stamp. `value`: same stamp, another value. `link`: other links.
 */
export const differenceKinds = ['missing', 'extra', 'stale', 'value', 'link'] as const

export type DifferenceKind = (typeof differenceKinds)[number]

export type DifferenceReason =
  /** Live in the table; in HubSpot archived, gone without a trace, or merged into another record. */
  | 'deleted'
  | 'purged'
  | 'merged'
  /** In HubSpot; in the table deleted or without a row. */
  | 'restored'
  | 'created_since'
  | 'never_seen'
  /** With another stamp. */
  | 'changed_since'
  | 'missed_change'
  | 'newer_here'
  /** So new at the last sync that the search index may not have had it yet. */
  | 'index_lag'
  /** Values and links, whose changes do not change the stamp: changed since the last read, or never read. */
  | 'recalculated'
  | 'linked_since'
  | 'never_read'
  /** Same stamp, and nothing indicates a change. */
  | 'unexplained'

export const differenceWords: Readonly<Record<DifferenceReason, string>> = {
  deleted: 'deleted in HubSpot',
  purged: 'gone from HubSpot without a trace',
  merged: 'merged into another record',
  restored: 'restored in HubSpot, deleted here',
  created_since: 'created since the last sync',
  never_seen: 'never seen',
  changed_since: 'changed since the last sync',
  missed_change: 'a change that was missed',
  newer_here: 'newer here than in HubSpot',
  index_lag: 'too new for the search index at the last sync',
  recalculated: 'calculated again since the last daily read',
  linked_since: 'perhaps changed since the last daily read',
  never_read: 'never read completely',
  unexplained: 'no change explains it',
}

/** Differences that an up-to-date copy may have, because HubSpot has changed since the read. */
const explained: ReadonlySet<DifferenceReason> = new Set([
  'deleted',
  'purged',
  'merged',
  'restored',
  'created_since',
  'changed_since',
  'index_lag',
  'recalculated',
  'linked_since',
  // A part that was never read is reported separately.
  'never_read',
])

export function isExplained({ reason }: Difference): boolean {
  return explained.has(reason)
}

/** The row to compare; undefined if there is none. */
export interface KnownRow {
  readonly isDeleted: boolean
  readonly updatedAtMs: number
}

/** HubSpot promises "a few moments"; other connectors wait an hour to be safe. */
const indexLagMs = 3_600_000

/**
 * Null if HubSpot and the table agree by now. `watermarkMs`: changes up to this time should be in the
 * table.
 */
export function classifyDifference(
  id: string,
  fate: Fate<ListedRecord>,
  row: KnownRow | undefined,
  watermarkMs: number | null,
): Difference | null {
  // Its state in HubSpot is unknown.
  if (fate.kind === 'unread') return null
  const isLive = row !== undefined && !row.isDeleted
  if (fate.kind !== 'live') {
    if (!isLive) return null
    if (fate.kind === 'archived') return { id, kind: 'extra', reason: 'deleted' }
    if (fate.kind === 'gone') return { id, kind: 'extra', reason: 'purged' }
    return { id, kind: 'extra', reason: 'merged', survivorId: fate.survivorId }
  }
  const { updatedAtMs, createdAtMs = updatedAtMs } = fate.record
  if (row === undefined) {
    const reason = whenOf(createdAtMs, watermarkMs, 'created_since', 'never_seen')
    return { id, kind: 'missing', reason }
  }
  if (row.isDeleted) return { id, kind: 'missing', reason: 'restored' }
  if (row.updatedAtMs === updatedAtMs) return null
  if (row.updatedAtMs > updatedAtMs) return { id, kind: 'stale', reason: 'newer_here' }
  const reason = whenOf(updatedAtMs, watermarkMs, 'changed_since', 'missed_change')
  return { id, kind: 'stale', reason }
}

function whenOf(
  stampMs: number,
  watermarkMs: number | null,
  since: 'created_since' | 'changed_since',
  before: 'never_seen' | 'missed_change',
): DifferenceReason {
  if (watermarkMs === null) return before
  if (stampMs > watermarkMs) return since
  return stampMs > watermarkMs - indexLagMs ? 'index_lag' : before
}
