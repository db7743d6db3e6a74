import type { FaultKind } from '../../simulator/fault.ts'
import { choicesOf } from './choices.ts'
import { createPortalMutator, type PortalMutator } from './portal-mutator.ts'
import type { TortureChamber } from './torture-chamber.ts'

export interface DisturberOptions {
  readonly seed: number
  readonly records: number
  readonly entities: readonly string[]
  readonly kills: number
  readonly postgresRestarts: number
  readonly pgBouncerRestarts: number
}

/**
 * Every disturbance happens at a tick: when the run calls HubSpot, or prints a line. So the order follows
 * from the seed and the progress of the run, not from a clock.
 */
export interface Disturber {
  tick(): void
  /** From now on ticks disturb. */
  begin(chamber: TortureChamber): void
  /** Stops all changes and faults. */
  end(): void
  /** The process to kill; null if there is none. */
  watch(kill: (() => void) | null): void
  /** Servers that were being restarted are back. */
  settled(): Promise<void>
  /** All kills and restarts were made. */
  done(): boolean
  /** Of the kills. */
  share(): number
  mutator(): PortalMutator
  report(): {
    readonly kills: number
    readonly postgresRestarts: number
    readonly pgBouncerRestarts: number
    readonly changes: Readonly<Record<string, number>>
  }
}

/** On 5 % of calls in total; faults that end a run are rare. */
const answerFaults: readonly { kind: FaultKind; rate: number }[] = [
  { kind: 'html_502', rate: 0.012 },
  { kind: 'truncated_json', rate: 0.012 },
  { kind: 'reset_mid_body', rate: 0.012 },
  { kind: 'rate_limited_429', rate: 0.006 },
  { kind: 'error_500', rate: 0.003 },
  { kind: 'html_504', rate: 0.002 },
  { kind: 'locked_423', rate: 0.001 },
  { kind: 'expired_401', rate: 0.001 },
  { kind: 'empty_404', rate: 0.001 },
]

export function createDisturber(options: DisturberOptions): Disturber {
  const choices = choicesOf(options.seed)
  const timing = choices.fork()
  const servers = [
    ...Array.from({ length: options.postgresRestarts }, () => 'postgres' as const),
    ...Array.from({ length: options.pgBouncerRestarts }, () => 'pgBouncer' as const),
  ]
  /** By the number of kills before. */
  const restartsDue = servers.map((server) => ({ server, kills: timing.below(options.kills) }))
  const pagesInAll = options.records / 100
  let chamber: TortureChamber | null = null
  let mutator: PortalMutator | null = null
  let kill: (() => void) | null = null
  let ticksLeft = 0
  let restarting = Promise.resolve()
  const made = { kills: 0, postgres: 0, pgBouncer: 0 }

  const restartDue = (among: TortureChamber) => {
    const index = restartsDue.findIndex((each) => each.kills <= made.kills)
    if (index < 0 || !timing.chance(0.1)) return
    const [due] = restartsDue.splice(index, 1)
    if (due === undefined) return
    made[due.server] += 1
    restarting = restarting.then(() => restart(among, due.server))
  }

  return {
    tick() {
      if (chamber === null || mutator === null) return
      for (let left = choices.below(4); left > 0; left -= 1) mutator.change()
      if (kill === null) return
      restartDue(chamber)
      ticksLeft -= 1
      if (ticksLeft !== 0 || made.kills >= options.kills) return
      made.kills += 1
      kill()
    },
    begin(opened) {
      chamber = opened
      mutator = createPortalMutator(opened.store, options.entities, choices.fork())
      for (const fault of answerFaults) opened.faults.add(fault)
      opened.faults.add({ kind: 'index_lag', ms: 1_500 })
    },
    end() {
      chamber?.faults.clear()
      chamber = null
    },
    watch(process) {
      kill = process
      // A run in four processes. Half of the kills come early, when a run chooses its passes; half anywhere
      // in a full scan.
      if (timing.chance(0.25)) {
        ticksLeft = Number.POSITIVE_INFINITY
        return
      }
      ticksLeft = 1 + timing.below(timing.chance(0.5) ? 30 : 30 + 4 * pagesInAll)
    },
    settled: () => restarting,
    done: () => made.kills >= options.kills && restartsDue.length === 0,
    share: () => made.kills / options.kills,
    mutator() {
      if (mutator === null) throw new Error('nothing has begun')
      return mutator
    },
    report: () => ({
      kills: made.kills,
      postgresRestarts: made.postgres,
      pgBouncerRestarts: made.pgBouncer,
      changes: Object.fromEntries(mutator?.counts ?? []),
    }),
  }
}

async function restart(
  { postgres, pgBouncer }: TortureChamber,
  server: 'postgres' | 'pgBouncer',
): Promise<void> {
  if (server === 'pgBouncer') return pgBouncer.restart()
  await postgres.stop()
  await postgres.start()
}
