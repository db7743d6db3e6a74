import type { Fate } from '../../hubspot/find-fates.ts'
import type { ListedRecord } from './compare-ids.ts'

/** A difference between HubSpot and the table that was still there when both were asked again. */
export interface Difference {
  readonly id: string
  readonly kind: DifferenceKind
  readonly reason: DifferenceReason
  /** The record that stands for a merged-away one. */
  readonly survivorId?: string | undefined
  /** Whose values differ, as far as they were compared; of a property in `overflow` its name. */
  readonly columns?: readonly string[] | undefined
  /** Of links: their table without its schema, and the record at the other end of one. */
  readonly table?: string | undefined
  readonly toId?: string | undefined
}

/**
 * `missing` is in HubSpot and not live in the table, `extra` is live in the table and not in HubSpot, `stale`
 * has another modified stamp, `value` has the same stamp and another value, `link` has other links.
 */
export const differenceKinds = ['missing', 'extra', 'stale', 'value', 'link'] as const

export type DifferenceKind = (typeof differenceKinds)[number]

export type DifferenceReason =
  /** Live in the table: archived in HubSpot, gone without a trace, or another record stands for it. */
  | 'deleted'
  | 'purged'
  | 'merged'
  /** In HubSpot: deleted in the table, or without a row. */
  | 'restored'
  | 'created_since'
  | 'never_seen'
  /** Of another stamp. */
  | 'changed_since'
  | 'missed_change'
  | 'newer_here'
  /** So new at the last sync that the search index may not have had it yet. */
  | 'index_lag'
  /** Of values and links, whose changes move no stamp: since they were last read, or because they never were. */
  | 'recalculated'
  | 'linked_since'
  | 'never_read'
  /** Of the same stamp, and nothing tells of a change. */
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

/** What a copy that is kept up to date may show nevertheless: HubSpot has changed since it was read. */
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
  // That it was never read is a problem of its own.
  'never_read',
])

export function isExplained({ reason }: Difference): boolean {
  return explained.has(reason)
}

/** What a row is compared as; undefined where there is none. */
export interface KnownRow {
  readonly isDeleted: boolean
  readonly updatedAtMs: number
}

/** HubSpot promises "a few moments"; connectors that were bitten trail it by an hour. */
const indexLagMs = 3_600_000

/** Null where HubSpot and the table agree by now. `watermarkMs`: changes until then should be there. */
export function classifyDifference(
  id: string,
  fate: Fate<ListedRecord>,
  row: KnownRow | undefined,
  watermarkMs: number | null,
): Difference | null {
  // Nobody knows how it is in HubSpot.
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
