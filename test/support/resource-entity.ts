import type { Entity } from '../../runtime/entity.ts'
import { findResource } from '../../runtime/resources/resources.ts'

/** The portal of the simulator. */
export const resourcePortalId = 8_100_142

/** The facts in the generated `entity.ts` of a resource, made without importing it. */
export function resourceEntity(name: string): Entity {
  if (findResource(name) === undefined) throw new Error(`no resource \`${name}\``)
  const table = `hubspot.${name}` as const
  return {
    ...{ name, objectType: name, table, portalId: resourcePortalId, resource: name },
    ...{ modifiedProperty: '', properties: {} },
  }
}
