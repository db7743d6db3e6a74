import { relative } from 'node:path'
import { styleText } from 'node:util'
import { HubgenError } from '../errors.ts'
import { sayOutcome, sayPass, sayPassOutcome, sayReason } from '../sync/plain-words.ts'
import type { PassReport, PassUnit, Rejection, SyncOutcome, SyncReport } from '../sync/report.ts'
import { alignColumns } from '../words/align-columns.ts'
import { countOf, formatCount, formatDuration } from '../words/numbers-as-text.ts'

/** Maximum number of reasons in a summary; the quarantine has all of them. */
const shownRejections = 5

const marks = {
  succeeded: ['green', '✓'],
  cancelled: ['yellow', '!'],
  limited: ['yellow', '!'],
  partial: ['red', '✗'],
  failed: ['red', '✗'],
} as const satisfies Record<
  SyncOutcome,
  readonly [colour: 'green' | 'red' | 'yellow', mark: string]
>

/**
 * Summarizes a run in one line: `✓ deals  990 new  3 changed  24 values set aside  1.5 s`. Counts of zero are
 * left out. `nameWidth` aligns the lines of several entities.
 */
export function renderLine(report: SyncReport, nameWidth = 0): string {
  const { entity, outcome, seconds } = report
  const counts = [...recordCounts(report), ...linkCount(report)]
  const [colour, mark] = marks[outcome]
  const parts = [
    `${styleText(colour, mark)} ${entity.padEnd(nameWidth)}`,
    ...(outcome === 'succeeded' ? [] : [sayOutcome(outcome)]),
    ...(outcome === 'failed' ? ['nothing written'] : []),
    ...(counts.length > 0 || outcome !== 'succeeded' ? counts : ['no changes']),
    timeOf(seconds),
  ]
  return parts.join('  ')
}

/** The line of an entity without a report: its run could not start, or ended with a bug. */
export function renderUnreported(entity: string, failure: unknown, nameWidth = 0): string {
  return `${styleText('red', '✗')} ${entity.padEnd(nameWidth)}  ${endWithout(failure)}`
}

function endWithout(failure: unknown): string {
  return failure === null || failure instanceof HubgenError ? 'not started' : sayOutcome('failed')
}

/** The lines below it for `--verbose`: every count, the most frequent reasons, each pass and the log. */
export function renderDetails(report: SyncReport): string {
  const { read, unchanged, sanitized, calls, retries, seconds } = report
  const rate = seconds > 0 ? `, ${formatCount(read / seconds)} per second` : ''
  const counts = [
    `${formatCount(read)} read${rate}`,
    ...(unchanged > 0 ? [`${formatCount(unchanged)} unchanged`] : []),
    ...(sanitized > 0 ? [`${countOf(sanitized, 'character')} removed`] : []),
    `${countOf(calls, 'API call')}${retries > 0 ? `, ${formatCount(retries)} repeated` : ''}`,
  ]
  return [
    counts.join('; '),
    ...renderRejections(report.rejections),
    ...renderPasses(report.passes),
    ...(report.logFile === null ? [] : [`log: ${relative('', report.logFile)}`]),
  ]
    .map((line) => `  ${line}`)
    .join('\n')
}

/** The end of one entity's sync; `report` is null if no run started or it ended with a bug. */
export interface EntityEnd {
  readonly entity: string
  readonly report: SyncReport | null
  /** Null also for entities that were not begun. */
  readonly failure: unknown
}

/** One line per entity. Cells of zero are empty, and columns of zeros are left out. */
export function renderTable(ended: readonly EntityEnd[]): string {
  const counted: readonly [name: string, count: (report: SyncReport) => number][] = [
    ['new', ({ inserted }) => inserted],
    ['changed', ({ updated }) => updated],
    ['deleted', ({ deleted }) => deleted],
    ['set aside', ({ rejectedValues, rejectedRecords }) => rejectedValues + rejectedRecords],
  ]
  const used = counted.filter(([, count]) =>
    ended.some(({ report }) => report !== null && count(report) > 0),
  )
  const body = ended.map(({ entity, report, failure }) =>
    report === null
      ? [entity, endWithout(failure)]
      : [
          entity,
          report.error?.code === 'OBJECT_TYPE_GONE' ? 'gone' : sayOutcome(report.outcome),
          ...used.map(([, count]) => formatNonzero(count(report))),
          timeOf(report.seconds),
        ],
  )
  const head = ['entity', 'outcome', ...used.map(([name]) => name), 'time']
  return alignColumns([head, ...body], (column) => column >= 2).join('\n')
}

function formatNonzero(count: number): string {
  return count === 0 ? '' : formatCount(count)
}

function recordCounts(report: SyncReport): string[] {
  const { inserted, updated, deleted, rejectedValues, rejectedRecords, unread } = report
  return [
    ...(inserted > 0 ? [`${formatCount(inserted)} new`] : []),
    ...(updated > 0 ? [`${formatCount(updated)} changed`] : []),
    ...(deleted > 0 ? [`${formatCount(deleted)} deleted`] : []),
    ...(rejectedValues > 0 ? [`${countOf(rejectedValues, 'value')} set aside`] : []),
    ...(rejectedRecords > 0 ? [`${countOf(rejectedRecords, 'record')} set aside`] : []),
    ...(unread > 0 ? [`${countOf(unread, 'record')} not read`] : []),
  ]
}

/** Links that changed since the last run; after a full sync they are as new as the records. */
function linkCount({ mode, passes }: SyncReport): string[] {
  if (mode !== 'incremental') return []
  const changed = passes
    .filter(({ unit }) => unit === 'links')
    .reduce((sum, { inserted, updated, deleted }) => sum + inserted + updated + deleted, 0)
  return changed > 0 ? [`${countOf(changed, 'link')} changed`] : []
}

function timeOf(seconds: number): string {
  return seconds < 60 ? `${seconds.toFixed(1)} s` : formatDuration(seconds)
}

function renderPasses(passes: readonly PassReport[]): string[] {
  const cells = passes.map(({ pass, unit, outcome, calls, seconds, ...counts }) => [
    `${sayPass(pass)}${outcome === 'completed' ? '' : ` (${sayPassOutcome(outcome)})`}`,
    [
      ...(counts.read > 0 ? [`${formatCount(counts.read)} read`] : []),
      ...(counts.inserted > 0 ? [sayNew(counts.inserted, unit)] : []),
      ...(counts.updated > 0 ? [`${formatCount(counts.updated)} changed`] : []),
      ...(counts.deleted > 0 ? [`${formatCount(counts.deleted)} deleted`] : []),
      countOf(calls, 'call'),
      timeOf(seconds),
    ].join(', '),
  ])
  return alignColumns(cells, () => false)
}

function sayNew(count: number, unit: PassReport['unit']): string {
  return unit === null ? `${formatCount(count)} new` : countOf(count, `new ${units[unit]}`)
}

const units: Readonly<Record<PassUnit, string>> = { links: 'link', 'former values': 'former value' }

function renderRejections(rejections: readonly Rejection[]): string[] {
  const shown = rejections
    .slice(0, shownRejections)
    .map(
      ({ property, reason, count }) => `${formatCount(count)} × ${property}: ${sayReason(reason)}`,
    )
  const rest = rejections.length - shown.length
  return rest > 0 ? [...shown, `and ${countOf(rest, 'other kind')}`] : shown
}
