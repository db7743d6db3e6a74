import { isOfPairs } from '../../generator/render/portal/object-pairs.ts'
import type { Entity } from '../../runtime/entity.ts'
import { findResource } from '../../runtime/resources/resources.ts'

/** The portal of the simulator. */
export const resourcePortalId = 8_100_142

/** Contacts, companies and the custom object of the simulator, with the types that HubSpot associates with them. */
export const objectPairs: Readonly<Record<string, readonly string[]>> = {
  '0-1': ['0-1', '0-2', '0-3', '2-39128401'],
  '0-2': ['0-1', '0-2', '0-3', '2-39128401'],
  '2-39128401': ['0-1', '0-2', '2-39128401'],
}

/** The facts in the generated `entity.ts` of a resource, made without importing it. */
export function resourceEntity(name: string): Entity {
  const resource = findResource(name)
  if (resource === undefined) throw new Error(`no resource \`${name}\``)
  const table = `hubspot.${name}` as const
  return {
    ...{ name, objectType: name, table, portalId: resourcePortalId, resource: name },
    ...{ modifiedProperty: '', properties: {} },
    ...(isOfPairs(resource) && { objectPairs }),
  }
}
