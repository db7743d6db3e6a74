import { countOf, formatCount, formatDuration } from '../words/numbers-as-text.ts'
import type { BatchFacts, PassStarted, RecordsWritten, SyncEvent } from './events.ts'
import type { PassReport, SyncReport } from './report.ts'

/** Describes an event in one line, without its time. */
export function describeEvent(event: SyncEvent): string {
  switch (event.type) {
    case 'run_requested':
      return event.limit === null
        ? `sync of ${event.entity} requested`
        : `sync of ${event.entity} requested, at most ${countOf(event.limit, 'record')}`
    case 'run_not_started':
      return `not started, nothing changed: ${event.code}: ${event.message}`
    case 'run_started':
      return (
        `run ${event.runId}, ${event.mode}${event.reason === null ? '' : ` (${event.reason})`}: ` +
        `portal ${event.portalId} into ${event.table} of ${event.database.replace(/^\[hidden\]\//, 'database ')}`
      )
    case 'pass_started':
      return `pass ${event.pass}${describeResumption(event)}`
    case 'pass_finished':
      return describePassEnd(event.report)
    case 'total_counted':
      return `${countOf(event.total, 'record')} to read`
    case 'page_read':
      return `page of ${countOf(event.records, 'record')}, ${formatCount(event.read)} so far`
    case 'value_rejected':
      return `record ${event.recordId}: ${event.property} rejected (${event.reason})`
    case 'record_rejected':
      return `record ${event.recordId} rejected whole (${event.reason})`
    case 'batch_started':
      return `${batchOf(event)}: writing`
    case 'batch_written':
      return (
        `${batchOf(event)}: committed, ${formatCount(event.inserted)} inserted, ` +
        `${formatCount(event.updated)} updated, ${formatCount(event.unchanged)} unchanged, ` +
        `${countOf(event.rejectedValues, 'value')} and ` +
        `${countOf(event.rejectedRecords, 'record')} rejected`
      )
    case 'batch_failed':
      return (
        `${batchOf(event)}: rolled back: ${event.code}: ${event.message}; ` +
        `records ${event.recordIds.join(' ')}`
      )
    case 'retry':
      return (
        `HubSpot ${event.what}: ${event.method} ${event.path}, retrying in ` +
        `${formatCount(event.delayMs)} ms (attempt ${event.attempt + 1})`
      )
    case 'notice':
      return `${event.code}: ${event.message}${event.fix === null ? '' : `; fix: ${event.fix}`}`
    case 'database_retry':
      return `${event.why}; retrying in ${formatCount(event.delayMs)} ms (attempt ${event.attempt + 1})`
    case 'records_written':
      return describeWritten(event)
    case 'run_finished':
      return describeEnd(event.report)
  }
}

/** The end of the line about a started pass: where it resumes; "" if it starts from the beginning. */
export function describeResumption({ resumedFrom, position }: PassStarted): string {
  if (resumedFrom === null) return ''
  const where = position === null ? '' : `: ${position}`
  return ` resumes where it was interrupted, begun ${resumedFrom}${where}`
}

function describePassEnd(report: PassReport): string {
  const unit = report.unit === null ? '' : ` ${report.unit}`
  return (
    `pass ${report.pass} ${report.outcome} after ${formatDuration(report.seconds)}: ` +
    `${formatCount(report.read)} read, ${formatCount(report.inserted)}${unit} inserted, ` +
    `${formatCount(report.updated)} updated, ${formatCount(report.unchanged)} unchanged, ` +
    `${formatCount(report.deleted)} deleted, ${countOf(report.calls, 'API call')}`
  )
}

/** `for example new: 17, 18; changed: 4`. */
function describeWritten({ inserted, updated, deleted }: RecordsWritten): string {
  const kinds = [
    ['new', inserted],
    ['changed', updated],
    ['deleted', deleted],
  ] as const
  const named = kinds.filter(([, ids]) => ids.length > 0)
  return `for example ${named.map(([kind, ids]) => `${kind}: ${ids.join(', ')}`).join('; ')}`
}

function batchOf(event: BatchFacts): string {
  const records = countOf(event.records, 'record')
  return `batch ${event.batch}, ${records} from ${event.firstRecordId} to ${event.lastRecordId}`
}

function describeEnd(report: SyncReport): string {
  const why = report.error === null ? '' : `: ${report.error.code}: ${report.error.message}`
  return (
    `${report.outcome} after ${formatDuration(report.seconds)}${why}; ` +
    `${formatCount(report.read)} read, ${formatCount(report.inserted)} inserted, ` +
    `${formatCount(report.updated)} updated, ${formatCount(report.unchanged)} unchanged, ` +
    `${formatCount(report.deleted)} deleted, ${countOf(report.rejectedValues, 'value')} and ` +
    `${countOf(report.rejectedRecords, 'record')} rejected, ` +
    `${countOf(report.calls, 'API call')}, ${report.retries} of them repeated`
  )
}
