import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import type { Fault } from '../../simulator/fault.ts'
import type { Store } from '../../simulator/store.ts'
import type { Horizon } from './record-version.ts'
import type { WatchedPortal } from './watch-portal.ts'

/** Changes of a portal, then one run, then the expected result. */
export interface Stage {
  readonly name: string
  /** Runs before the run; depends on the portal alone, so that it can be repeated on an equal one. */
  readonly change?: (hand: PortalHand) => void
  /** Runs while a run is paused that has read the earlier state. */
  readonly meanwhile?: (hand: PortalHand) => void
  /** hubgen.config.ts from now on: explored, generated and migrated before the run. */
  readonly config?: object
  /** The age of all state, for passes that are not part of every run. */
  readonly daysPass?: number
  /** Options of its runs; a disturbed one uses `disturbedOptions` instead, if given. */
  readonly options?: SyncOptions
  readonly disturbedOptions?: SyncOptions
  /** Number of runs, of which the last one is judged; 1 by default. */
  readonly runs?: number
  readonly horizon: Horizon
}

/** Records for one test, the synced entities, and the changes. */
export interface Scenario {
  readonly name: string
  readonly entities: readonly string[]
  /** Counts by plural name; others have none. */
  readonly records: Readonly<Record<string, number>>
  readonly stages: readonly Stage[]
}

/** The portal as a stage can change it. */
export interface PortalHand {
  readonly store: Store
  readonly watched: WatchedPortal
  typeId(name: string): string
  /** Ids of live records, ascending by number. */
  live(name: string): readonly string[]
  /** One of them; negative numbers count from the end. */
  at(name: string, place: number): string
  /** From the next call on; removed when the next stage begins. */
  fault(fault: Fault): void
}

export function handOf(
  watched: WatchedPortal,
  store: Store,
  addFault: (fault: Fault) => void,
): PortalHand {
  const typeId = (name: string) => {
    const type = store.findObjectType(name)
    if (type === undefined) throw new Error(`no object type \`${name}\``)
    return type.typeId
  }
  const live = (name: string) =>
    [...store.scan(typeId(name), 0n, { archived: false })].map(({ id }) => id)
  return {
    store,
    watched,
    typeId,
    live,
    at(name, place) {
      const id = live(name).at(place)
      if (id === undefined) throw new Error(`there are fewer ${name} than ${place}`)
      return id
    },
    fault: addFault,
  }
}
