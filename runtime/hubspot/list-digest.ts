import { createHash } from 'node:crypto'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import { readList } from './read-list.ts'

/** A list of HubSpot's that is read whole. */
export interface ListedAt {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
}

/**
 * The same text for the same answer: entries in whatever order with all their facts, or the status of a refusal.
 * Fails like `readList` otherwise. Makes one call per page.
 */
export async function digestList(hubspot: HubSpot, { path, query }: ListedAt): Promise<string> {
  try {
    const { items, nameless } = await readList(hubspot, path, query)
    const entries = items.map(({ id, facts }) => JSON.stringify([id, facts])).sort()
    return createHash('sha256')
      .update(JSON.stringify([nameless, entries]))
      .digest('base64')
  } catch (error) {
    if (!isRefusal(error)) throw error
    return `refused ${error.status}`
  }
}

function isRefusal(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && (error.status === 403 || error.status === 404)
}
