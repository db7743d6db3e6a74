import { planPortals } from '../../../runtime/queue/apply-portals.ts'
import { openQueueDatabase } from '../../../runtime/queue/queue-schema.ts'
import { type PortalState, type QueueState, readQueue } from '../../../runtime/queue/read-queue.ts'
import { sliceWords } from '../../../runtime/queue/slice-words.ts'
import { listSome } from '../../../runtime/words/name-some.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import type { PortalsFile } from '../../config/read-portals-file.ts'
import { queuedPortals, queueSettings } from '../../project/portals/queue-settings.ts'
import { type Finding, finding, findingOf, skippedChecks } from './finding.ts'

/** Checks the queue of a portals file, which opens no portal's database; nothing without `queueFrom`. */
export async function examineQueue(file: PortalsFile): Promise<readonly Finding[]> {
  if (file.queueFrom === null) return []
  try {
    await using database = await openQueueDatabase(queueSettings(file, process.env))
    const portals = queuedPortals(file)
    const state = await readQueue(database, portals)
    const schedules = judgeSchedules(await planPortals(database, portals))
    const ok = finding('queue', 'ok', 'the queue answers, and has the tables of this version')
    return [ok, schedules, judgeWorkers(state), ...judgePortals(state)]
  } catch (error) {
    const rest = ['queue_schedules', 'queue_workers', 'queue_portals'] as const
    return [findingOf('queue', error), ...skippedChecks(rest, 'the queue cannot be read')]
  }
}

function judgeSchedules(changes: Awaited<ReturnType<typeof planPortals>>): Finding {
  const parts = Object.entries({
    'without a schedule': changes.added,
    'with another schedule': changes.changed,
    'with a schedule, but not in the file': changes.removed,
  }).flatMap(([what, names]) => (names.length === 0 ? [] : `${listSome(names)} ${what}`))
  if (parts.length === 0) {
    return finding('queue_schedules', 'ok', 'the schedules are as the file says')
  }
  return finding('queue_schedules', 'warning', `the queue has ${parts.join('; ')}`, {
    fix: '`hubgen portals apply`, if this file is the newest one',
  })
}

function judgeWorkers({ workers }: QueueState): Finding {
  if (workers > 0) return finding('queue_workers', 'ok', `${countOf(workers, 'worker')} alive`)
  return finding('queue_workers', 'warning', 'no worker is alive, so no round begins', {
    fix: '`hubgen worker` on one or several machines; docs/workers.md',
  })
}

function judgePortals({ portals }: QueueState): readonly Finding[] {
  const dead = portals.filter(({ isDead }) => isDead)
  if (dead.length === 0) return [finding('queue_portals', 'ok', 'no portal needs a person')]
  return dead.map((portal) =>
    finding('queue_portals', 'failed', `${portal.portal} needs a person: ${wordsOf(portal)}`, {
      fix: `\`hubgen doctor --portal ${portal.portal}\`; then \`hubgen portals retry ${portal.portal}\``,
    }),
  )
}

function wordsOf({ outcome, code }: PortalState): string {
  const words = outcome === null ? 'its worker was lost again and again' : sliceWords[outcome]
  return code === null ? words : `${words} (${code})`
}
