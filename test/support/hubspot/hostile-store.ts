import type { Group, ObjectType, Store } from '../../../simulator/store.ts'

/** Runs in a page that treats it as markup: it closes any enclosing element. */
export const markup =
  '"\'></textarea></title></style><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>'

/** The same portal with markup wherever an admin of HubSpot may enter text: labels, groups, descriptions. */
export function hostileStore(store: Store): Store {
  const mark = (type: ObjectType): ObjectType => ({
    ...type,
    labels: { singular: `One ${markup}`, plural: `Many ${markup}` },
  })
  const marked: Partial<Store> = {
    objectTypes: () => store.objectTypes().map(mark),
    findObjectType: (name) => {
      const found = store.findObjectType(name)
      return found && mark(found)
    },
    groups: (typeId) =>
      store.groups(typeId).map((group): Group => ({ ...group, label: `Group ${markup}` })),
    properties: (typeId) =>
      store.properties(typeId).map((property) => ({
        ...property,
        label: `${property.label} ${markup}`,
        description: `What ${property.label} says: ${markup}`,
      })),
  }
  return new Proxy(store, {
    get(target, key) {
      const own: unknown = Reflect.get(marked, key)
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, key, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
