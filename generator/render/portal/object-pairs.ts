import type { Resource } from '../../../runtime/resources/resource.ts'
import type { Analysis } from '../../model/analysis.ts'
import { compareText } from '../../model/compare-text.ts'

/** Type ids. */
export interface ObjectPairs {
  readonly from: string
  readonly to: readonly string[]
}

/** Whether the rows of the resource belong to pairs of object types. */
export function isOfPairs({ parent }: Resource): boolean {
  return parent !== undefined && 'objectPairs' in parent
}

/** Each object type of the project, with all of them and the others with which HubSpot associates it. */
export function objectPairsOf(entities: readonly Analysis[]): readonly ObjectPairs[] {
  const types = entities.map(({ objectType }) => objectType.id)
  return entities
    .map(({ objectType, associations }) => {
      const others = associations.map(({ objectTypeId }) => objectTypeId)
      return { from: objectType.id, to: [...new Set([...types, ...others])].sort(compareText) }
    })
    .sort((left, right) => compareText(left.from, right.from))
}
