import type { Entity, PropertyCodec } from '../../entity.ts'

/** Where the values of a property are stored. */
export interface PropertyColumn {
  /** HubSpot's name. */
  readonly property: string
  /** The newest column if the property's type was changed; the key for `overflow`. */
  readonly column: string
  readonly place: 'column' | 'overflow'
  readonly type: string
}

/** The columns of all properties that an entity syncs. */
export function propertyColumns({ properties, overflow }: Entity): readonly PropertyColumn[] {
  const parts = [
    ['column', properties],
    ['overflow', overflow?.properties ?? {}],
  ] as const
  return parts.flatMap(([place, codecs]) =>
    Object.entries<PropertyCodec>(codecs).map(([column, { property, codec }]) => {
      return { property, column, place, type: codec.type }
    }),
  )
}
