import type { HubgenCode } from '../errors.ts'
import { wholeFact } from './answer-items.ts'
import { isSearchable } from './ask-search.ts'
import { asObject } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'

/**
 * Number of live records in the search index with ids from `from` up to but not including `until`; null
 * means no bound. The index lags slightly. Makes one search; null if the search does not say.
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
    const counted = Number(wholeFact(total) ?? Number.NaN)
    return Number.isSafeInteger(counted) ? counted : null
  } catch (error) {
    // Some object types cannot be searched, and the search can be down while everything else works.
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
