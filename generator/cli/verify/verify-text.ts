import { styleText } from 'node:util'
import type { SyncReport } from '../../../runtime/sync/report.ts'
import {
  type Difference,
  type DifferenceKind,
  type DifferenceReason,
  differenceKinds,
  differenceWords,
} from '../../../runtime/sync/verify/classify-difference.ts'
import type { VerifyOptions, VerifyReport } from '../../../runtime/sync/verify/verify-entity.ts'
import { countOf, formatCount, formatDuration } from '../../../runtime/words/numbers-as-text.ts'
import { visibleText } from '../../render/text/escape-text.ts'

export interface VerifyView extends Pick<VerifyOptions, 'values' | 'links'> {
  readonly format: 'json' | 'text'
  readonly afterwards: 'repair' | 'report'
}

const kinds: Readonly<Record<DifferenceKind, string>> = {
  missing: 'in HubSpot, not in the table',
  extra: 'in the table, not in HubSpot',
  stale: 'with another modified stamp',
  value: 'with the same modified stamp and another value',
  link: 'with other links',
}

/** Of resources, whose rows have keys and values but no stamps. */
const kindsOfRows: Partial<typeof kinds> = { value: 'with another value' }

/** Limit on the columns that are named per record, and in total. */
const namedColumns = 5

/** The progress line. */
export function describeProgress(
  entity: string,
  { records, values, links }: Readonly<Record<'records' | 'values' | 'links', number>>,
): string {
  const parts = [
    `${countOf(records, 'record')} compared`,
    ...(values > 0 ? [`${formatCount(values)} by value`] : []),
    ...(links > 0 ? [`${formatCount(links)} by link`] : []),
  ]
  return `${entity}: ${parts.join(', ')}`
}

/** The result of a comparison, with the first ids of each kind, and the next command. */
export function describeVerified(report: VerifyReport, view: Omit<VerifyView, 'format'>): string {
  const { entity, table, records, total, seconds, calls } = report
  const cost = `${formatDuration(seconds)}, ${countOf(calls, 'API call')}`
  if (total === 0) {
    const same = `${countOf(records, nounOf(report))}, equal by ${report.by === 'values' ? 'key and value' : 'id and modified stamp'}`
    const isWhole = report.compared.left.length === 0 && report.unread === 0
    const mark = isWhole ? styleText('green', '✓') : styleText('yellow', '?')
    const rest = isWhole ? '' : '; not everything could be compared'
    return [
      `${mark} ${entity} = ${table}: ${same}${rest} (${cost})`,
      ...describeCompared(report, view),
    ].join('\n')
  }
  const lines = [
    `${styleText('red', '✗')} ${entity} ≠ ${table}: ${countOf(total, 'difference')} ` +
      `among ${countOf(records, nounOf(report))} (${cost})`,
    ...differenceKinds.flatMap((kind) => describeKind(report, kind)),
    ...describeCompared(report, view),
  ]
  const next = `hubgen verify ${entity}${optionsOf(view)} --repair`
  if (view.afterwards === 'report') lines.push(`next: \`${next}\` repairs them`)
  return lines.join('\n')
}

function nounOf({ by }: VerifyReport): 'record' | 'row' {
  return by === 'values' ? 'row' : 'record'
}

/** The options that repeat the same comparison. */
function optionsOf({ values, links }: Pick<VerifyView, 'values' | 'links'>): string {
  const sample = values === undefined ? '' : ` --values ${values}`
  return links === undefined ? sample : `${sample} --links`
}

/** The values and links that were compared, and the parts that were not. */
function describeCompared(
  report: VerifyReport,
  asked: Pick<VerifyView, 'values' | 'links'>,
): string[] {
  const { entity, compared, quarantined, unread } = report
  const { links, left } = compared
  const isStamped = report.by === 'stamps'
  const values = isStamped ? compared.values : 0
  const also = [
    ...(values > 0 ? [`the values of ${countOf(values, 'record')}`] : []),
    ...(links > 0 ? [`the links of ${countOf(links, 'record')}`] : []),
  ]
  return [
    ...(also.length > 0 ? [`  also compared: ${also.join(', ')}`] : []),
    ...(isStamped && asked.values === undefined && asked.links === undefined
      ? [`  values and links were not compared: use \`hubgen verify ${entity} --values\``]
      : []),
    ...(isStamped && asked.links !== undefined && links === 0 && left.length === 0
      ? ['  no links to compare: the entity has no table of links with records in it']
      : []),
    ...describeKept(report),
    ...left.map(
      ({ subject, why }) => `  not compared: ${visibleText(subject)}: ${visibleText(why)}`,
    ),
    ...(unread === 0
      ? []
      : [`  HubSpot gave no answer for ${countOf(unread, 'record')}: they may differ`]),
    ...(quarantined === 0
      ? []
      : [
          `  ${countOf(quarantined, nounOf(report))} in the quarantine, without a row: ` +
            `\`hubgen quarantine ${entity}\``,
        ]),
  ]
}

/** The rows that HubSpot no longer serves, or serves with other numbers each time: no difference. */
function describeKept({ entity, by, records, compared, ...report }: VerifyReport): string[] {
  const { unserved, recounted } = report
  const withoutDetails = by === 'values' ? records - compared.values : 0
  return [
    ...(withoutDetails === 0
      ? []
      : [
          `  ${countOf(withoutDetails, 'row')} ${withoutDetails === 1 ? 'was' : 'were'} compared without values that HubSpot sends for one row per call: ` +
            `use \`hubgen verify ${entity} --values all\``,
        ]),
    ...(unserved === 0
      ? []
      : [
          `  HubSpot no longer sends ${countOf(unserved, 'row')} of the table, and shows no deletions here: the table keeps them`,
        ]),
    ...(recounted === 0
      ? []
      : [
          `  ${countOf(recounted, 'row')} with other statistics, which HubSpot counts on after each read: no difference`,
        ]),
  ]
}

/** The changes that a repair made. */
export function describeRepair({ inserted, updated, deleted, calls }: SyncReport): string {
  const done = [
    `${formatCount(inserted)} inserted`,
    `${formatCount(updated)} updated`,
    `${formatCount(deleted)} marked as deleted`,
  ]
  return `  repaired: ${done.join(', ')} (${countOf(calls, 'API call')})`
}

function describeKind(report: VerifyReport, kind: DifferenceKind): string[] {
  const { differences, examples } = report
  const reasons = Object.entries(differences[kind]).sort(([, left], [, right]) => right - left)
  if (reasons.length === 0) return []
  const total = reasons.reduce((sum, [, count]) => sum + count, 0)
  const ofKind = examples.filter((example) => example.kind === kind)
  return [
    `  ${kind} ${formatCount(total)}: ${(report.by === 'values' ? kindsOfRows[kind] : undefined) ?? kinds[kind]}`,
    ...reasons.map(
      ([reason, count]) =>
        `    ${formatCount(count)} × ${differenceWords[reason as DifferenceReason]}`,
    ),
    ...(kind === 'value' ? describeSubjects(report.columns) : []),
    ...(kind === 'link' ? describeSubjects(report.linkTables) : []),
    ...ofKind.map((example) => `      ${describeExample(example)}`),
    ...(ofKind.length < total ? ['      … (`--json` lists all)'] : []),
  ]
}

/** The columns or tables with the most differences. */
function describeSubjects(counts: Readonly<Record<string, number>>): string[] {
  const subjects = Object.entries(counts).sort(([, left], [, right]) => right - left)
  const named = subjects
    .slice(0, namedColumns)
    .map(([name, count]) => `${visibleText(name)} (${formatCount(count)})`)
  const more = subjects.length - named.length
  return [`    in ${named.join(', ')}${more > 0 ? ` and ${formatCount(more)} more` : ''}`]
}

function describeExample({ id, reason, survivorId, columns, table, toId }: Difference): string {
  if (survivorId !== undefined) return `${id}  merged into ${survivorId}`
  if (table !== undefined) return `${id}  ${table}, link to ${toId}: ${differenceWords[reason]}`
  const names = columns === undefined ? '' : `${nameColumns(columns)}: `
  return `${id}  ${names}${differenceWords[reason]}`
}

function nameColumns(columns: readonly string[]): string {
  const named = columns.slice(0, namedColumns).map(visibleText)
  const more = columns.length - named.length
  return more > 0 ? `${named.join(', ')} and ${formatCount(more)} more` : named.join(', ')
}
