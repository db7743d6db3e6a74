import type { ChangeLog } from '../change-log.ts'
import type { Access } from '../http/access.ts'
import { unknownObjectType } from '../http/refusal.ts'
import type { ObjectType, Property, Store } from '../store.ts'

/** A property of a page, with prepared JSON. */
interface SelectedProperty {
  readonly name: string
  /** `"name":`, with a leading comma except for the first property. */
  readonly key: string
  /** Its start in `allUnset`. */
  readonly unsetAt: number
}

export interface Selection {
  /** Sorted by name, as HubSpot sends them. */
  readonly properties: readonly SelectedProperty[]
  /** All of them as null: `"amount":null,"closedate":null`. */
  readonly allUnset: string
}

/** Finds object types and property definitions by name without scanning the store's lists each time. */
export class Definitions {
  readonly #store: Store
  readonly #changes: ChangeLog
  readonly #access: Access
  readonly #byType = new Map<string, ReadonlyMap<string, Property>>()
  #version = -1

  constructor(store: Store, changes: ChangeLog, access: Access) {
    this.#store = store
    this.#changes = changes
    this.#access = access
  }

  /** Refuses as HubSpot does: 400 for an unknown type name. */
  objectType(name: string): ObjectType {
    const type = this.#store.findObjectType(name)
    if (type === undefined) throw unknownObjectType(name)
    return type
  }

  /** A property that is defined and not archived. */
  property(typeId: string, name: string): Property | undefined {
    if (this.#version !== this.#changes.definitionsVersion) this.#byType.clear()
    this.#version = this.#changes.definitionsVersion
    let byName = this.#byType.get(typeId)
    if (byName === undefined) {
      const live = this.#store.properties(typeId).filter((property) => property.archived !== true)
      byName = new Map(live.map((property) => [property.name, property]))
      this.#byType.set(typeId, byName)
    }
    return byName.get(name)
  }

  /** The requested and the default properties; unknown, archived and unreadable names are silently dropped. */
  select(type: ObjectType, requested: readonly string[]): Selection {
    const wanted = new Set([
      'hs_object_id',
      type.createdProperty,
      type.modifiedProperty,
      ...type.defaultProperties,
      ...requested,
    ])
    const names = [...wanted].filter((name) => this.#isReadable(type.typeId, name)).sort()
    let allUnset = ''
    const properties = names.map((name, index) => {
      const key = `${index === 0 ? '' : ','}${asciiJson(name)}:`
      const unsetAt = allUnset.length
      allUnset += `${key}null`
      return { name, key, unsetAt }
    })
    return { properties, allUnset }
  }

  /** Those of the given names that may be read, in their order. */
  readable(type: ObjectType, names: readonly string[]): readonly string[] {
    return [...new Set(names)].filter((name) => this.#isReadable(type.typeId, name))
  }

  #isReadable(typeId: string, name: string): boolean {
    const property = this.property(typeId, name)
    return property !== undefined && this.#access.mayReadValues(typeId, property)
  }
}

/** HubSpot allows no other characters in names; if there are any, they must not break the page. */
function asciiJson(name: string): string {
  return JSON.stringify(name).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
