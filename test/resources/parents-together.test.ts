import { expect, test } from 'vitest'
import { type ScriptedRequest, scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'
import { openResourcePortal } from '../support/resource-portal.ts'

const lists = 20
const pages = 6
const idOf = (at: number) => String(100 + at)

/** Twenty lists of six pages with one member each; one list may be refused. */
function answerFor({ path, query, body }: ScriptedRequest, refused: string | null) {
  if (path.startsWith('/account-info')) return { body: { portalId: 8100142, timeZone: 'UTC' } }
  if (body !== undefined) {
    const results = Array.from({ length: lists }, (_, at) => ({
      ...{ listId: idOf(at), name: `list ${at}`, objectTypeId: '0-1', listVersion: 1 },
    }))
    return { body: { results } }
  }
  if (refused !== null && path.includes(`/${refused}/`)) {
    return { status: 400, body: { status: 'error', category: 'VALIDATION_ERROR', message: 'no' } }
  }
  const page = Number(query.get('after') ?? 0)
  const member = { recordId: String(page + 1), membershipTimestamp: '2026-11-01T00:00:00Z' }
  const paging = page + 1 < pages && { paging: { next: { after: String(page + 1) } } }
  return { body: { results: [member], ...paging } }
}

/** The list of each call for members, in the order of the calls. */
function listsOf(requests: readonly ScriptedRequest[]): readonly string[] {
  return requests.flatMap(({ path }) => /\/(\d+)\/memberships/.exec(path)?.[1] ?? [])
}

test('the members of eight lists are read together, and those before a refused list are kept', async () => {
  await using portal = await openResourcePortal()
  let refused: string | null = idOf(4)
  await using hubspot = await scriptHubSpot((request) => answerFor(request, refused))
  const sync = (name: string) => portal.sync(name, { hubspot: hubspot.settings })
  await sync('contact_list')
  expect(await sync('contact_list_member')).toMatchObject({ outcome: 'partial' })
  const kept = () =>
    portal.database
      .query<{ list: string; members: number }>(
        `SELECT contact_list_id::text AS list, count(*)::int AS members FROM hubspot.contact_list_member
          GROUP BY 1 ORDER BY 1`,
      )
      .then((rows) => rows.map(({ list, members }) => `${list}: ${members}`))
  expect(await kept()).toEqual([0, 1, 2, 3].map((at) => `${idOf(at)}: ${pages}`))
  const called = listsOf(hubspot.requests)
  // The first list alone decides the version; then the others begin before it has been read.
  expect(called[0]).toBe(idOf(0))
  expect(called.indexOf(idOf(3))).toBeLessThan(called.lastIndexOf(idOf(0)))
  expect(new Set(called).size).toBeLessThanOrEqual(12)

  refused = null
  const before = hubspot.requests.length
  expect(await sync('contact_list_member')).toMatchObject({ outcome: 'succeeded' })
  expect(await kept()).toEqual(Array.from({ length: lists }, (_, at) => `${idOf(at)}: ${pages}`))
  // Only the last list that was kept is looked at again.
  const again = new Set(listsOf(hubspot.requests.slice(before)))
  expect([0, 1, 2].filter((at) => again.has(idOf(at)))).toEqual([])
})
