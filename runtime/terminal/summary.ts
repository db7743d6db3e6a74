import { relative } from 'node:path'
import { styleText } from 'node:util'
import type { Rejection, SyncReport } from '../sync/report.ts'
import { alignColumns } from '../words/align-columns.ts'
import { countOf, formatCount, formatDuration } from '../words/numbers-as-text.ts'

/** Maximum number of reasons in a summary; the quarantine has all of them. */
const shownRejections = 5

/** Summarizes a run in at most 80 columns: counts, log, and how to resume an incomplete run. */
export function renderSummary(report: SyncReport, command: string): string {
  const rows: [string, number, string][] = [
    ['read', report.read, ''],
    ['inserted', report.inserted, ''],
    ['updated', report.updated, ''],
    ['unchanged', report.unchanged, ''],
    ['deleted', report.deleted, report.deleted > 0 ? 'now marked as deleted' : ''],
    ['rejected values', report.rejectedValues, report.rejectedValues > 0 ? 'now null' : ''],
    ['rejected records', report.rejectedRecords, report.rejectedRecords > 0 ? 'left out' : ''],
    ...unreadRow(report),
    ['sanitized', report.sanitized, report.sanitized > 0 ? 'characters removed' : ''],
    [
      'API calls',
      report.calls,
      report.retries > 0 ? `${formatCount(report.retries)} repeated` : '',
    ],
  ]
  const width = Math.max(...rows.map(([, count]) => formatCount(count).length))
  const lines = rows.map(([name, count, note]) =>
    `  ${name.padEnd(18)}${formatCount(count).padStart(width)}  ${note}`.trimEnd(),
  )
  lines.splice(6, 0, ...renderRejections(report.rejections))
  lines.push(`  log  ${relative('', report.logFile)}`)
  if (['cancelled', 'limited', 'partial'].includes(report.outcome)) {
    // A person has to act first; the error says how to continue.
    const stands = report.mode === 'test' || report.error?.code === 'DELETES_BRAKED'
    const goesOn = stands ? '' : `; \`${command}\` resumes from there`
    lines.push(`  written rows stay${goesOn}`)
  }
  return [headline(report), ...lines].join('\n')
}

/** Summarizes the run in one line, for a series of runs. */
export function renderLine(report: SyncReport): string {
  const { entity, outcome, deleted, retries, seconds } = report
  const rejected = report.rejectedValues + report.rejectedRecords
  const counts = [
    `${formatCount(report.read)} read`,
    `${formatCount(report.inserted)} inserted`,
    `${formatCount(report.updated)} updated`,
    ...(deleted > 0 ? [`${formatCount(deleted)} deleted`] : []),
    ...(rejected > 0 ? [`${formatCount(rejected)} rejected`] : []),
    ...(report.unread > 0 ? [`${formatCount(report.unread)} unread`] : []),
    `${countOf(report.calls, 'API call')}${retries > 0 ? `, ${formatCount(retries)} repeated` : ''}`,
  ]
  const mark = { succeeded: '✓', cancelled: '!', limited: '!', partial: '✗', failed: '✗' }[outcome]
  const how = outcome === 'succeeded' ? '' : ` ${outcome},`
  return `${mark} ${entity}:${how} ${counts.join(', ')} in ${seconds.toFixed(1)} s`
}

/** One line per run, for several entities. */
export function renderTable(reports: readonly SyncReport[]): string {
  const head = ['entity', 'outcome', 'read', 'inserted', 'updated', 'rejected', 'seconds']
  const body = reports.map((report) => [
    report.entity,
    report.outcome,
    formatCount(report.read),
    formatCount(report.inserted),
    formatCount(report.updated),
    formatCount(report.rejectedValues + report.rejectedRecords),
    report.seconds.toFixed(1),
  ])
  return alignColumns([head, ...body], (column) => column >= 2).join('\n')
}

function headline(report: SyncReport): string {
  const { entity, table, outcome, read, seconds } = report
  const rate = seconds > 0 ? `, ${formatCount(read / seconds)} records/s` : ''
  const time = `${seconds < 60 ? `${seconds.toFixed(1)} s` : formatDuration(seconds)}${rate}`
  switch (outcome) {
    case 'succeeded':
      return `${styleText('green', '✓')} ${entity} → ${table}: ${countOf(read, 'record')} in ${time}`
    case 'cancelled':
      return `${styleText('yellow', '!')} ${entity} → ${table}: incomplete, cancelled after ${time}`
    case 'limited':
      return `${styleText('yellow', '!')} ${entity} → ${table}: incomplete, at the limit of API calls after ${time}`
    case 'partial':
      return `${styleText('red', '✗')} ${entity} → ${table}: incomplete, failed after ${time}`
    case 'failed':
      return `${styleText('red', '✗')} ${entity} → ${table}: failed after ${time}, nothing written`
  }
}

function unreadRow({ unread }: SyncReport): [string, number, string][] {
  return unread === 0 ? [] : [['unread records', unread, 'the next run asks again']]
}

function renderRejections(rejections: readonly Rejection[]): string[] {
  const shown = rejections
    .slice(0, shownRejections)
    .map(
      ({ property, reason, count }) =>
        `    ${formatCount(count)} × ${shorten(property)}: ${words(reason)}`,
    )
  const rest = rejections.length - shown.length
  return rest > 0 ? [...shown, `    and ${countOf(rest, 'other kind')}`] : shown
}

function words(reason: string): string {
  return reason.replaceAll('_', ' ')
}

/** HubSpot's names have up to 99 characters; a summary line has 80 in total. */
function shorten(property: string): string {
  return property.length > 45 ? `${property.slice(0, 44)}…` : property
}
