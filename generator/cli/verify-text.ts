import { styleText } from 'node:util'
import {
  type Difference,
  type DifferenceKind,
  type DifferenceReason,
  differenceWords,
} from '../../runtime/sync/classify-difference.ts'
import { countOf, formatCount, formatDuration } from '../../runtime/sync/numbers-as-text.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import type { VerifyReport } from '../../runtime/sync/verify-entity.ts'

const kinds: Readonly<Record<DifferenceKind, string>> = {
  missing: 'in HubSpot, not in the table',
  extra: 'in the table, not in HubSpot',
  stale: 'of another modified stamp',
}

export function describeProgress(entity: string, records: number): string {
  return `${entity}: ${countOf(records, 'record')} compared`
}

/** What a comparison came to, with the first ids of each kind, and what to type next. */
export function describeVerified(report: VerifyReport, afterwards: 'repair' | 'report'): string {
  const { entity, table, records, total, quarantined, seconds, calls } = report
  const cost = `${formatDuration(seconds)}, ${countOf(calls, 'API call')}`
  const kept =
    quarantined === 0
      ? []
      : [
          `  ${countOf(quarantined, 'record')} in the quarantine, without a row: ` +
            `\`hubgen quarantine ${entity}\``,
        ]
  if (total === 0) {
    const same = `${countOf(records, 'record')}, equal by id and modified stamp`
    return [`${styleText('green', '✓')} ${entity} = ${table}: ${same} (${cost})`, ...kept].join(
      '\n',
    )
  }
  const lines = [
    `${styleText('red', '✗')} ${entity} ≠ ${table}: ${countOf(total, 'difference')} ` +
      `among ${countOf(records, 'record')} (${cost})`,
    ...describeKind(report, 'missing'),
    ...describeKind(report, 'extra'),
    ...describeKind(report, 'stale'),
    ...kept,
  ]
  if (afterwards === 'report') lines.push(`next: \`hubgen verify ${entity} --repair\` mends them`)
  return lines.join('\n')
}

/** What a repair changed. */
export function describeRepair({ inserted, updated, deleted, calls }: SyncReport): string {
  const done = [
    `${formatCount(inserted)} inserted`,
    `${formatCount(updated)} updated`,
    `${formatCount(deleted)} marked as deleted`,
  ]
  return `  repaired: ${done.join(', ')} (${countOf(calls, 'API call')})`
}

function describeKind({ differences, examples }: VerifyReport, kind: DifferenceKind): string[] {
  const reasons = Object.entries(differences[kind]).sort(([, left], [, right]) => right - left)
  if (reasons.length === 0) return []
  const total = reasons.reduce((sum, [, count]) => sum + count, 0)
  const ofKind = examples.filter((example) => example.kind === kind)
  return [
    `  ${kind} ${formatCount(total)}: ${kinds[kind]}`,
    ...reasons.map(
      ([reason, count]) =>
        `    ${formatCount(count)} × ${differenceWords[reason as DifferenceReason]}`,
    ),
    ...ofKind.map((example) => `      ${describeExample(example)}`),
    ...(ofKind.length < total ? ['      … (all of them with `--json`)'] : []),
  ]
}

function describeExample({ id, reason, survivorId }: Difference): string {
  return survivorId === undefined
    ? `${id}  ${differenceWords[reason]}`
    : `${id}  merged into ${survivorId}`
}
