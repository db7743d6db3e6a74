import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client.ts'
import { parseAnswer } from './parse-answer.ts'

const ownersSchema = z.object({
  results: z.array(z.object({ id: z.string() })),
  paging: z.object({ next: z.object({ after: z.string() }).nullish() }).nullish(),
})

/** HubSpot's largest page of owners. */
const PAGE_OWNERS = '500'

export interface OwnerCounts {
  readonly live: number
  /** Their ids still stand in records. */
  readonly archived: number
}

/** How many owners the portal has; names and addresses are read and dropped. */
export async function countOwners(hubspot: HubSpot): Promise<OwnerCounts> {
  const [live, archived] = await Promise.all([count(hubspot, 'false'), count(hubspot, 'true')])
  return { live, archived }
}

async function count(hubspot: HubSpot, archived: 'true' | 'false'): Promise<number> {
  const path = hubspot.paths.owners()
  const seen = new Set<string>()
  let after: string | undefined
  do {
    const query = { limit: PAGE_OWNERS, archived, ...(after !== undefined && { after }) }
    const { results, paging } = parseAnswer(ownersSchema, await hubspot.get(path, query), path)
    const before = seen.size
    for (const { id } of results) seen.add(id)
    after = seen.size > before ? paging?.next?.after : undefined
  } while (after !== undefined)
  return seen.size
}
