import type { Analysis } from './analysis.ts'
import { companionName, companionTableName } from './companion-names.ts'
import { STANDARD_OBJECT_TYPES } from './object-types.ts'

/** The entity at the other end of an association. */
export interface OtherEnd {
  readonly entity: string
  readonly table: string
  readonly objectType: string
}

/** An association whose links are in the other entity's table. */
export interface ForeignAssociation {
  readonly table: string
  /** The entity that the table is generated with. */
  readonly owner: OtherEnd
}

/**
 * Of two object types, the one later in this list has the table and comes first in its name, as in
 * Fivetran's: `contact_company`, `deal_contact`, `line_item_deal`, `ticket_deal`. Standard types that are not
 * listed come after these by their number, custom objects last.
 */
const DIRECTION = `0-2 0-1 0-3 0-7 0-8 0-46 0-27 0-47 0-48 0-49 0-18 0-116 0-5`.split(' ')

/** The entities whose links are in a table of this one. */
export function ownedEnds(analysis: Analysis): readonly OtherEnd[] {
  return otherEnds(analysis).filter((other) => ownsPair(analysis, other))
}

/** The associations whose table belongs to the other entity, by entity. */
export function findForeignAssociations(analysis: Analysis): readonly ForeignAssociation[] {
  const { table, takenTables } = analysis
  return otherEnds(analysis)
    .filter((other) => !ownsPair(analysis, other))
    .map((owner) => ({
      table: companionTableName({ table: owner.table, takenTables }, 'associations', table),
      owner,
    }))
}

/** Two object types of one name, or two entries of one entity, share one table. */
function otherEnds({ table, associations }: Analysis): readonly OtherEnd[] {
  const ends = associations
    .filter(({ types }) => types.length > 0)
    .map(({ entity, objectTypeId }) => {
      const standard = STANDARD_OBJECT_TYPES.find(({ id }) => id === objectTypeId)
      return { entity, table: standard?.table ?? entity, objectType: objectTypeId }
    })
  const seen = new Set<string>()
  return ends.filter((end) => {
    const name = companionName(`${table}_${end.table}`)
    return !seen.has(name) && seen.add(name)
  })
}

function ownsPair({ objectType }: Analysis, other: OtherEnd): boolean {
  if (objectType.id === other.objectType) return true
  const [own, others] = [rankOf(objectType.id), rankOf(other.objectType)]
  const place = own.findIndex((part, index) => part !== others[index])
  if (place === -1) return objectType.id > other.objectType
  return (own[place] ?? 0) > (others[place] ?? 0)
}

function rankOf(objectType: string): readonly number[] {
  const listed = DIRECTION.indexOf(objectType)
  if (listed !== -1) return [0, listed]
  const [, kind, number] = /^(\d+)-(\d+)$/.exec(objectType) ?? []
  // Without a type id it is a custom object of which only the name is known.
  return [kind === undefined ? 3 : kind === '0' ? 1 : 2, Number(number ?? 0)]
}
