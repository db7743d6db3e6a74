import { counterpartOf } from '../catalogue/association-kinds.ts'
import type { AssociationType } from '../store.ts'

/** Changes between a record and another one, seen from the first. */
export interface LinkChange {
  /** The links of the population between the two were removed. */
  cut: boolean
  readonly added: AssociationType[]
}

export interface LinkEnd {
  readonly typeId: string
  readonly id: number
}

/** Links added and removed after the portal's creation, stored from both sides. */
export class LinkChanges {
  readonly #changes = new Map<string, Map<number, LinkChange>>()

  /** Changes of a record's links to another type, by the other record's id. */
  of(from: LinkEnd, toTypeId: string): ReadonlyMap<number, LinkChange> | undefined {
    return this.#changes.get(keyOf(from, toTypeId))
  }

  link(from: LinkEnd, to: LinkEnd, type: { category: string; typeId: number }): void {
    const { here, there } = counterpartOf(from.typeId, to.typeId, type)
    addOnce(this.#change(from, to).added, here)
    addOnce(this.#change(to, from).added, there)
  }

  unlink(from: LinkEnd, to: LinkEnd): void {
    for (const change of [this.#change(from, to), this.#change(to, from)]) {
      change.cut = true
      change.added.length = 0
    }
  }

  #change(from: LinkEnd, to: LinkEnd): LinkChange {
    const key = keyOf(from, to.typeId)
    const changes = this.#changes.get(key) ?? new Map<number, LinkChange>()
    this.#changes.set(key, changes)
    const change = changes.get(to.id) ?? { cut: false, added: [] }
    changes.set(to.id, change)
    return change
  }
}

function keyOf(from: LinkEnd, toTypeId: string): string {
  return `${from.typeId} ${from.id} ${toTypeId}`
}

export function addOnce(types: AssociationType[], type: AssociationType): void {
  if (!types.some((each) => each.typeId === type.typeId && each.category === type.category)) {
    types.push(type)
  }
}
