import { countOf } from '../../words/numbers-as-text.ts'
import type { CopyStatus, EntityStatus } from '../copy-status.ts'
import { type Cause, findCauses } from './find-causes.ts'
import type { ProblemTone } from './find-problems.ts'

/** Whether the copy is all right: the same for `hubgen status`, the pages and alerts. */
export interface Verdict {
  /** `idle`: nothing was synced yet. `info`: a first sync is active, and nothing is wrong. */
  readonly tone: ProblemTone | 'good' | 'info'
  /** A sentence without a full stop and without text from HubSpot. */
  readonly headline: string
  /** Worst first; empty if nothing needs a person. */
  readonly causes: readonly Cause[]
  /** The copy has HubSpot's state of this time or later, except for entities that were never synced. */
  readonly asOf: Date | null
  /** The entities about which nobody has ever looked; they are neither right nor wrong. */
  readonly neverLooked: NeverLooked
}

interface NeverLooked {
  /** Not compared with HubSpot by value. */
  readonly audit: readonly string[]
  /** Without `hubgen diff`. */
  readonly drift: readonly string[]
  /** Without `hubgen check`. */
  readonly checks: readonly string[]
}

export function describeVerdict(status: CopyStatus): Verdict {
  const causes = findCauses(status)
  const { entities } = status
  const times = entities.flatMap(({ freshness }) => freshness?.asOf?.getTime() ?? [])
  const without = (isMissing: (one: EntityStatus) => boolean) =>
    entities.filter((one) => !one.isResource && isMissing(one)).map(({ entity }) => entity)
  return {
    ...summarize(status, causes),
    causes,
    asOf: times.length === 0 ? null : new Date(Math.min(...times)),
    neverLooked: {
      audit: without(({ audit }) => audit === null),
      drift: without(({ drift }) => drift === null),
      checks: without(({ checks }) => checks === null),
    },
  }
}

function summarize(
  { entities, totals }: CopyStatus,
  causes: readonly Cause[],
): Pick<Verdict, 'tone' | 'headline'> {
  const [worst] = causes
  if (worst === undefined) return summarizeWell(entities)
  if (worst.kind === 'never' && totals.states.never === entities.length) {
    return {
      tone: 'idle',
      headline: `Nothing was synced yet: ${countOf(entities.length, 'entity')}`,
    }
  }
  const named = new Set(causes.flatMap((cause) => cause.entities))
  const troubled = entities.filter(({ entity }) => named.has(entity)).length
  // Files that all entities share are no entity.
  const subject = troubled === 0 ? '' : `${troubled} of ${countOf(entities.length, 'entity')} `
  const need = troubled > 1 ? 'need' : troubled === 1 ? 'needs' : 'Needs'
  const more = causes.length === 1 ? '' : `, and ${countOf(causes.length - 1, 'more cause')}`
  return {
    tone: causes.some(({ tone }) => tone === 'bad') ? 'bad' : 'warn',
    headline: `${subject}${need} attention: ${worst.title}${more}`,
  }
}

function summarizeWell(entities: readonly EntityStatus[]): Pick<Verdict, 'tone' | 'headline'> {
  const running = entities.filter(({ state }) => state === 'running')
  const first = running.filter(({ freshness }) => freshness?.asOf == null)
  if (first.length > 0) {
    const whole = entities.length - first.length
    const syncs = first.length === 1 ? 'A first sync is' : `${first.length} first syncs are`
    const rest = whole === 0 ? '' : `; ${countOf(whole, 'entity')} up to date`
    return { tone: 'info', headline: `${syncs} active${rest}` }
  }
  const active = running.length === 0 ? '' : `, ${countOf(running.length, 'run')} active`
  return {
    tone: 'good',
    headline: `All right: ${countOf(entities.length, 'entity')} up to date${active}`,
  }
}
