import type { AssociationType, Link } from '../store.ts'
import { addOnce, LinkChanges, type LinkEnd } from './link-changes.ts'
import type { Population } from './population.ts'
import type { RecordShelf } from './record-shelf.ts'
import type { Web } from './web.ts'

export interface LinkedType {
  readonly population: Population
  readonly shelf: RecordShelf
}

/** Links between live records: those of the population with later changes. */
export class PortalLinks {
  readonly changes = new LinkChanges()
  readonly #web: Web
  readonly #type: (typeId: string) => LinkedType

  constructor(web: Web, type: (typeId: string) => LinkedType) {
    this.#web = web
    this.#type = type
  }

  /** Ascending by the other record's id; empty for a record that is not live. */
  of(from: LinkEnd, toTypeId: string): Link[] {
    const { population, shelf } = this.#type(from.typeId)
    if (!shelf.isLive(from.id)) {
      return []
    }
    const index = population.identity.index(from.id)
    const found = new Map<number, AssociationType[]>()
    if (index !== undefined) {
      this.#collectFirst(from.typeId, index, toTypeId, found)
    }
    for (const [toId, change] of this.changes.of(from, toTypeId) ?? []) {
      const types = change.cut ? [] : (found.get(toId) ?? [])
      for (const type of change.added) {
        addOnce(types, type)
      }
      found.set(toId, types)
    }
    const others = this.#type(toTypeId).shelf
    return [...found]
      .filter(([toId, types]) => types.length > 0 && others.isLive(toId))
      .sort(([left], [right]) => left - right)
      .map(([toId, types]) => ({ toId: String(toId), types }))
  }

  #collectFirst(
    fromTypeId: string,
    index: number,
    toTypeId: string,
    found: Map<number, AssociationType[]>,
  ): void {
    const { identity } = this.#type(toTypeId).population
    for (const [partner, types] of this.#web.partners(fromTypeId, index, toTypeId)) {
      found.set(identity.id(partner), [...types])
    }
  }
}
