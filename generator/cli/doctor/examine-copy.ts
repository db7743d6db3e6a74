import type { CopyStatus, EntityStatus } from '../../../runtime/monitoring/copy-status.ts'
import { readStatus } from '../../../runtime/monitoring/read-status.ts'
import { describeDoubt } from '../../../runtime/monitoring/verdict/describe-doubt.ts'
import { findCauses } from '../../../runtime/monitoring/verdict/find-causes.ts'
import {
  isBraked,
  isDoubt,
  problemFacts,
  problemsOf,
} from '../../../runtime/monitoring/verdict/find-problems.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { listSome } from '../../../runtime/words/name-some.ts'
import { nameUnanswered } from '../../../runtime/words/name-unanswered.ts'
import { formatDuration } from '../../../runtime/words/numbers-as-text.ts'
import { schemaOf } from '../../model/schema-name.ts'
import type { Generated } from './examine-generated.ts'
import { type Finding, finding, type Section, skippedChecks } from './finding.ts'

/** A run renews its lease every five seconds, and loses it after sixty seconds without renewal. */
const silentMs = 20_000

/** Reads the last syncs, the active runs and the age of the copy from the database. */
export async function examineCopy(
  database: Database | null,
  missing: string,
  generated: readonly Generated[],
): Promise<Section> {
  const title = 'The copy'
  if (generated.length === 0) return { title, findings: [] }
  if (database === null) return { title, findings: skippedChecks(['copy'], missing) }
  const watched = generated.map(({ entity, analysis }) => ({
    name: entity.name,
    table: `${schemaOf(analysis)}.${analysis.table}` as const,
    label: analysis.objectType.pluralLabel,
  }))
  const status = await readStatus(database, watched)
  return { title, findings: judgeCopies(status) }
}

/**
 * A cause of failed or missed runs that several entities share is one finding; the other problems have findings of
 * their own.
 * @internal Exported for tests.
 */
export function judgeCopies(status: CopyStatus): readonly Finding[] {
  const shared = findCauses(status).filter(
    ({ kind, entities }) =>
      problemFacts[kind].about === 'run' && (entities.length > 1 || kind === 'rounds_missed'),
  )
  const named = new Set(shared.flatMap(({ entities }) => entities))
  return [
    ...shared.map(({ entities, sentence, fix }) =>
      finding('copy', 'warning', `${listSome(entities)}: ${sentence}`, { fix }),
    ),
    ...status.entities.flatMap((one) => [
      ...(named.has(one.entity) ? [] : [judgeCopy(one, status.at)]),
      ...judgeAnswers(one),
      ...judgeDoubts(one, status.at),
    ]),
  ]
}

/**
 * The doubts that a successful run left about the copy.
 * @internal Exported for tests.
 */
export function judgeDoubts(status: EntityStatus, at: Date): readonly Finding[] {
  const { entity } = status
  return problemsOf(status).flatMap(({ kind, command }) => {
    if (!isDoubt(kind)) return []
    const fix = kind === 'part_incomplete' ? fixIncomplete(status) : `\`hubgen ${command}\``
    return finding('copy', 'warning', describeDoubt(kind, [status], at), { entity, fix })
  })
}

function fixIncomplete({ entity, incomplete }: EntityStatus): string {
  const isScope = incomplete.some(({ refusal }) => /scope/i.test(refusal ?? ''))
  const first = isScope ? 'grant the key the missing scopes' : 'fix the cause that HubSpot names'
  return `${first}, then \`hubgen sync ${entity}\``
}

/**
 * A finding for properties that HubSpot does not answer.
 * @internal Exported for tests.
 */
export function judgeAnswers({ entity, unanswered }: EntityStatus): readonly Finding[] {
  if (unanswered.length === 0) return []
  const names = nameUnanswered(unanswered)
  const since = new Date(Math.min(...unanswered.map((one) => one.since.getTime())))
  const found = `HubSpot has not answered ${names} since ${since.toISOString().slice(0, 16)}Z: the table keeps old values`
  return [
    finding('copy', 'warning', found, {
      entity,
      fix: `\`hubgen explore ${entity}\`, then \`hubgen generate ${entity}\`; or grant the key the scope it lost`,
    }),
  ]
}

/**
 * Judges the state of one entity's copy.
 * @internal Exported for tests.
 */
export function judgeCopy(status: EntityStatus, at: Date): Finding {
  const { entity, state, running, lastSync, freshness } = status
  const warn = (found: string) =>
    finding('copy', 'warning', found, { entity, fix: `\`hubgen ${nextOf(status)}\`` })
  switch (state) {
    case 'ok':
      return finding('copy', 'ok', 'the last sync succeeded, and the copy is fresh', { entity })
    case 'running':
      return judgeRunning(entity, running, at)
    case 'never':
      return warn('nothing was synced yet')
    case 'interrupted':
      return warn('the last sync was interrupted; the next one resumes it')
    case 'failed':
      return warn(`the last sync failed: ${lastSync?.error ?? 'no reason was recorded'}`)
    case 'stale':
      return warn(`the copy is ${formatAge(freshness?.ageSeconds ?? 0)} old`)
  }
}

/** The command for the entity's state. */
function nextOf(status: EntityStatus): string {
  const { entity, lastSync } = status
  return isBraked(lastSync) ? `sync ${entity} --allow-deletes` : `sync ${entity}`
}

function judgeRunning(entity: string, running: EntityStatus['running'], at: Date): Finding {
  const silenceMs = running === null ? 0 : at.getTime() - running.signOfLifeAt.getTime()
  const run = `run ${running?.id ?? '?'}`
  if (silenceMs < silentMs) return finding('copy', 'ok', `${run} is active`, { entity })
  const silence = formatDuration(silenceMs / 1000)
  const found = `${run} has not renewed its lease for ${silence}: its process may be dead`
  return finding('copy', 'warning', found, {
    entity,
    at: running?.holder ?? null,
    fix: `the lease expires a minute after its last renewal; then \`hubgen sync ${entity}\` resumes the run`,
  })
}

function formatAge(seconds: number): string {
  const hours = Math.floor(seconds / 3_600)
  return hours < 72 ? `${hours} hours` : `${Math.floor(hours / 24)} days`
}
