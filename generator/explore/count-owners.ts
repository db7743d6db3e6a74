import type { HubSpot } from '../../runtime/hubspot/client.ts'
import { listOwners } from '../../runtime/hubspot/read-owners.ts'

export interface OwnerCounts {
  readonly live: number
  /** Their ids still stand in records. */
  readonly archived: number
}

/** How many owners the portal has; names and addresses are read and dropped. */
export async function countOwners(hubspot: HubSpot): Promise<OwnerCounts> {
  const lists = [listOwners(hubspot, 'false'), listOwners(hubspot, 'true')] as const
  const [live, archived] = await Promise.all(lists)
  return { live: live.items.length, archived: archived.items.length }
}
