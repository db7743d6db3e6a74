import type { CopyStatus, Schedule } from './copy-status.ts'

/** Entities that are synced together: by the same command or the same cron job, as far as the database shows. */
export interface Round extends Schedule {
  /** In the order of the status. */
  readonly entities: readonly string[]
  readonly isActive: boolean
}

/** The soonest first. */
export function findRounds({ entities }: CopyStatus): readonly Round[] {
  const rounds = new Map<string, Round>()
  for (const { entity, schedule, running } of entities) {
    if (schedule === null) continue
    const { source, everySeconds, machine } = schedule
    // Inferred intervals differ a little between entities of one job.
    const key = source === 'runs' ? source : `${everySeconds} ${machine}`
    const known = rounds.get(key) ?? { ...schedule, entities: [], isActive: false }
    rounds.set(key, {
      ...known,
      ...merge(known, schedule),
      entities: [...known.entities, entity],
      isActive: known.isActive || running !== null,
    })
  }
  return [...rounds.values()].toSorted(
    (one, other) => one.nextAt.getTime() - other.nextAt.getTime(),
  )
}

/** A round begins with its first entity; an entity that left the schedule delays no other. */
function merge(one: Schedule, other: Schedule): Partial<Schedule> {
  const [newer, older] = one.lastAt >= other.lastAt ? [one, other] : [other, one]
  const apart = (newer.lastAt.getTime() - older.lastAt.getTime()) / 1000
  const first = apart < newer.everySeconds ? older : newer
  return {
    lastAt: newer.lastAt,
    nextAt: first.nextAt,
    missed: Math.min(one.missed, other.missed),
    machine: newer.machine,
    quietUntil: newer.quietUntil,
  }
}
