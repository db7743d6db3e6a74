import type { BatchOutcome } from '../postgres/load/write-batch.ts'
import {
  addIds,
  type Mutable,
  noCounts,
  noIds,
  type RunCounts,
  sumCounts,
  type WrittenIds,
} from '../postgres/state/run-counts.ts'
import { unansweredNames } from '../postgres/state/unanswered.ts'
import type { UnansweredPart } from '../postgres/state/unanswered-part.ts'
import type { ConvertedRecord } from '../values/row.ts'
import type { PassCounts, Rejection } from './report.ts'

/** Counts of a pass or a run so far. All except `read` count committed batches only. */
export interface Tally extends Mutable<RunCounts> {
  /** Records that HubSpot has not returned yet; known after the passes. */
  unread: number
  sanitized: number
  batches: number
  /** Some of the records that were written. */
  ids: WrittenIds
  /** Properties that answers lacked. */
  readonly unanswered: Set<string>
  /** Properties whose former values were missing from answers. */
  readonly unansweredHistories: Set<string>
  /** By property and reason. */
  readonly rejections: Map<string, { -readonly [Key in keyof Rejection]: Rejection[Key] }>
}

export function emptyTally(): Tally {
  return {
    ...noCounts,
    unread: 0,
    sanitized: 0,
    batches: 0,
    ids: noIds,
    unanswered: new Set(),
    unansweredHistories: new Set(),
    rejections: new Map(),
  }
}

export function countBatch(
  tally: Tally,
  batch: readonly ConvertedRecord[],
  outcome: BatchOutcome,
): void {
  tally.batches++
  addCounts(tally, outcome)
  tally.ids = addIds(tally.ids, outcome.ids)
  for (const name of unansweredNames(batch)) tally.unanswered.add(name)
  for (const { rejects, sanitized } of batch) {
    tally.sanitized += sanitized
    for (const { property, reason } of rejects) countRejection(tally, property, reason, 1)
  }
}

/** Adds committed counts. */
export function addCounts(tally: Tally, counts: Partial<RunCounts>): void {
  Object.assign(tally, sumCounts(tally, counts))
}

/** Picks the counts of a pass and drops all other fields. */
export function countsOf({ read, inserted, updated, unchanged, deleted }: PassCounts): PassCounts {
  return { read, inserted, updated, unchanged, deleted }
}

/**
 * Adds the result of a pass. Counts that the pass reports itself take precedence over those committed on
 * the way.
 */
export function addToTally(total: Tally, part: Tally, counts: Partial<PassCounts>): void {
  const { rejectedValues, rejectedRecords } = part
  addCounts(total, { ...counts, rejectedValues, rejectedRecords })
  total.sanitized += part.sanitized
  total.batches += part.batches
  total.ids = addIds(total.ids, part.ids)
  for (const name of part.unanswered) total.unanswered.add(name)
  for (const name of part.unansweredHistories) total.unansweredHistories.add(name)
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

/** Everything that was missing from answers, by name. */
export function unansweredPartsOf({
  unanswered,
  unansweredHistories,
}: Tally): readonly UnansweredPart[] {
  return [...new Set([...unanswered, ...unansweredHistories])]
    .sort()
    .map((property) => ({ property, part: unanswered.has(property) ? 'records' : 'history' }))
}

/** Most frequent first, then by property. */
export function rejectionsOf(tally: Tally): readonly Rejection[] {
  return [...tally.rejections.values()].sort(
    (a, b) => b.count - a.count || (a.property < b.property ? -1 : 1),
  )
}
