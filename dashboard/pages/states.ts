import type { CopyState, CopyStatus, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { type DoubtKind, describeDoubt, isDoubt } from '../../runtime/monitoring/describe-doubt.ts'
import { describeState } from '../../runtime/monitoring/describe-state.ts'
import {
  findProblems,
  type ProblemKind,
  problemsOf,
} from '../../runtime/monitoring/find-problems.ts'
import { listSome } from '../../runtime/words/name-some.ts'
import { nameUnanswered } from '../../runtime/words/name-unanswered.ts'
import { countOf, formatAge } from '../../runtime/words/numbers-as-text.ts'

export type Tone = 'good' | 'bad' | 'warn' | 'info' | 'idle'

const tones: Readonly<Record<CopyState, Tone>> = {
  ok: 'good',
  running: 'info',
  stale: 'warn',
  failed: 'bad',
  interrupted: 'warn',
  never: 'idle',
}

/** A successful last run alone does not make an entity all right. */
export function verdictOf(status: EntityStatus): { readonly tone: Tone; readonly word: string } {
  const { state } = status
  const isDoubtful = problemsOf(status).some(({ kind }) => isDoubt(kind) || kind === 'not_answered')
  if (state === 'ok' && isDoubtful) return { tone: 'bad', word: 'not all right' }
  return { tone: tones[state], word: describeState(state) }
}

const outcomes: Readonly<Record<string, Tone>> = {
  running: 'info',
  succeeded: 'good',
  partial: 'bad',
  failed: 'bad',
  not_started: 'bad',
  interrupted: 'warn',
  cancelled: 'warn',
  limited: 'warn',
}

export function toneOfOutcome(outcome: string): Tone {
  return outcomes[outcome] ?? 'idle'
}

/** Colours that distinguish entities, as classes of the stylesheet. */
const hueCount = 12

/** By entity name, in list order, so that neighbours differ. */
export type Hues = ReadonlyMap<string, string>

export function chooseHues(entities: readonly string[]): Hues {
  return new Map(entities.map((entity, index) => [entity, `hue-${index % hueCount}`]))
}

/** An entity that is no longer generated has the colour of the pages. */
export function hueOf(hues: Hues, entity: string): string {
  return hues.get(entity) ?? 'hue-none'
}

/** A problem that needs attention, as text. */
export interface Finding {
  readonly entity: string
  /** Text from HubSpot. */
  readonly label: string
  readonly tone: Tone
  readonly text: string
  readonly href: string
}

/** The problems of the copy, worst first. */
export function describeProblems(status: CopyStatus): readonly Finding[] {
  return findProblems(status).map(({ kind, entity }) => {
    const found = status.entities.find((one) => one.entity === entity)
    const facts = { entity, label: found?.label ?? entity, href: hrefOf(kind, entity) }
    if (isDoubt(kind)) {
      const text = found === undefined ? '' : describeDoubt(kind, [found], status.at)
      return { ...facts, tone: 'bad' as const, text }
    }
    return { ...facts, ...describeKind(kind, found, status) }
  })
}

/** Describes what makes the copy of an entity doubtful. */
export function doubtsOf(status: EntityStatus, now: Date): readonly string[] {
  return problemsOf(status).flatMap(({ kind }) =>
    isDoubt(kind) ? describeDoubt(kind, [status], now) : [],
  )
}

/** The page with details. */
function hrefOf(kind: ProblemKind, entity: string): string {
  const page = `/entities/${encodeURIComponent(entity)}`
  switch (kind) {
    case 'grave_drift':
      return '/drift'
    case 'failed_checks':
    case 'audit_differs':
      return `${page}/quality`
    case 'not_answered':
      return `${page}/properties`
    case 'values_refused':
    case 'rows_dropped':
      return `/quarantine?entity=${encodeURIComponent(entity)}`
    case 'failed':
    case 'interrupted':
    case 'never':
    case 'stale':
    case 'rounds_missed':
    case 'part_incomplete':
    case 'records_unread':
    case 'rows_unlisted':
      return page
  }
}

function describeKind(
  kind: Exclude<ProblemKind, DoubtKind>,
  entity: EntityStatus | undefined,
  { sharedDrift, at }: CopyStatus,
): Pick<Finding, 'tone' | 'text'> {
  switch (kind) {
    case 'failed':
      return {
        tone: 'bad',
        text: `the last run failed: ${entity?.lastRun?.error ?? 'it did not complete'}`,
      }
    case 'interrupted':
      return { tone: 'warn', text: 'the last run was interrupted; the next one resumes' }
    case 'never':
      return { tone: 'idle', text: 'never synced' }
    case 'not_answered': {
      const names = nameUnanswered(entity?.unanswered ?? [], listSome)
      const since = entity?.unanswered.map((one) => one.since.getTime()) ?? []
      const age = formatAge((at.getTime() - Math.min(...since)) / 1000)
      return { tone: 'bad', text: `HubSpot has not answered ${names} for ${age}: old values stay` }
    }
    case 'stale': {
      const age = entity?.freshness?.ageSeconds ?? null
      return {
        tone: 'warn',
        text: age === null ? 'its rows are old' : `its rows are ${formatAge(age)} old`,
      }
    }
    case 'rounds_missed':
      return { tone: 'warn', text: 'nothing has run for some time' }
    case 'grave_drift': {
      const count = entity?.drift?.grave ?? sharedDrift?.grave ?? 0
      return {
        tone: 'warn',
        text: `HubSpot, files and tables disagree in ${countOf(count, 'place')}`,
      }
    }
    case 'failed_checks':
      return {
        tone: 'bad',
        text: `${countOf(entity?.checks?.failed ?? 0, 'check')} of its data failed`,
      }
  }
}
