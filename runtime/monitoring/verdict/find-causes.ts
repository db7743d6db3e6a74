import { hubgenCodes } from '../../errors.ts'
import type { CopyStatus, EntityStatus } from '../copy-status.ts'
import { sharedFiles } from '../read-drift.ts'
import { describeCause, fixFor, nameCause } from './describe-cause.ts'
import {
  codeOf,
  findProblems,
  type Problem,
  type ProblemKind,
  type ProblemTone,
  problemFacts,
  problemKinds,
} from './find-problems.ts'

/** A group of problems that one action of a person resolves, however many entities have them. */
export interface Cause {
  /** Stays the same while the cause lasts, whatever the numbers in its sentence. */
  readonly key: string
  readonly kind: ProblemKind
  readonly tone: ProblemTone
  /** In the order of the status; `shared files` if it concerns no single entity. */
  readonly entities: readonly string[]
  /** In a few words, without text from HubSpot: `HubSpot rejects the token`. */
  readonly title: string
  /** Without the names of the entities; contains text from HubSpot. */
  readonly sentence: string
  /** The command that helps, without `hubgen`. */
  readonly command: string
  /** The whole fix, in the imperative; commands in it are in backticks. */
  readonly fix: string
}

/** The parts of a status that show problems. */
type JudgedCopy = Pick<CopyStatus, 'entities' | 'sharedDrift' | 'at'>

interface Group {
  readonly key: string
  readonly kind: ProblemKind
  readonly problems: Problem[]
  /** Entities that were not synced because of it. */
  others: readonly Problem[]
}

/** The causes of all problems, worst first. */
export function findCauses(status: JudgedCopy): readonly Cause[] {
  const byEntity = new Map(status.entities.map((one) => [one.entity, one]))
  const groups = new Map<string, Group>()
  for (const problem of findProblems(status)) {
    const key = keyOf(problem, byEntity.get(problem.entity))
    const group = groups.get(key) ?? { key, kind: problem.kind, problems: [], others: [] }
    group.problems.push(problem)
    groups.set(key, group)
  }
  return foldConsequences([...groups.values()], byEntity)
    .toSorted((one, other) => rankOf(one) - rankOf(other))
    .map((group) => toCause(group, status, byEntity))
}

const toneOrder: readonly ProblemTone[] = ['bad', 'warn', 'idle']

/** By tone first, so that a red headline names a red cause. */
function rankOf({ kind }: Group): number {
  return (
    toneOrder.indexOf(problemFacts[kind].tone) * problemKinds.length + problemKinds.indexOf(kind)
  )
}

/**
 * A failure that ends a command leaves the entities after it without a run: they are old, or were never
 * synced, because of it.
 */
function foldConsequences(
  groups: readonly Group[],
  byEntity: ReadonlyMap<string, EntityStatus>,
): readonly Group[] {
  const syncOf = ({ entity }: Problem) => byEntity.get(entity)?.lastSync ?? null
  const root = groups.find(
    ({ kind, problems }) =>
      kind === 'failed' &&
      problems.some((one) => hubgenCodes.get(codeOf(syncOf(one)))?.ends === 'everything'),
  )
  if (root === undefined) return groups
  const failedMs = Math.max(...root.problems.map((one) => syncOf(one)?.startedAt.getTime() ?? 0))
  const isConsequence = (problem: Problem) => (syncOf(problem)?.startedAt.getTime() ?? 0) < failedMs
  return groups.flatMap((group) => {
    if (problemFacts[group.kind].follows === undefined) return group
    const { problems } = group
    root.others = [...root.others, ...problems.filter(isConsequence)]
    const left = problems.filter((problem) => !isConsequence(problem))
    return left.length === 0 ? [] : { ...group, problems: left }
  })
}

function toCause(
  { key, kind, problems, others }: Group,
  status: JudgedCopy,
  byEntity: ReadonlyMap<string, EntityStatus>,
): Cause {
  const named = new Set([...problems, ...others].map(({ entity }) => entity))
  const entities = [
    ...status.entities.flatMap(({ entity }) => (named.has(entity) ? entity : [])),
    ...(named.has(sharedFiles) ? [sharedFiles] : []),
  ]
  const statuses = problems.flatMap(({ entity }) => byEntity.get(entity) ?? [])
  const command = mergeCommands(problems, status)
  const shared = named.has(sharedFiles) ? (status.sharedDrift?.grave ?? 0) : 0
  return {
    key,
    kind,
    tone: problemFacts[kind].tone,
    entities,
    title: nameCause(kind, statuses),
    sentence: describeCause(kind, statuses, { at: status.at, others: others.length, shared }),
    command,
    fix: fixFor(kind, statuses, command),
  }
}

/** A command for more entities than this selects all, if these are all. */
const mostNamed = 3

/** A command for more entities than this selects all, if that only costs time. */
const mostTyped = 12
const isHarmless = /^(?:sync|check|diff) [^ ]+$/

/** `sync deals` and `sync contacts` become `sync deals contacts`, of all entities `sync --all`. */
function mergeCommands(problems: readonly Problem[], { entities }: JudgedCopy): string {
  const [first] = problems
  if (first === undefined) return 'status'
  if (problems.length === 1) return first.command
  if (problems.some(({ entity }) => entity === sharedFiles)) return 'diff --all'
  const { command, entity } = first
  const name = ` ${entity}`
  const all =
    (problems.length === entities.length && problems.length > mostNamed) ||
    (problems.length > mostTyped && isHarmless.test(command))
  // Without an entity, doctor examines all of them.
  const chosen = !all
    ? problems.map((problem) => ` ${problem.entity}`).join('')
    : command.startsWith('doctor')
      ? ''
      : ' --all'
  return command.replace(name, () => chosen)
}

/** Problems with the same key have one cause. */
function keyOf({ kind }: Problem, status: EntityStatus | undefined): string {
  if (status === undefined) return kind
  if (kind === 'failed') return `failed:${failureOf(status)}`
  if (kind !== 'part_incomplete') return kind
  const refusals = new Set(status.incomplete.map(({ refusal }) => refusal ?? ''))
  return `${kind}:${withoutDetails([...refusals].sort().join(';'), status)}`
}

/** Failures of these kinds concern every entity, whatever their messages say. */
const portalWide: ReadonlySet<string | undefined> = new Set([
  'database_connection',
  'database_room',
  'hubspot_connection',
  'limit',
  'settings',
])

function failureOf(status: EntityStatus): string {
  const code = codeOf(status.lastSync)
  const facts = hubgenCodes.get(code)
  if (facts?.ends === 'everything' || portalWide.has(facts?.kind)) return code
  return withoutDetails(status.lastSync?.error ?? '', status)
}

/** Two messages with one cause differ in names of the entity and in numbers. */
function withoutDetails(text: string, { entity, label, table }: EntityStatus): string {
  const names = [table, table.slice(table.indexOf('.') + 1), entity, label]
  return names
    .filter((name) => name !== '')
    .reduce((rest, name) => rest.replaceAll(name, '*'), text)
    .replaceAll(/\d+/g, '#')
}
