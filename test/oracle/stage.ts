import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import type { Fault } from '../../simulator/fault.ts'
import type { Store } from '../../simulator/store.ts'
import type { Horizon } from './record-version.ts'
import type { WatchedPortal } from './watch-portal.ts'

/** Changes of a portal, then one run, then the expected result. */
export interface Stage {
  readonly name: string
  /** Happens before the run; decides by the portal alone, so that it can happen again to an equal one. */
  readonly change?: (hand: PortalHand) => void
  /** Happens while a run stands still that has read what was before. */
  readonly meanwhile?: (hand: PortalHand) => void
  /** hubgen.config.ts from now on: explored, generated and migrated before the run. */
  readonly config?: object
  /** So long ago was everything, as far as passes that are not part of every run are concerned. */
  readonly daysPass?: number
  /** Of its runs; one that is disturbed has `disturbedOptions` instead, where they are given. */
  readonly options?: SyncOptions
  readonly disturbedOptions?: SyncOptions
  /** Of how many runs the last one is judged; 1 unless given. */
  readonly runs?: number
  readonly horizon: Horizon
}

/** Records for one test, what is synced of them, and what happens to them. */
export interface Scenario {
  readonly name: string
  readonly entities: readonly string[]
  /** Counts by plural name; others have none. */
  readonly records: Readonly<Record<string, number>>
  readonly stages: readonly Stage[]
}

/** A portal in the hands of a stage. */
export interface PortalHand {
  readonly store: Store
  readonly watched: WatchedPortal
  typeId(name: string): string
  /** Ids of live records, ascending by number. */
  live(name: string): readonly string[]
  /** One of them; counted from the end where negative. */
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
