import type { CopyState, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { describeState } from '../../runtime/monitoring/verdict/describe-state.ts'
import {
  type ProblemKind,
  problemFacts,
  problemsOf,
} from '../../runtime/monitoring/verdict/find-problems.ts'
import type { RunOutcome } from '../../runtime/sync/plain-words.ts'
import { about } from '../words.ts'

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
  const kinds = problemsOf(status).map(({ kind }) => kind)
  if (state === 'ok' && kinds.some((kind) => problemFacts[kind].tone === 'bad')) {
    return { tone: 'bad', word: 'not all right' }
  }
  if (state === 'ok' && kinds.includes('rounds_missed')) return { tone: 'warn', word: 'late' }
  if (state === 'ok' && kinds.includes('grave_drift')) return { tone: 'warn', word: 'drift' }
  return { tone: tones[state], word: describeState(state) }
}

const tonesByOutcome: ReadonlyMap<string, Tone> = new Map(
  Object.entries({
    running: 'info',
    succeeded: 'good',
    partial: 'bad',
    failed: 'bad',
    not_started: 'bad',
    interrupted: 'warn',
    cancelled: 'warn',
    limited: 'warn',
  } satisfies Record<RunOutcome, Tone>),
)

/** Other outcomes are those of another version of hubgen. */
export function toneOfOutcome(outcome: string): Tone {
  return tonesByOutcome.get(outcome) ?? 'idle'
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

/** The page with details. */
export function hrefOf(kind: ProblemKind, entity: string): string {
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

/** Nothing was ever read for it, so its figures are neither zero nor right. */
export function isUntouched({ lastRun, running, freshness }: EntityStatus): boolean {
  return lastRun === null && running === null && freshness === null
}

/** The live rows; a dash for an entity that was never synced, whose table is empty because of that. */
export function rowsOf(status: EntityStatus): string {
  const { rows } = status
  if (rows === null || (rows.live === 0 && isUntouched(status))) return '–'
  return about(rows.live, rows.estimated)
}
