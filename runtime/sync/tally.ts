import type { BatchOutcome } from '../postgres/load/write-batch.ts'
import { unansweredNames } from '../postgres/state/unanswered.ts'
import type { ConvertedRecord } from '../values/row.ts'
import type { PassCounts, Rejection } from './report.ts'

/** What a pass, or a run, has done so far. All but `read` count committed batches only. */
export interface Tally {
  read: number
  inserted: number
  updated: number
  unchanged: number
  deleted: number
  rejectedValues: number
  rejectedRecords: number
  /** Records that HubSpot has not given so far; known when the passes are over. */
  unread: number
  sanitized: number
  batches: number
  /** Properties that answers lacked. */
  readonly unanswered: Set<string>
  /** By property and reason. */
  readonly rejections: Map<string, { -readonly [Key in keyof Rejection]: Rejection[Key] }>
}

export function emptyTally(): Tally {
  return {
    read: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    rejectedValues: 0,
    rejectedRecords: 0,
    unread: 0,
    sanitized: 0,
    batches: 0,
    unanswered: new Set(),
    rejections: new Map(),
  }
}

export function countBatch(
  tally: Tally,
  batch: readonly ConvertedRecord[],
  outcome: BatchOutcome,
): void {
  tally.batches++
  tally.inserted += outcome.inserted
  tally.updated += outcome.updated
  tally.unchanged += outcome.unchanged
  tally.rejectedValues += outcome.rejectedValues
  tally.rejectedRecords += outcome.rejectedRecords.length
  for (const name of unansweredNames(batch)) tally.unanswered.add(name)
  for (const { rejects, sanitized } of batch) {
    tally.sanitized += sanitized
    for (const { property, reason } of rejects) countRejection(tally, property, reason, 1)
  }
}

/** What a tally counts as a pass's own counts. */
export function countsOf({ read, inserted, updated, unchanged, deleted }: Tally): PassCounts {
  return { read, inserted, updated, unchanged, deleted }
}

/** Adds what a pass came to; where that is more than what was committed on its way, its own counts hold. */
export function addToTally(total: Tally, part: Tally, counts: PassCounts): void {
  total.read += counts.read ?? 0
  total.inserted += counts.inserted ?? 0
  total.updated += counts.updated ?? 0
  total.unchanged += counts.unchanged ?? 0
  total.deleted += counts.deleted ?? 0
  total.rejectedValues += part.rejectedValues
  total.rejectedRecords += part.rejectedRecords
  total.sanitized += part.sanitized
  total.batches += part.batches
  for (const name of part.unanswered) total.unanswered.add(name)
  for (const { property, reason, count } of part.rejections.values()) {
    countRejection(total, property, reason, count)
  }
}

function countRejection(
  tally: Tally,
  property: string,
  reason: Rejection['reason'],
  count: number,
): void {
  const key = `${property} ${reason}`
  const rejection = tally.rejections.get(key) ?? { property, reason, count: 0 }
  rejection.count += count
  tally.rejections.set(key, rejection)
}

/** Most frequent first, then by property. */
export function rejectionsOf(tally: Tally): readonly Rejection[] {
  return [...tally.rejections.values()].sort(
    (a, b) => b.count - a.count || (a.property < b.property ? -1 : 1),
  )
}
