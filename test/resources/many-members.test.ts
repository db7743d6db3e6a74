import { expect, test } from 'vitest'
import { type ScriptedRequest, scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'
import { openResourcePortal } from '../support/resource-portal.ts'

const members = 100_000
const staying = 5_000
const pageRows = 250
const batchRows = 1_000

/** One list of many members, of whom all but the first leave. */
function answerFor({ path, query, body }: ScriptedRequest, state: { leaves: boolean }) {
  if (path.startsWith('/account-info')) return { body: { portalId: 8100142, timeZone: 'UTC' } }
  if (body !== undefined) {
    const version = state.leaves ? 2 : 1
    const row = { listId: '5', name: 'large', objectTypeId: '0-1', listVersion: version }
    return { body: { results: [row] } }
  }
  const size = state.leaves ? staying : members
  const after = Number(query.get('after') ?? 0)
  const last = Math.min(after + pageRows, size)
  const results = Array.from({ length: last - after }, (_, index) => ({
    recordId: String(after + index + 1),
    membershipTimestamp: '2026-11-01T00:00:00Z',
  }))
  return {
    body: { results, ...(last < size && { paging: { next: { after: String(last) } } }) },
  }
}

test('100,000 members of a list are read page by page, and those who left are marked', async () => {
  await using portal = await openResourcePortal()
  const state = { leaves: false }
  await using hubspot = await scriptHubSpot((request) => answerFor(request, state))
  let waiting = 0
  let most = 0
  const sync = (name: string) =>
    portal.sync(name, {
      hubspot: hubspot.settings,
      batchRows,
      // Most members leave at once.
      brake: false,
      onEvent(event) {
        if (event.type === 'page_read') waiting += event.records
        if (event.type === 'batch_written') waiting -= event.records
        most = Math.max(most, waiting)
      },
    })
  const live = async () => {
    const rows = await portal.database.query<{ live: number }>(
      'SELECT count(*)::int AS live FROM hubspot.contact_list_member WHERE NOT _fivetran_deleted',
    )
    return rows[0]?.live
  }
  await sync('contact_list')
  expect(await sync('contact_list_member')).toMatchObject({ error: null, inserted: members })
  expect(await live()).toBe(members)

  state.leaves = true
  await sync('contact_list')
  const report = await sync('contact_list_member')
  expect(report).toMatchObject({ error: null, deleted: members - staying, updated: 0 })
  expect(await live()).toBe(staying)
  // One batch is written while the next one is filled.
  expect(most).toBeLessThanOrEqual(3 * batchRows)
}, 120_000)
