import { sayPart } from '../../sync/plain-words.ts'
import { listSome } from '../../words/name-some.ts'
import { countOf, formatAge, formatCount } from '../../words/numbers-as-text.ts'
import type { AuditResult, EntityStatus, IncompletePart, Misfit } from '../copy-status.ts'
import type { DoubtKind } from './find-problems.ts'

/**
 * Describes a doubt about one entity, or of several together, without their names; the text contains names
 * from HubSpot.
 */
export function describeDoubt(
  kind: DoubtKind,
  statuses: readonly EntityStatus[],
  now: Date,
): string {
  const sum = (figure: (status: EntityStatus) => number) =>
    statuses.reduce((total, status) => total + figure(status), 0)
  const [only] = statuses
  const table = statuses.length === 1 && only !== undefined ? only.table : 'their tables'
  switch (kind) {
    case 'audit_differs':
      return describeAudits(
        statuses.flatMap(({ audit }) => audit ?? []),
        now,
      )
    case 'part_incomplete':
      return describeIncomplete(
        statuses.flatMap(({ incomplete }) => incomplete),
        now,
      )
    case 'values_refused':
      return describeMisfits(
        statuses.flatMap(({ misfits }) => misfits),
        now,
      )
    case 'rows_dropped': {
      const keeps = statuses.length === 1 ? `${table} does` : `${table} do`
      const its = statuses.length === 1 ? 'the table' : 'the tables'
      return `${keeps} not keep ${countOf(
        sum(({ dropped }) => dropped),
        'record',
      )} that were written to ${statuses.length === 1 ? 'it' : 'them'}: a trigger or rule of ${its} drops them`
    }
    case 'records_unread':
      return `HubSpot could not give ${countOf(
        sum(({ unread }) => unread),
        'record',
      )}; every run asks again`
    case 'rows_unlisted':
      return `HubSpot lists no record for ${countOf(
        sum(({ unlisted }) => unlisted.records),
        'live row',
      )} of ${table}; the next run reads them by id`
  }
}

function describeMisfits(misfits: readonly Misfit[], now: Date): string {
  const [worst, ...others] = misfits.toSorted((one, other) => other.values - one.values)
  if (worst === undefined) return 'values did not fit'
  const more = others.length === 0 ? '' : `, and of ${countOf(others.length, 'more property')}`
  return `${describeMisfit(worst, now)}${more}`
}

/** `amount: 990 of 990 values did not fit since 09:12`. */
export function describeMisfit(
  { property, values, of, estimated, since }: Misfit,
  now: Date,
): string {
  const all = `${estimated ? 'about ' : ''}${formatCount(of)}`
  const sameDay = now.getTime() - since.getTime() < 86_400_000
  const iso = since.toISOString()
  const when = sameDay ? `${iso.slice(11, 16)} UTC` : iso.slice(0, 10)
  return `${property}: ${formatCount(values)} of ${all} values did not fit since ${when}`
}

function describeIncomplete(incomplete: readonly IncompletePart[], now: Date): string {
  const because = (refusal: string | null) => (refusal === null ? '' : ` (${refusal})`)
  const never = incomplete.flatMap(({ part, asOf, refusal }) =>
    asOf === null ? `${sayPart(part)}${because(refusal)}` : [],
  )
  const refused = incomplete.flatMap(({ part, asOf, refusal }) =>
    asOf === null ? [] : `${sayPart(part)}, for ${ageOf(asOf.getTime(), now)}${because(refusal)}`,
  )
  return [
    ...(never.length > 0 ? [`never read completely: ${listSome([...new Set(never)])}`] : []),
    ...(refused.length > 0 ? [`not read any more: ${listSome([...new Set(refused)])}`] : []),
  ].join('; ')
}

function describeAudits(audits: readonly AuditResult[], now: Date): string {
  if (audits.length === 0) return 'the daily comparison found differences'
  const unexplained = audits.flatMap((audit) => audit.unexplained)
  const records = audits.reduce((sum, audit) => sum + audit.records, 0)
  const found = unexplained.reduce((sum, one) => sum + one.unexplained, 0)
  const isMended = unexplained.every(({ differing, mended }) => differing === mended)
  const subjects = [...new Set(unexplained.map(({ subject }) => subject))]
  const newestMs = Math.max(...audits.map(({ at }) => at.getTime()))
  return (
    `${countOf(found, 'difference')} in ${countOf(records, 'record')} compared ` +
    `${ageOf(newestMs, now)} ago, in ${listSome(subjects)}; no change explains ` +
    (found === 1 ? 'it' : 'them') +
    (isMended ? '; repaired' : '')
  )
}

function ageOf(ms: number, now: Date): string {
  return formatAge((now.getTime() - ms) / 1000)
}
