import type { HubgenCode } from '../../errors.ts'
import { describeInterval } from '../../words/describe-interval.ts'
import { nameUnanswered } from '../../words/name-unanswered.ts'
import { countOf, formatAge } from '../../words/numbers-as-text.ts'
import type { EntityStatus, PastRun } from '../copy-status.ts'
import { describeDoubt } from './describe-doubt.ts'
import { codeOf, isBraked, isDoubt, type ProblemKind } from './find-problems.ts'

/** A cause in a few words, for a headline. */
export function nameCause(kind: ProblemKind, statuses: readonly EntityStatus[]): string {
  if (kind === 'failed_checks') return countFailedChecks(statuses)
  if (kind !== 'failed') return names[kind]
  const [code] = statuses.map(({ lastSync }) => codeOf(lastSync)).filter((one) => one !== '')
  return failures.get(code ?? '') ?? names.failed
}

const names: Readonly<Record<ProblemKind, string>> = {
  failed: 'the last sync failed',
  interrupted: 'a sync was interrupted',
  never: 'never synced',
  not_answered: 'HubSpot no longer sends a property',
  stale: 'the copy is too old',
  rounds_missed: 'scheduled syncs do not run any more',
  audit_differs: 'rows differ from HubSpot',
  part_incomplete: 'a part was not read',
  values_refused: 'too many values do not fit their column',
  rows_dropped: 'a table does not keep its rows',
  records_unread: 'HubSpot does not give some records',
  rows_unlisted: 'HubSpot no longer lists some rows',
  grave_drift: 'columns or files differ from HubSpot',
  failed_checks: 'a check failed',
}

/** Failures that concern all entities or that people meet often. */
const failures: ReadonlyMap<string, string> = new Map(
  Object.entries({
    TOKEN_REJECTED: 'HubSpot rejects the token',
    TOKEN_MISSING: 'there is no token',
    TOKEN_MALFORMED: 'the token is malformed',
    SCOPE_MISSING: 'the token lacks a scope',
    HUBSPOT_FORBIDDEN: 'HubSpot forbids a call',
    HUBSPOT_FAILED: 'HubSpot answers with errors',
    HUBSPOT_PAUSED: 'HubSpot answers with errors',
    HUBSPOT_UNREACHABLE: 'HubSpot cannot be reached',
    DAILY_LIMIT_REACHED: 'the calls of the day are used up',
    DATABASE_UNREACHABLE: 'the database could not be reached',
    DATABASE_PERMISSION_DENIED: 'the database denies a permission',
    DATABASE_READ_ONLY: 'the database accepts no writes',
    DISK_FULL: 'the disk of the database is full',
    DELETES_BRAKED: 'a sync stopped before it marked many rows as deleted',
    OBJECT_TYPE_GONE: 'HubSpot no longer has an object type',
    PORTAL_MISMATCH: 'the token belongs to another portal',
    TABLE_MISSING: 'a table is missing',
    TABLE_OUTDATED: 'a table lacks columns',
  } satisfies Partial<Record<HubgenCode, string>>),
)

/**
 * A cause as a sentence without the names of its entities; `others` could not be synced because of it. Contains
 * text from HubSpot.
 */
export function describeCause(
  kind: ProblemKind,
  statuses: readonly EntityStatus[],
  { at, others, shared }: { readonly at: Date; readonly others: number; readonly shared: number },
): string {
  if (isDoubt(kind)) return describeDoubt(kind, statuses, at)
  const sum = (figure: (status: EntityStatus) => number) =>
    statuses.reduce((total, status) => total + figure(status), 0)
  switch (kind) {
    case 'failed':
      return describeFailure(statuses, others)
    case 'interrupted':
      return 'the last sync was interrupted; the next one resumes it'
    case 'never':
      return 'never synced'
    case 'not_answered':
      return describeUnanswered(statuses, at)
    case 'stale': {
      const oldest = Math.max(...statuses.map(({ freshness }) => freshness?.ageSeconds ?? 0))
      return `the copy is too old: it shows HubSpot as it was ${formatAge(oldest)} ago`
    }
    case 'rounds_missed':
      return describeMissed(statuses, at)
    case 'grave_drift': {
      const found = sum(({ drift }) => drift?.grave ?? 0) + shared
      return `${countOf(found, 'difference')} in columns or files, according to the last diff`
    }
    case 'failed_checks':
      return countFailedChecks(statuses)
  }
}

function countFailedChecks(statuses: readonly EntityStatus[]): string {
  const failed = statuses.reduce((total, { checks }) => total + (checks?.failed ?? 0), 0)
  return `${countOf(failed, 'check')} failed`
}

function describeMissed(statuses: readonly EntityStatus[], at: Date): string {
  const [last] = statuses
    .flatMap(({ schedule }) => schedule ?? [])
    .toSorted((one, other) => other.lastAt.getTime() - one.lastAt.getTime())
  if (last === undefined) return 'nothing has run for some time'
  const { missed, everySeconds, lastAt, source, machine } = last
  const age = formatAge((at.getTime() - lastAt.getTime()) / 1000)
  const every = describeInterval(everySeconds, source === 'runs' ? 'about' : 'exact')
  const where = machine === null ? '' : ` on ${machine}`
  return `nothing has run for ${missed} rounds: they came ${every}${where}, the last one ${age} ago`
}

/** How to resolve a cause: the fix of its newest error, otherwise the command. */
export function fixFor(
  kind: ProblemKind,
  statuses: readonly EntityStatus[],
  command: string,
): string {
  const own = `run \`hubgen ${command}\``
  switch (kind) {
    case 'failed':
      return newestFailure(statuses)?.fix ?? own
    case 'not_answered':
      return `${own} and \`hubgen generate\` if it was archived; where the key lost a scope, grant it again`
    case 'values_refused':
      return `${own}, which lists them; after a change of the column \`hubgen replay\` fills them in`
    case 'failed_checks':
      return `${own}, which lists the records`
    case 'rounds_missed':
      return `start the schedule again where it runs (cron, systemd, a container), or ${own}`
    case 'part_incomplete':
      return `grant the key the scopes that HubSpot names; ${own} shows what it may read`
    default:
      return own
  }
}

function newestFailure(statuses: readonly EntityStatus[]): PastRun | null {
  const [newest = null] = statuses
    .flatMap(({ lastSync }) => lastSync ?? [])
    .toSorted((one, other) => other.startedAt.getTime() - one.startedAt.getTime())
  return newest
}

/** Of several errors with one cause, the newest. */
function describeFailure(statuses: readonly EntityStatus[], others: number): string {
  const newest = newestFailure(statuses)
  const error = newest?.error ?? 'no reason was recorded'
  const hint = isBraked(newest) ? '. Check them in HubSpot before you allow the deletes' : ''
  const kept = others === 0 ? '' : `; ${describeOthers(others)}`
  return `the last sync failed: ${error}${hint}${kept}`
}

function describeOthers(others: number): string {
  return others === 1
    ? '1 more entity was not synced because of it'
    : `${others} more entities were not synced because of it`
}

/** `HubSpot has not answered `amount` for 3 h: the table keeps old values`. */
function describeUnanswered(statuses: readonly EntityStatus[], at: Date): string {
  const unanswered = statuses.flatMap((status) => status.unanswered)
  const first = Math.min(...unanswered.map(({ since }) => since.getTime()))
  const age = formatAge((at.getTime() - first) / 1000)
  const distinct = unanswered.filter(
    (one, index) =>
      unanswered.findIndex(
        ({ property, part }) => property === one.property && part === one.part,
      ) === index,
  )
  return `HubSpot has not answered ${nameUnanswered(distinct)} for ${age}: the table keeps old values`
}
