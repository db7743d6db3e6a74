import { asObject } from './answer-body.ts'
import { type AnswerItem, readItems } from './answer-items.ts'
import type { HubSpot } from './client.ts'
import { CursorTrail } from './cursor-trail.ts'
import { stuckCursor } from './record-pages.ts'

/** HubSpot's largest page of owners. */
const pageOwners = '500'

/** All owners of the portal, those who left (`archived`) after the others, each once. */
export async function readOwners(hubspot: HubSpot): Promise<readonly AnswerItem[]> {
  const owners = new Map<string, AnswerItem>()
  for (const archived of ['false', 'true']) {
    for await (const page of ownerPages(hubspot, archived)) {
      for (const { id, facts } of page) {
        if (owners.has(id)) continue
        // Which list has an owner says it, whether or not the entry does.
        owners.set(id, { id, facts: { archived: archived === 'true', ...facts } })
      }
    }
  }
  return [...owners.values()]
}

/** Fails with CURSOR_STUCK where HubSpot points to a page that it has given already: the rest is not known. */
async function* ownerPages(
  hubspot: HubSpot,
  archived: string,
): AsyncGenerator<readonly AnswerItem[]> {
  const path = hubspot.paths.owners()
  const trail = new CursorTrail()
  let after: string | null = ''
  while (after !== null) {
    const query = { limit: pageOwners, archived, ...(after !== '' && { after }) }
    const body = await hubspot.get(path, query)
    yield readItems(body, path)
    const { paging } = asObject(body)
    const { next } = asObject(paging)
    const { after: cursor } = asObject(next)
    const isCursor = typeof cursor === 'number' || (typeof cursor === 'string' && cursor !== '')
    after = isCursor ? String(cursor) : null
    if (after !== null && !trail.follow(after)) throw stuckCursor(path)
  }
}
