import type { HubSpot } from './client.ts'
import { HubSpotError } from './hubspot-error.ts'

/** How an object type that has no search is answered; HubSpot has no category of its own for it. */
const refusals = [400, 404, 405, 501]

/**
 * Asks the search. Fails with SEARCH_NOT_SUPPORTED, in HubSpot's words, where the object type cannot be
 * searched at all: where even a search for anything is refused.
 */
export async function askSearch(
  hubspot: HubSpot,
  objectType: string,
  question: object,
): Promise<unknown> {
  const path = hubspot.paths.search(objectType)
  try {
    return await hubspot.post(path, question)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const bare = await hubspot.post(path, { limit: 1 }).catch((reason: unknown) => reason)
    if (!isRefusal(bare)) throw error
    const known = unsearchable.get(hubspot) ?? new Set()
    unsearchable.set(hubspot, known.add(objectType))
    throw notSupported(bare)
  }
}

/** Object types that cannot be searched, as far as a connection has learned. */
const unsearchable = new WeakMap<HubSpot, Set<string>>()

/** Whether nothing speaks against it: `askSearch` has not been refused so far. */
export function isSearchable(hubspot: HubSpot, objectType: string): boolean {
  return unsearchable.get(hubspot)?.has(objectType) !== true
}

/** Whether HubSpot does not do such a search. */
export function isSearchRefused(error: unknown): error is HubSpotError {
  return isRefusal(error) && error.at?.endsWith('/search') === true
}

/** A 404 without HubSpot's words is a route that was lost for a moment; other 403s are about all calls. */
function isRefusal(error: unknown): error is HubSpotError {
  if (!(error instanceof HubSpotError) || error.code === 'SCOPE_MISSING') return false
  const { status, said } = error
  if (status === 403) return /\bsearch|support|public use/i.test(said)
  return refusals.includes(status ?? 0) && (status !== 404 || said !== '')
}

function notSupported(error: HubSpotError): HubSpotError {
  const said = error.said === '' ? '' : `, which says: ${error.said}`
  return new HubSpotError(
    'SEARCH_NOT_SUPPORTED',
    `HubSpot does not search this object type (it answers ${error.status}${said})`,
    {
      at: error.at ?? '',
      status: error.status,
      category: error.category,
      said: error.said,
      fix: 'sync it by full reads: `hubgen sync --full`',
      cause: error,
    },
  )
}
