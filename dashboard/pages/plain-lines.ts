import type { JournalLine } from '../../runtime/monitoring/read-journal.ts'
import { describeEvent, describeResumption } from '../../runtime/sync/describe-event.ts'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import {
  sayMode,
  sayOutcome,
  sayPass,
  sayPassOutcome,
  sayReason,
} from '../../runtime/sync/plain-words.ts'
import type { PassReport, SyncReport } from '../../runtime/sync/report.ts'
import { countOf, formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'

/** An event in words for people, without counts of zero. */
export function sayLine(line: JournalLine): string {
  return attempt(line, sayEvent)
}

/** The text of the run's log file. */
export function describeLine(line: JournalLine): string {
  return attempt(line, describeEvent)
}

/** For events of another version of hubgen at least their type. */
function attempt({ type, body, at }: JournalLine, say: (event: SyncEvent) => string): string {
  try {
    const event = { at: at.toISOString(), entity: '', type, ...body } as unknown as SyncEvent
    return say(event) ?? type
  } catch {
    return type.replaceAll('_', ' ')
  }
}

function sayEvent(event: SyncEvent): string {
  switch (event.type) {
    case 'run_started':
      return `run ${event.runId} reads ${sayMode(event.mode)}${event.reason === null ? '' : ` (${event.reason})`}`
    case 'pass_started':
      return `${sayPass(event.pass)}:${describeResumption(event) || ' begins'}`
    case 'pass_finished':
      return `${sayPass(event.report.pass)}: ${sayPassEnd(event.report)}`
    case 'value_rejected':
      return `record ${event.recordId}: ${event.property} set aside (${sayReason(event.reason)})`
    case 'record_rejected':
      return `record ${event.recordId} set aside whole (${sayReason(event.reason)})`
    case 'run_finished':
      return sayRunEnd(event.report)
    default:
      return describeEvent(event)
  }
}

/** `12 read, 3 new, 2 calls, 5 s`; `nothing to do` if it asked HubSpot nothing. */
export function sayPassEnd(report: PassReport): string {
  const { outcome, unit, read, inserted, updated, deleted, calls, seconds, error } = report
  const counts = [
    some(read, 'read'),
    some(inserted, unit === null ? 'new' : `new ${unit}`),
    some(updated, 'changed'),
    some(deleted, unit === 'links' ? 'removed' : 'deleted'),
  ].flat()
  const cost = [
    ...(calls > 0 ? [countOf(calls, 'call')] : []),
    ...(seconds >= 0.5 ? [formatDuration(seconds)] : []),
  ]
  const what = counts.length > 0 ? counts : calls > 0 ? ['no changes'] : ['nothing to do']
  const why = error == null ? '' : `: ${error.code}: ${error.message}`
  const words = outcome === 'completed' ? [...what, ...cost].join(', ') : sayPassOutcome(outcome)
  if (outcome === 'completed') return words
  const amounts = [...counts, ...cost].join(', ')
  return `${words}${why}${amounts === '' ? '' : `; ${amounts}`}`
}

/** `12 read, 3 new, 1 value set aside`; "" if there is nothing to count. */
export function sayCounts(
  counts: Pick<
    SyncReport,
    'read' | 'inserted' | 'updated' | 'deleted' | 'rejectedValues' | 'rejectedRecords'
  >,
): string {
  const { read, inserted, updated, deleted, rejectedValues, rejectedRecords } = counts
  return [
    some(read, 'read'),
    some(inserted, 'new'),
    some(updated, 'changed'),
    some(deleted, 'deleted'),
    rejectedValues > 0 ? [`${countOf(rejectedValues, 'value')} set aside`] : [],
    rejectedRecords > 0 ? [`${countOf(rejectedRecords, 'record')} set aside whole`] : [],
  ]
    .flat()
    .join(', ')
}

function sayRunEnd(report: SyncReport): string {
  const { outcome, seconds, error, calls } = report
  const why = error === null ? '' : `: ${error.code}: ${error.message}`
  const counts = sayCounts(report) || 'no changes'
  return `${sayOutcome(outcome)} after ${formatDuration(seconds)}${why}; ${counts}, ${countOf(calls, 'call')}`
}

function some(count: number, word: string): readonly string[] {
  return count > 0 ? [`${formatCount(count)} ${word}`] : []
}
