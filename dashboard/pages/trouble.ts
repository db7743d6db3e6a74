import type { FailedCheck } from '../../runtime/monitoring/checks/read-failed-checks.ts'
import type { EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { nameCause } from '../../runtime/monitoring/verdict/describe-cause.ts'
import {
  problemFacts,
  problemKinds,
  problemsOf,
} from '../../runtime/monitoring/verdict/find-problems.ts'
import { countOf, formatCount } from '../../runtime/words/numbers-as-text.ts'
import { percent } from '../words.ts'
import { nameFailure } from './check-words.ts'
import { hrefOf, type Tone, verdictOf } from './states.ts'

/** A problem of an entity besides its state, where there is space for a few words. */
export interface Trouble {
  /** `18.0 % rejected`. */
  readonly short: string
  /** `amount: 18.0 % rejected (180 of 1,000 values)`; may contain text from HubSpot. */
  readonly long: string
  readonly href: string
}

/** The problems that the state does not name, worst first. */
export function troublesOf(
  status: EntityStatus,
  failures: readonly FailedCheck[],
): readonly Trouble[] {
  const { entity, misfits, checks } = status
  return problemsOf(status).flatMap(({ kind }): readonly Trouble[] => {
    const href = hrefOf(kind, entity)
    if (kind === 'values_refused') {
      return misfits.slice(0, 2).map(({ property, values, of }) => {
        const short = `${percent(of === 0 ? 0 : (100 * values) / of)} rejected`
        const counted = `${formatCount(values)} of ${countOf(of, 'value')}`
        return { short, long: `${property}: ${short} (${counted})`, href }
      })
    }
    if (kind === 'failed_checks') {
      const failed = checks?.failed ?? 0
      const named = failures.map(({ checkName, subject }) => nameFailure(checkName, subject))
      const more = failed > named.length && named.length > 0 ? ', …' : ''
      const short = `${countOf(failed, 'check')} failed`
      const long = named.length === 0 ? short : `${short}: ${named.join(', ')}${more}`
      return [{ short, long, href }]
    }
    if (problemFacts[kind].about === 'run') return []
    const short = nameCause(kind, [status])
    return [{ short, long: short, href }]
  })
}

const toneRanks: readonly Tone[] = ['bad', 'warn', 'idle', 'info', 'good']

/** Entities with the worst problems first; those without problems in the given order. */
export function sortByTrouble(entities: readonly EntityStatus[]): readonly EntityStatus[] {
  const ranks = new Map(entities.map((status) => [status, rankOf(status)]))
  return entities.toSorted((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0))
}

function rankOf(status: EntityStatus): number {
  const kinds = problemsOf(status).map(({ kind }) => problemKinds.indexOf(kind))
  const worst = kinds.length === 0 ? problemKinds.length : Math.min(...kinds)
  // Resources stand below entities that are as well as they.
  const below = status.isResource ? 0.5 : 0
  return toneRanks.indexOf(toneOf(status)) * 100 + worst + below
}

/** The tone of the verdict; problems count during a run, too. */
export function toneOf(status: EntityStatus): Tone {
  const { tone } = verdictOf(status)
  if (tone !== 'good' && tone !== 'info') return tone
  const kinds = new Set(problemsOf(status).map(({ kind }) => kind))
  if (kinds.size === 0) return tone
  return kinds.size === 1 && kinds.has('grave_drift') ? 'warn' : 'bad'
}
