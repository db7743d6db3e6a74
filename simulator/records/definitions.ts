import type { ChangeLog } from '../change-log.ts'
import type { Access } from '../http/access.ts'
import { unknownObjectType } from '../http/refusal.ts'
import type { ObjectType, Property, Store } from '../store.ts'

/** One property of a page, with the JSON around its value ready. */
interface SelectedProperty {
  readonly name: string
  /** `"name":`, from the second property on with a comma before it. */
  readonly key: string
  /** Where in `allUnset` it begins. */
  readonly unsetAt: number
}

export interface Selection {
  /** Sorted by name, as HubSpot sends them. */
  readonly properties: readonly SelectedProperty[]
  /** All of them as null: `"amount":null,"closedate":null`. */
  readonly allUnset: string
}

/** Object types and property definitions, looked up by name without walking the store's lists each time. */
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

  /** Refuses as HubSpot does: 400 for a name it cannot infer a type from. */
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

  /** The asked-for names and the default ones; what is unknown, archived or not readable is dropped silently. */
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

  /** Of the names given, in their order, those that may be shown. */
  readable(type: ObjectType, names: readonly string[]): readonly string[] {
    return [...new Set(names)].filter((name) => this.#isReadable(type.typeId, name))
  }

  #isReadable(typeId: string, name: string): boolean {
    const property = this.property(typeId, name)
    return property !== undefined && this.#access.mayReadValues(typeId, property)
  }
}

/** HubSpot allows no other letters in names; one that got in anyway must not break the page. */
function asciiJson(name: string): string {
  return JSON.stringify(name).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
