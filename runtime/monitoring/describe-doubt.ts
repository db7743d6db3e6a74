import { listSome } from '../words/name-some.ts'
import { countOf, formatAge, formatCount } from '../words/numbers-as-text.ts'
import type { EntityStatus, Misfit } from './copy-status.ts'
import type { ProblemKind } from './find-problems.ts'

/** Problems that an entity can have although its last run succeeded. */
const doubtKinds = [
  'audit_differs',
  'part_incomplete',
  'values_refused',
  'rows_dropped',
  'records_unread',
  'rows_unlisted',
] as const satisfies readonly ProblemKind[]

export type DoubtKind = (typeof doubtKinds)[number]

export function isDoubt(kind: ProblemKind): kind is DoubtKind {
  return doubtKinds.some((doubt) => doubt === kind)
}

/** Describes such a problem without the entity's name; the text contains names from HubSpot. */
export function describeDoubt(kind: DoubtKind, status: EntityStatus, now: Date): string {
  switch (kind) {
    case 'audit_differs':
      return describeAudit(status, now)
    case 'part_incomplete':
      return describeIncomplete(status, now)
    case 'values_refused': {
      const [worst, ...others] = status.misfits
      if (worst === undefined) return 'values did not fit'
      const more = others.length === 0 ? '' : `, and of ${countOf(others.length, 'more property')}`
      return `${describeMisfit(worst, now)}${more.replace('propertys', 'properties')}`
    }
    case 'rows_dropped':
      return `${status.table} does not keep ${countOf(status.dropped, 'record')} that were written to it: a trigger or rule of the table drops them`
    case 'records_unread':
      return `HubSpot could not give ${countOf(status.unread, 'record')}; every run asks again`
    case 'rows_unlisted':
      return `HubSpot lists no record for ${countOf(status.unlisted.records, 'live row')} of ${status.table}; the next run reads them by id`
  }
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

function describeIncomplete({ incomplete }: EntityStatus, now: Date): string {
  const because = (refusal: string | null) => (refusal === null ? '' : ` (${refusal})`)
  const never = incomplete.flatMap(({ part, asOf, refusal }) =>
    asOf === null ? `${part}${because(refusal)}` : [],
  )
  const refused = incomplete.flatMap(({ part, asOf, refusal }) =>
    asOf === null ? [] : `${part}, for ${ageOf(asOf.getTime(), now)}${because(refusal)}`,
  )
  return [
    ...(never.length > 0 ? [`never read completely: ${listSome(never)}`] : []),
    ...(refused.length > 0 ? [`not read any more: ${listSome(refused)}`] : []),
  ].join('; ')
}

function describeAudit({ audit }: EntityStatus, now: Date): string {
  if (audit === null) return 'the daily comparison found differences'
  const subjects = audit.unexplained.map(({ subject }) => subject)
  const found = audit.unexplained.reduce((sum, { unexplained }) => sum + unexplained, 0)
  const isMended = audit.unexplained.every(({ differing, mended }) => differing === mended)
  return (
    `${countOf(found, 'difference')} in ${countOf(audit.records, 'record')} compared ` +
    `${ageOf(audit.at.getTime(), now)} ago, in ${listSome(subjects)}; no change explains ` +
    (found === 1 ? 'it' : 'them') +
    (isMended ? '; repaired' : '')
  )
}

function ageOf(ms: number, now: Date): string {
  return formatAge((now.getTime() - ms) / 1000)
}
