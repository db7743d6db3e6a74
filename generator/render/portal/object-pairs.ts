import type { Resource } from '../../../runtime/resources/resource.ts'
import { resources } from '../../../runtime/resources/resources.ts'
import type { Analysis } from '../../model/analysis.ts'
import { compareText } from '../../model/compare-text.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'

/** Type ids. */
export interface ObjectPairs {
  readonly from: string
  readonly to: readonly string[]
}

/** Whether the rows of the resource belong to pairs of object types. */
export function isOfPairs({ parent }: Resource): boolean {
  return parent !== undefined && 'objectPairs' in parent
}

/** The modules that name the object types of all entities, inside the folder of generated files. */
export const pairModules: ReadonlySet<string> = new Set(
  resources.filter(isOfPairs).map(({ name }) => `${PORTAL_FOLDER}/${name}/entity.ts`),
)

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
