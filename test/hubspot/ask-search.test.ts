import { describe, expect, it } from 'vitest'
import {
  isSearchable,
  isSearchRefused,
  recallRefusal,
  refusedSearches,
} from '../../runtime/hubspot/ask-search.ts'
import { countChanges } from '../../runtime/hubspot/changes.ts'
import { connectScripted, failureOf } from '../support/hubspot/connect-scripted.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

const events = { objectType: '0-54', modifiedProperty: 'hs_lastmodifieddate' }
const message = 'Search is not supported for object type MARKETING_EVENT'

describe('an object type that can be listed and not searched', () => {
  it.each([400, 403, 404, 405])('is known by a search for anything: %i', async (status) => {
    await using server = await scriptHubSpot([{ status, body: { message } }])
    const { hubspot } = connectScripted(server)
    const error = await failureOf(countChanges(hubspot, events, 0))
    expect(error).toMatchObject({ code: 'SEARCH_NOT_SUPPORTED', status })
    expect(error.message).toContain(message)
    expect(error.fix).toContain('hubgen sync --full')
    expect(server.requests.map(({ body }) => body)).toMatchObject([{}, { limit: 1 }])
    expect(isSearchable(hubspot, '0-54')).toBe(false)
    expect(refusedSearches(hubspot, '0-54')).toBe(2)
    expect(await failureOf(countChanges(hubspot, events, 0))).toBe(error)
    expect(server.requests).toHaveLength(2)
  })

  it('is another matter than one question that is refused', async () => {
    await using server = await scriptHubSpot(({ body }) =>
      Object.keys(body as object).length > 1
        ? { status: 400, body: { message: 'no such property' } }
        : { body: { total: 1, results: [] } },
    )
    const { hubspot } = connectScripted(server)
    const error = await failureOf(countChanges(hubspot, events, 0))
    expect(error).toMatchObject({ code: 'HUBSPOT_REJECTED', status: 400 })
    expect(isSearchable(hubspot, '0-54')).toBe(true)
  })

  it('is known without a question where an earlier connection learned it', async () => {
    await using server = await scriptHubSpot([])
    const { hubspot } = connectScripted(server)
    recallRefusal(hubspot, '0-54', message)
    const error = await failureOf(countChanges(hubspot, events, 0))
    expect(error).toMatchObject({ code: 'SEARCH_NOT_SUPPORTED', message })
    expect(isSearchRefused(error)).toBe(true)
    expect(isSearchable(hubspot, '0-54')).toBe(false)
    expect(refusedSearches(hubspot, '0-54')).toBe(0)
    expect(server.requests).toEqual([])
  })

  it('is another matter than a scope that is missing', async () => {
    const body = { category: 'MISSING_SCOPES', message: 'This needs more scopes.' }
    await using server = await scriptHubSpot([{ status: 403, body }])
    const { hubspot } = connectScripted(server)
    expect((await failureOf(countChanges(hubspot, events, 0))).code).toBe('SCOPE_MISSING')
  })
})
