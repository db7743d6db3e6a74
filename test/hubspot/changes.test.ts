import '../support/vitest/property-seed.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readChanges } from '../../runtime/hubspot/changes.ts'
import { connectScripted } from '../support/hubspot/connect-scripted.ts'
import { type ScriptedRequest, scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

const startMs = Date.parse('2026-11-20T10:00:00Z')
const settledMs = startMs + 100_000

/** A record in the index: found by one stamp, and shown with that or a newer one. */
interface Indexed {
  readonly id: string
  readonly stampMs: number
  readonly shownMs: number
}

interface SearchBody {
  readonly filterGroups: readonly [{ readonly filters: readonly { readonly value: string }[] }]
  readonly limit: number
}

/** Answers like an index that has more results than fit on a page. */
function search(index: readonly Indexed[], { body }: ScriptedRequest) {
  const { filterGroups, limit } = body as SearchBody
  const [stamp, id] = filterGroups[0].filters.map(({ value }) => Number(value))
  const matches =
    id === undefined
      ? index.filter(({ stampMs }) => stampMs >= (stamp ?? 0))
      : index.filter((one) => one.stampMs === stamp && Number(one.id) > id)
  const results = matches
    .toSorted((one, two) =>
      id === undefined
        ? one.stampMs - two.stampMs || Number(one.id) - Number(two.id)
        : Number(one.id) - Number(two.id),
    )
    .slice(0, limit)
    .map(({ id, shownMs }) => {
      const updatedAt = new Date(shownMs).toISOString()
      const properties = { hs_object_id: id, hs_lastmodifieddate: updatedAt }
      return { id, properties, createdAt: updatedAt, updatedAt, archived: false }
    })
  const more = results.length < matches.length
  const paging = more ? { paging: { next: { after: String(limit) } } } : {}
  return { body: { total: matches.length, results, ...paging } }
}

async function read(answer: (request: ScriptedRequest) => { body: unknown }) {
  await using server = await scriptHubSpot(answer)
  const { hubspot } = connectScripted(server)
  const request = {
    objectType: '0-3',
    modifiedProperty: 'hs_lastmodifieddate',
    fromMs: startMs,
    afterId: null,
    settledMs,
    untilMs: settledMs + 1_000_000,
  }
  const found = new Set<string>()
  for await (const { changes } of readChanges(hubspot, request)) {
    for (const { id } of changes) found.add(id)
  }
  return { found, searches: server.requests.length }
}

describe('an index that trails', () => {
  it('that shows newer stamps at former places hides no record behind them', async () => {
    const stamps = fc.array(
      fc.record({ gap: fc.constantFrom(0, 0, 1, 50), newer: fc.nat(9).map((one) => one === 0) }),
      { minLength: 150, maxLength: 900 },
    )
    await fc.assert(
      fc.asyncProperty(stamps, async (records) => {
        let stampMs = startMs
        const index = records.map(({ gap, newer }, place) => {
          stampMs += gap
          return {
            id: String(place + 1),
            stampMs,
            shownMs: newer ? settledMs + 1 + place : stampMs,
          }
        })
        const { found } = await read((request) => search(index, request))
        expect(found.size).toBe(records.length)
      }),
      // Each try starts a server: shrinking would take minutes.
      { numRuns: 25, endOnFailure: true },
    )
  })

  it('that counts records and shows none ends the search', async () => {
    const answer = { body: { total: 1, results: [], paging: { next: { after: '200' } } } }
    expect(await read(() => answer)).toEqual({ found: new Set(), searches: 3 })
  })

  it('that shows records of before the window hands them on', async () => {
    const index = [{ id: '7', stampMs: startMs, shownMs: startMs - 1 }]
    const { found } = await read((request) => search(index, request))
    expect(found).toEqual(new Set(['7']))
  })

  it('is never asked for everything since 1970, which HubSpot answers with 500', async () => {
    await using server = await scriptHubSpot(() => ({ body: { total: 0, results: [] } }))
    const { hubspot } = connectScripted(server)
    const request = { objectType: '0-3', modifiedProperty: 'hs_lastmodifieddate', fromMs: 0 }
    const pages = readChanges(hubspot, { ...request, afterId: null, settledMs, untilMs: settledMs })
    for await (const { changes } of pages) expect(changes).toEqual([])
    const [first] = server.requests.map(({ body }) => body as SearchBody)
    const since = first?.filterGroups[0].filters[0]?.value
    expect(Number(since)).toBeGreaterThan(Date.UTC(2000, 0, 1))
  })
})
