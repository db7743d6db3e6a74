import type { Store } from '../store.ts'
import type { ResourceEntry } from './resources.ts'

/** The parent of the types of associations from one object type to another. */
export function pairKey(fromTypeId: string, toTypeId: string): string {
  return `${fromTypeId}:${toTypeId}`
}

/** Those of all pairs of object types, each as seen from the first one. */
export function makeAssociationTypes(store: Store): readonly ResourceEntry[] {
  const types = store.objectTypes().map(({ typeId }) => typeId)
  return types.flatMap((from) =>
    types.flatMap((to) =>
      store.associationTypes(from, to).map((type) => ({
        key: `${type.category}-${type.typeId}`,
        parent: pairKey(from, to),
        row: { ...type },
      })),
    ),
  )
}
