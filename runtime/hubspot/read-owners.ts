import type { AnswerItem, AnswerItems } from './answer-items.ts'
import type { HubSpot } from './client/client.ts'
import { readList } from './read-list.ts'

/** HubSpot's largest page of owners. */
export const pageOwners = '500'

/** All owners of the portal, each once; archived ones, who have left, come after the others. */
export async function readOwners(hubspot: HubSpot): Promise<AnswerItems> {
  const owners = new Map<string, AnswerItem>()
  let nameless = 0
  for (const archived of ['false', 'true'] as const) {
    const list = await listOwners(hubspot, archived)
    nameless += list.nameless
    for (const { id, facts } of list.items) {
      if (owners.has(id)) continue
      // The list that contains an owner decides `archived`, whether or not the entry has it.
      owners.set(id, { id, facts: { archived: archived === 'true', ...facts } })
    }
  }
  return { items: [...owners.values()], nameless }
}

/** Active owners, or those who have left. */
export function listOwners(hubspot: HubSpot, archived: 'false' | 'true'): Promise<AnswerItems> {
  return readList(hubspot, hubspot.paths.owners(), { limit: pageOwners, archived })
}
