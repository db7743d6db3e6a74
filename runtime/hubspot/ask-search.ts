import type { HubSpot } from './client.ts'
import { HubSpotError } from './hubspot-error.ts'

/** Statuses with which HubSpot answers searches of an unsupported object type; it has no specific category. */
const refusals = [400, 404, 405, 501]

/**
 * Runs a search. Fails with SEARCH_NOT_SUPPORTED, quoting HubSpot, if the object type cannot be searched at
 * all, that is, if even a search without filters is refused.
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

/** Object types that turned out not to be searchable, per connection. */
const unsearchable = new WeakMap<HubSpot, Set<string>>()

/** True unless `askSearch` has been refused for this object type. */
export function isSearchable(hubspot: HubSpot, objectType: string): boolean {
  return unsearchable.get(hubspot)?.has(objectType) !== true
}

/** Whether HubSpot refused the search. */
export function isSearchRefused(error: unknown): error is HubSpotError {
  return isRefusal(error) && error.at?.endsWith('/search') === true
}

/**
 * A 404 without a message is a temporary routing problem; a 403 that does not mention search concerns all
 * calls.
 */
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
