import type { Resource } from '../../../runtime/resources/resource.ts'
import { type ResourceTable, resourceTables } from '../../../runtime/resources/resource-tables.ts'
import { findResource } from '../../../runtime/resources/resources.ts'
import { isReadable, type PortalAnalysis } from '../../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
import { nameEntity } from '../entity/entity-names.ts'

/** A resource that has tables, and its names in generated TypeScript. */
export interface PortalResource {
  readonly resource: Resource
  readonly tables: readonly ResourceTable[]
  /** Inside the folder of generated files: `portal/contact_list`. */
  readonly folder: string
  /** `contactList`: the constant in entity.ts. */
  readonly entity: string
}

/** Those of the analysis that this version of hubgen knows, parents first. */
export function portalResources({ resources }: PortalAnalysis): readonly PortalResource[] {
  return resources.filter(isReadable).flatMap(({ name }) => {
    const resource = findResource(name)
    if (resource === undefined) return []
    const { entity } = nameEntity({ entity: name, table: name })
    const folder = `${PORTAL_FOLDER}/${name}`
    return [{ resource, tables: resourceTables(resource), folder, entity }]
  })
}
