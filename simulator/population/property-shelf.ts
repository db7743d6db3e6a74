import { definitionsOf } from '../catalogue/definitions.ts'
import type { Group, Property } from '../store.ts'
import { isoInstant } from './instant.ts'
import type { OddValues } from './oddities.ts'

/** The current definitions of an object type. */
export class PropertyShelf {
  readonly groups: readonly Group[]
  readonly #byName: Map<string, Property>

  constructor(typeId: string, oddValues: OddValues) {
    const { properties, groups } = definitionsOf(typeId)
    this.groups = groups
    const shown = (property: Property): Property =>
      oddValues === 'broken' || !property.label.includes('\u0000')
        ? property
        : { ...property, label: property.label.replaceAll('\u0000', '') }
    this.#byName = new Map(properties.map((property) => [property.name, shown(property)]))
  }

  all(): Property[] {
    return [...this.#byName.values()]
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  add(property: Property): void {
    if (this.#byName.has(property.name)) {
      throw new Error(`a property \`${property.name}\` exists`)
    }
    this.#byName.set(property.name, property)
  }

  archive(name: string, nowMs: number): void {
    this.#byName.set(name, { ...this.#get(name), archived: true, archivedAt: isoInstant(nowMs) })
  }

  restore(name: string): void {
    const { archivedAt: _, ...property } = this.#get(name)
    this.#byName.set(name, { ...property, archived: false })
  }

  remake(name: string, nowMs: number): void {
    const { archivedAt: _, ...property } = this.#get(name)
    const createdAt = isoInstant(nowMs)
    this.#byName.set(name, { ...property, archived: false, createdAt, updatedAt: createdAt })
  }

  /** Values stay as they are: HubSpot converts nothing when a type changes. */
  retype(name: string, kind: { type: string; fieldType: string }, nowMs: number): void {
    this.#byName.set(name, { ...this.#get(name), ...kind, updatedAt: isoInstant(nowMs) })
  }

  relabel(name: string, label: string, nowMs: number): void {
    this.#byName.set(name, { ...this.#get(name), label, updatedAt: isoInstant(nowMs) })
  }

  #get(name: string): Property {
    const property = this.#byName.get(name)
    if (property === undefined) {
      throw new Error(`no property \`${name}\``)
    }
    return property
  }
}
