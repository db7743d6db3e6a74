import type { CopyStatus, EntityStatus } from './copy-status.ts'
import { sharedFiles } from './shared-files.ts'

/** Worst first. */
export const problemKinds = [
  'failed',
  'interrupted',
  'never',
  'not_answered',
  'stale',
  'grave_drift',
  'failed_checks',
] as const

export type ProblemKind = (typeof problemKinds)[number]

/** Something that a person should do something about. */
export interface Problem {
  readonly kind: ProblemKind
  /** `shared files` where it is about none alone. */
  readonly entity: string
  /** What to type, without `hubgen`. */
  readonly command: string
}

/** What is wrong with the copy, the worst first and in the order of the entities; empty when all is well. */
export function findProblems({ entities, sharedDrift }: CopyStatus): readonly Problem[] {
  const problems = entities.flatMap(problemsOf)
  if ((sharedDrift?.grave ?? 0) > 0) {
    problems.push({ kind: 'grave_drift', entity: sharedFiles, command: 'diff --all' })
  }
  return problems.toSorted((one, other) => rankOf(one) - rankOf(other))
}

function rankOf({ kind }: Problem): number {
  return problemKinds.indexOf(kind)
}

function problemsOf({ entity, state, drift, checks, unanswered }: EntityStatus): Problem[] {
  const problems: Problem[] = []
  if (state !== 'ok' && state !== 'running') {
    problems.push({ kind: state, entity, command: `sync ${entity}` })
  }
  if (unanswered.length > 0) {
    problems.push({ kind: 'not_answered', entity, command: `explore ${entity}` })
  }
  if ((drift?.grave ?? 0) > 0) {
    problems.push({ kind: 'grave_drift', entity, command: `diff ${entity}` })
  }
  if ((checks?.failed ?? 0) > 0) {
    problems.push({ kind: 'failed_checks', entity, command: `check ${entity}` })
  }
  return problems
}
