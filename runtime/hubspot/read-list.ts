import { HubgenError } from '../errors.ts'
import { type AnswerItem, type AnswerItems, readItems } from './answer-items.ts'
import { asObject } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { CursorTrail } from './cursor-trail.ts'
import { nextCursor } from './page.ts'
import { stuckCursor } from './record-pages.ts'

/**
 * Reads all pages of a short list, each id once. Fails with ANSWER_MALFORMED if a page has no list, and
 * with CURSOR_STUCK if HubSpot points to a page that it has returned before, since the rest is then
 * unknown.
 */
export async function readList(
  hubspot: HubSpot,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<AnswerItems> {
  const items = new Map<string, AnswerItem>()
  const trail = new CursorTrail()
  let nameless = 0
  for (let after: string | null = ''; after !== null; ) {
    const body = await hubspot.get(path, { ...query, ...(after !== '' && { after }) })
    const { results, paging } = asObject(body)
    if (!Array.isArray(results)) throw malformed(path)
    const page = readItems(results)
    nameless += page.nameless
    for (const item of page.items) if (!items.has(item.id)) items.set(item.id, item)
    after = nextCursor(paging)
    if (after !== null && !trail.follow(after)) throw stuckCursor(path)
  }
  return { items: [...items.values()], nameless }
}

function malformed(path: string): HubgenError {
  return new HubgenError(
    'ANSWER_MALFORMED',
    "HubSpot's answer does not have the expected shape: it contains no list",
    {
      at: `GET ${path}`,
      fix: 'try again; if the error persists, report it with the API version in use',
    },
  )
}
