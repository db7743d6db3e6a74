import type { ChangeLog } from './change-log.ts'
import {
  type BehaviourKind,
  type Fault,
  isBehaviour,
  isPageChange,
  type PlannedFault,
} from './fault.ts'
import { Refusal } from './http/refusal.ts'
import type { Definitions } from './records/definitions.ts'
import { allRoutes } from './routes/all-routes.ts'
import type { Random } from './seeded-random.ts'

/** Where a fault may occur: the route's name, and the type id of the records it reads. */
export interface FaultSite {
  readonly route: string
  readonly typeId: string | undefined
}

/** The faults of a simulator, in the order they were added; the first one that applies wins. */
export interface Faults {
  /** Returns an id for `remove`. Throws for an unknown route or object type. */
  add(fault: Fault): string
  remove(id: string): boolean
  clear(): void
  list(): readonly PlannedFault[]
}

interface Entry {
  readonly id: string
  readonly fault: Fault
  readonly typeId: string | undefined
  seen: number
  fired: number
}

/** Decides which calls fail and how, deterministically for the same seed and the same order of calls. */
export class FaultPlan implements Faults {
  readonly #random: Random
  readonly #changes: ChangeLog
  readonly #definitions: Definitions
  #entries: Entry[] = []
  #added = 0

  constructor(random: Random, changes: ChangeLog, definitions: Definitions) {
    this.#random = random
    this.#changes = changes
    this.#definitions = definitions
  }

  add(fault: Fault): string {
    const { objectType, route } = fault
    if (route !== undefined && !allRoutes.some(({ name }) => name === route)) {
      throw new Refusal(400, { message: `There is no route named \`${route}\`` })
    }
    const typeId =
      objectType === undefined ? undefined : this.#definitions.objectType(objectType).typeId
    this.#added++
    const id = String(this.#added)
    this.#entries.push({ id, fault, typeId, seen: 0, fired: 0 })
    this.#applyLag()
    return id
  }

  remove(id: string): boolean {
    const before = this.#entries.length
    this.#entries = this.#entries.filter((entry) => entry.id !== id)
    this.#applyLag()
    return this.#entries.length < before
  }

  clear(): void {
    this.#entries = []
    this.#applyLag()
  }

  list(): readonly PlannedFault[] {
    return this.#entries.map(({ id, fault, seen, fired }) => ({ id, fault, seen, fired }))
  }

  /** The fault of this call, if any. Counts the call for every matching fault. */
  strike(site: FaultSite): Fault | undefined {
    let struck: Fault | undefined
    for (const entry of this.#entries) {
      if (isPageChange(entry.fault.kind) || isBehaviour(entry.fault.kind)) continue
      if (!concerns(entry, site)) continue
      entry.seen++
      if (struck === undefined && entry.seen > (entry.fault.after ?? 0) && this.#fires(entry)) {
        struck = entry.fault
      }
    }
    return struck
  }

  /** Call it only where the behaviour would change the answer: it counts the call. */
  isOn(kind: BehaviourKind): boolean {
    const entry = this.#entries.find(({ fault }) => fault.kind === kind)
    if (entry === undefined) return false
    entry.seen++
    entry.fired++
    return true
  }

  /** Changes to make after a list page was built and before it is sent. */
  changesAfterPage(typeId: string): readonly Fault[] {
    const site: FaultSite = { route: 'list', typeId }
    return this.#entries
      .filter((entry) => isPageChange(entry.fault.kind) && concerns(entry, site))
      .filter((entry) => {
        entry.seen++
        return entry.seen >= (entry.fault.after ?? 1) && this.#fires(entry)
      })
      .map((entry) => entry.fault)
  }

  #fires(entry: Entry): boolean {
    const { rate, times = rate === undefined ? 1 : Number.POSITIVE_INFINITY } = entry.fault
    if (entry.fired >= times) return false
    if (rate !== undefined && this.#random() >= rate) return false
    entry.fired++
    return true
  }

  /** The lag added last applies; without any, search is always up to date. */
  #applyLag(): void {
    const lag = this.#entries.findLast((entry) => entry.fault.kind === 'index_lag')?.fault
    const { ms = lag?.calls === undefined ? defaultLagMs : 0, calls = 0 } = lag ?? {}
    this.#changes.lag = lag === undefined ? undefined : { ms, calls }
  }
}

/** "A few moments", as HubSpot documents it. */
const defaultLagMs = 5_000

function concerns(entry: Entry, site: FaultSite): boolean {
  const { route } = entry.fault
  if (route !== undefined && route !== site.route) return false
  return entry.typeId === undefined || entry.typeId === site.typeId
}

export type { Fault, PlannedFault }
