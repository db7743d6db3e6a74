import { describe, expect, it } from 'vitest'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { CursorTrail } from '../../runtime/hubspot/cursor-trail.ts'
import { nextCursor } from '../../runtime/hubspot/page.ts'
import { readOwners } from '../../runtime/hubspot/read-owners.ts'
import { wholeRecords } from '../../runtime/hubspot/record-pages.ts'
import { listRecords } from '../../runtime/hubspot/records.ts'
import { readSideBySide } from '../../runtime/hubspot/side-by-side.ts'
import { compareSpans, spansFrom } from '../../runtime/sync/verify/compare-ids.ts'
import { connectScripted } from '../support/hubspot/connect-scripted.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'
import { openSyncPortal } from '../support/sync-portal.ts'

const deals = { objectType: 'deals', properties: ['dealname'] }

async function all(pages: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of pages);
}

const readings: Record<string, (hubspot: HubSpot) => Promise<unknown>> = {
  'the list of records': (hubspot) => all(listRecords(hubspot, deals)),
  'records that are read side by side': (hubspot) =>
    all(readSideBySide(hubspot, deals, { format: wholeRecords, extent: Promise.resolve(null) })),
  owners: (hubspot) => readOwners(hubspot),
}

/** Pages whose cursors lead along a tail and then endlessly around a loop. */
function goingRound(tail: number, loop: number) {
  const place = (after: string | null) => (after === null ? 0 : Number(after.slice(1)))
  return scriptHubSpot(({ query }) => {
    const next = place(query.get('after')) + 1
    const after = `c${next < tail + loop ? next : tail}`
    const record = { id: '1', properties: {}, createdAt: at, updatedAt: at, archived: false }
    return { body: { results: [record], paging: { next: { after } } } }
  })
}
const at = '2026-01-02T03:04:05Z'

it.each([
  [{ after: '7' }, '7'],
  [{ after: 7 }, '7'],
  [{ link: 'https://api.hubapi.com/crm/objects/2026-09/0-3?limit=2&after=1503' }, '1503'],
  [{ after: '', link: '?archived=false&after=NTI1Cg%3D%3D' }, 'NTI1Cg=='],
  [{ link: 'https://api.hubapi.com/crm/objects/2026-09/0-3?limit=2' }, null],
  [{ link: 5 }, null],
  [null, null],
])('a page that says %j is followed by %j', (next, cursor) => {
  expect(nextCursor({ next })).toBe(cursor)
})

describe('cursors that come round again', () => {
  describe.each(Object.entries(readings))('of %s', (_, read) => {
    it.each([
      [1, 1],
      [1, 2],
      [1, 3],
      [5, 2],
      [4, 17],
    ])('behind %i others, %i of them, end it with an error', async (tail, loop) => {
      await using server = await goingRound(tail, loop)
      const reading = read(connectScripted(server).hubspot)
      await expect(reading).rejects.toMatchObject({ code: 'CURSOR_STUCK' })
      // Side-by-side reading makes a few calls of its own.
      expect(server.requests.length).toBeLessThanOrEqual(3 * (tail + loop) + 3)
    })
  })

  it('of the list that a table is compared with end the comparison', async () => {
    await using portal = await openSyncPortal('deals', { records: { deals: 3 } })
    await using server = await goingRound(1, 2)
    const { hubspot } = connectScripted(server)
    const copy = { entity: portal.entity, hubspot, database: portal.connection }
    const { signal } = new AbortController()
    const comparing = compareSpans(copy, await spansFrom(copy, 0n), {
      signal,
      onSuspects: async () => {},
    })
    await expect(comparing).rejects.toMatchObject({ code: 'LIST_UNORDERED' })
  })

  it('are no concern of a list whose cursors differ', () => {
    const trail = new CursorTrail()
    for (let page = 0; page < 1_000; page++) expect(trail.follow(`c${page}`)).toBe(true)
  })
})
