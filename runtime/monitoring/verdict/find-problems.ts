import { hubgenCodes } from '../../errors.ts'
import type { CopyState, CopyStatus, EntityStatus } from '../copy-status.ts'
import { sharedFiles } from '../read-drift.ts'

/** `idle`: nobody has started it yet. */
export type ProblemTone = 'bad' | 'warn' | 'idle'

interface ProblemFacts {
  readonly tone: ProblemTone
  /**
   * `run`: the last run or the schedule, which the state of an entity names. `doubt`: parts of the copy that a successful
   * run could not confirm. `other`: differences that commands of their own find.
   */
  readonly about: 'run' | 'doubt' | 'other'
  /** Whether a failure that ends a whole command explains it for the entities after that one. */
  readonly follows?: true
}

/** All kinds of problems, worst first. */
const facts = {
  failed: { tone: 'bad', about: 'run' },
  interrupted: { tone: 'warn', about: 'run' },
  never: { tone: 'idle', about: 'run', follows: true },
  not_answered: { tone: 'bad', about: 'other' },
  stale: { tone: 'warn', about: 'run', follows: true },
  rounds_missed: { tone: 'warn', about: 'run', follows: true },
  audit_differs: { tone: 'bad', about: 'doubt' },
  part_incomplete: { tone: 'bad', about: 'doubt' },
  values_refused: { tone: 'bad', about: 'doubt' },
  rows_dropped: { tone: 'bad', about: 'doubt' },
  records_unread: { tone: 'bad', about: 'doubt' },
  rows_unlisted: { tone: 'bad', about: 'doubt' },
  failed_checks: { tone: 'bad', about: 'other' },
  grave_drift: { tone: 'warn', about: 'other' },
} as const satisfies Readonly<Record<string, ProblemFacts>>

export type ProblemKind = keyof typeof facts

/** Worst first. */
export const problemKinds = Object.keys(facts) as readonly ProblemKind[]

export const problemFacts: Readonly<Record<ProblemKind, ProblemFacts>> = facts

/** Problems that an entity can have although its last run succeeded. */
export type DoubtKind = {
  [Kind in ProblemKind]: (typeof facts)[Kind]['about'] extends 'doubt' ? Kind : never
}[ProblemKind]

export function isDoubt(kind: ProblemKind): kind is DoubtKind {
  return facts[kind].about === 'doubt'
}

/** A problem that needs a person's attention. */
export interface Problem {
  readonly kind: ProblemKind
  /** `shared files` if it is about no single entity. */
  readonly entity: string
  /** The command that helps, without `hubgen`. */
  readonly command: string
}

/** The problems of the copy, worst first and then by entity; empty if there are none. */
export function findProblems({
  entities,
  sharedDrift,
}: Pick<CopyStatus, 'entities' | 'sharedDrift'>): readonly Problem[] {
  const problems = entities.flatMap(problemsOf)
  if ((sharedDrift?.grave ?? 0) > 0) {
    problems.push({ kind: 'grave_drift', entity: sharedFiles, command: 'diff --all' })
  }
  return problems.toSorted((one, other) => rankOf(one) - rankOf(other))
}

function rankOf({ kind }: Problem): number {
  return problemKinds.indexOf(kind)
}

/** A schedule without runs for longer than this has probably ended. */
const mostMissed = 3

/** The problems of one entity. */
export function problemsOf(status: EntityStatus): Problem[] {
  const { entity, state, lastSync, audit, incomplete, unanswered, misfits } = status
  const { unread, unlisted, dropped, drift, checks, schedule, isResource } = status
  const problems: Problem[] = []
  const add = (kind: ProblemKind, command: string, options = '') => {
    problems.push({ kind, entity, command: `${command} ${entity}${options}` })
  }
  // Doctor asks for records; a sync of a resource says what HubSpot refuses.
  const look = isResource ? 'sync' : 'doctor'
  if (state === 'failed' && isBraked(lastSync)) add(state, 'sync', ' --allow-deletes')
  else if (state === 'failed' && isRefused(lastSync)) add(state, look)
  else if (state === 'failed' && codeOf(lastSync) === 'OBJECT_TYPE_GONE') add(state, 'diff')
  else if (state !== 'ok' && state !== 'running') add(state, 'sync')
  else if (state === 'ok' && (schedule?.missed ?? 0) >= mostMissed) add('rounds_missed', 'sync')
  if (unanswered.length > 0) add('not_answered', 'explore')
  if ((audit?.unexplained.length ?? 0) > 0) {
    problems.push({ kind: 'audit_differs', entity, command: `verify ${entity} --values all` })
  }
  // A failed run's error already covers this.
  if (incomplete.length > 0 && !broken.has(state)) add('part_incomplete', look)
  if (misfits.length > 0) add('values_refused', 'quarantine')
  if (dropped > 0) add('rows_dropped', 'quarantine')
  if (unread > 0) add('records_unread', 'sync')
  // The error of a braked run already covers this.
  if (unlisted.records > 0 && !(state === 'failed' && isBraked(lastSync)))
    add('rows_unlisted', 'sync')
  if ((drift?.grave ?? 0) > 0) add('grave_drift', 'diff')
  if ((checks?.failed ?? 0) > 0) add('failed_checks', 'check')
  return problems
}

/** The run marked nothing as deleted, and no later run will until a person has acted. */
export function isBraked(run: EntityStatus['lastSync']): boolean {
  return codeOf(run) === 'DELETES_BRAKED'
}

/** HubSpot refused the run for lack of a permission, and will refuse the next one. */
function isRefused(run: EntityStatus['lastSync']): boolean {
  return hubgenCodes.get(codeOf(run))?.kind === 'hubspot_permission'
}

/** The code of the error that ended a run; "" if there is none. */
export function codeOf(run: EntityStatus['lastSync']): string {
  return /^[A-Z_]+(?=:)/.exec(run?.error ?? '')?.[0] ?? ''
}

const broken: ReadonlySet<CopyState> = new Set(['failed', 'interrupted', 'never'])
