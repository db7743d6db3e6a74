import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'

/** Statuses with which HubSpot answers searches of an unsupported object type; it has no specific category. */
const refusals = [400, 404, 405, 501]

/** The search itself, and one without filters that shows whether the first request is to blame. */
const searchesToLearn = 2

/** The reason why an object type cannot be searched, and the number of searches until this connection knew. */
interface Unsearchable {
  readonly error: HubSpotError
  readonly searches: number
}

/** By connection and object type. */
const unsearchable = new WeakMap<HubSpot, Map<string, Unsearchable>>()

/**
 * Runs a search. Fails with SEARCH_NOT_SUPPORTED, quoting HubSpot, if the object type cannot be searched at
 * all, that is, if even a search without filters is refused. A connection that has learned this does not
 * search again.
 */
export async function askSearch(
  hubspot: HubSpot,
  objectType: string,
  question: object,
): Promise<unknown> {
  const known = unsearchable.get(hubspot)?.get(objectType)
  if (known !== undefined) throw known.error
  const path = hubspot.paths.search(objectType)
  try {
    return await hubspot.post(path, question)
  } catch (error) {
    if (!isRefusal(error)) throw error
    const bare = await hubspot.post(path, { limit: 1 }).catch((reason: unknown) => reason)
    if (!isRefusal(bare)) throw error
    throw remember(hubspot, objectType, { error: notSupported(bare), searches: searchesToLearn })
  }
}

/** True unless `askSearch` has been refused for this object type. */
export function isSearchable(hubspot: HubSpot, objectType: string): boolean {
  return unsearchable.get(hubspot)?.has(objectType) !== true
}

/**
 * Makes a connection remember that an earlier one was refused, with the message of its
 * SEARCH_NOT_SUPPORTED.
 */
export function recallRefusal(hubspot: HubSpot, objectType: string, message: string): void {
  const at = `POST ${hubspot.paths.search(objectType)}`
  const error = new HubSpotError('SEARCH_NOT_SUPPORTED', message, { at, status: null, fix })
  remember(hubspot, objectType, { error, searches: 0 })
}

/** Refused searches of this connection; 0 if it knew from the start that the object type cannot be searched. */
export function refusedSearches(hubspot: HubSpot, objectType: string): number {
  return unsearchable.get(hubspot)?.get(objectType)?.searches ?? 0
}

function remember(hubspot: HubSpot, objectType: string, learned: Unsearchable): HubSpotError {
  const known = unsearchable.get(hubspot) ?? new Map<string, Unsearchable>()
  unsearchable.set(hubspot, known.set(objectType, learned))
  return learned.error
}

/** Whether HubSpot refused the search. */
export function isSearchRefused(error: unknown): error is HubSpotError {
  const isKnown = error instanceof HubSpotError && error.code === 'SEARCH_NOT_SUPPORTED'
  return isKnown || (isRefusal(error) && error.at?.endsWith('/search') === true)
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

const fix = 'sync it by full reads: `hubgen sync --full`'

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
      fix,
      cause: error,
    },
  )
}
