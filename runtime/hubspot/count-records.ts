import type { HubgenCode } from '../errors.ts'
import { asObject } from './answer-body.ts'
import { isSearchable } from './ask-search.ts'
import type { HubSpot } from './client.ts'
import { HubSpotError } from './hubspot-error.ts'

/**
 * How many live records the search index has with an id from `from` on and below `until`, null for no
 * bound; it trails by moments. One search; null where the search will not say.
 */
export async function countRecords(
  hubspot: HubSpot,
  objectType: string,
  from: bigint | null = null,
  until: bigint | null = null,
): Promise<number | null> {
  if (!isSearchable(hubspot, objectType)) return null
  const filters = [
    ...(from === null ? [] : [{ propertyName: 'hs_object_id', operator: 'GTE', value: `${from}` }]),
    ...(until === null
      ? []
      : [{ propertyName: 'hs_object_id', operator: 'LT', value: `${until}` }]),
  ]
  const question = { limit: 1, properties: ['hs_object_id'] }
  const filtered = filters.length === 0 ? question : { ...question, filterGroups: [{ filters }] }
  try {
    const { total } = asObject(await hubspot.post(hubspot.paths.search(objectType), filtered))
    return typeof total === 'number' && Number.isSafeInteger(total) && total >= 0 ? total : null
  } catch (error) {
    // Some object types cannot be searched, and the search can be down while all else works.
    const silent: readonly HubgenCode[] = [
      'HUBSPOT_REJECTED',
      'HUBSPOT_FAILED',
      'HUBSPOT_FORBIDDEN',
      'HUBSPOT_NOT_FOUND',
    ]
    if (error instanceof HubSpotError && silent.includes(error.code)) return null
    throw error
  }
}
