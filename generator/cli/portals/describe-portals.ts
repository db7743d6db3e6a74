import { styleText } from 'node:util'
import type { PortalState, QueueState } from '../../../runtime/queue/read-queue.ts'
import { sliceWords } from '../../../runtime/queue/slice-words.ts'
import { alignColumns } from '../../../runtime/words/align-columns.ts'
import { countOf, formatAge } from '../../../runtime/words/numbers-as-text.ts'

const header = ['portal', 'state', 'last', 'ended', 'oldest part', 'next']
const unknown = '-'

/** The state of all portals for a terminal, those that need a person first. */
export function describePortals(state: QueueState): string[] {
  const sorted = state.portals.toSorted((one, other) => rank(one) - rank(other))
  const cells = [header, ...sorted.map((portal) => cellsOf(portal, state.at))]
  const [first = '', ...lines] = alignColumns(cells, () => false)
  const dead = state.portals.filter(({ isDead }) => isDead).length
  const behind = state.portals.filter(({ pendingMigrations }) => (pendingMigrations ?? 0) > 0)
  return [
    styleText('bold', first),
    ...lines,
    '',
    `${countOf(state.workers, 'worker')} alive, ${countOf(state.due, 'portal')} waiting for a slot`,
    ...(dead === 0
      ? []
      : [
          `${countOf(dead, 'portal')} need${dead === 1 ? 's' : ''} a person; the next round tries again, \`hubgen portals retry\` at once`,
        ]),
    ...behind.map(({ portal }) => `next: \`hubgen migrate --portal ${portal}\``),
  ]
}

function rank({ isDead, pendingMigrations, outcome }: PortalState): number {
  if (isDead) return 0
  if ((pendingMigrations ?? 0) > 0 || outcome === 'unmigrated') return 1
  return outcome === 'whole' ? 3 : 2
}

function cellsOf(portal: PortalState, at: Date): readonly string[] {
  const { outcome, code, endedAt, oldestAt, nextAt, isDead, isFirst, state } = portal
  const last = outcome === null ? 'never' : sliceWords[outcome]
  const ago = (time: Date | null) =>
    time === null ? unknown : `${formatAge((at.getTime() - time.getTime()) / 1000)} ago`
  const wait = nextAt === null ? null : (nextAt.getTime() - at.getTime()) / 1000
  return [
    portal.portal,
    isDead ? 'needs a person' : isFirst ? 'first sync' : state,
    code === null ? last : `${last} (${code})`,
    ago(endedAt),
    ago(oldestAt),
    wait === null ? unknown : wait <= 0 ? 'now' : `in ${formatAge(wait)}`,
  ]
}
