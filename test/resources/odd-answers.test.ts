import { expect, test } from 'vitest'
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  scriptHubSpot,
} from '../support/hubspot/scripted-hubspot.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

const account = {
  body: {
    ...{ portalId: 8_100_142, uiDomain: 'app.hubspot.com', dataHostingLocation: 'na1' },
    ...{ accountType: 'STANDARD', timeZone: 'UTC', companyCurrency: 'EUR' },
  },
}

const missing: ScriptedAnswer = {
  status: 404,
  body: { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'not found' },
}

type Script = (request: ScriptedRequest) => ScriptedAnswer | undefined

/** Reads a resource from answers by script; what the script does not answer is missing. */
async function read(portal: ResourcePortal, name: string, script: Script, options = {}) {
  await using scripted = await scriptHubSpot((request) =>
    request.path.startsWith('/account-info') ? account : (script(request) ?? missing),
  )
  await portal.database
    .query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '25 hours'`)
    .catch(() => {})
  const report = await portal.sync(name, { hubspot: scripted.settings, ...options })
  return { report, requests: scripted.requests }
}

const rowsOf = (portal: ResourcePortal, sql: string) => portal.database.query(sql)
const hostile = '*/ "\' \u0000 \ud800 \u001b[31m </script>'

test('more pages without an offset: nothing is taken for deleted', async () => {
  await using portal = await openResourcePortal()
  const campaigns = Array.from({ length: 5 }, (_, id) => ({
    id: id + 1,
    lastUpdatedTime: 1_700_000_000_000,
  }))
  const detail = (path: string) => ({ body: { id: Number(path.split('/').at(-1)), name: hostile } })
  const full: Script = ({ path }) =>
    path === '/email/public/v1/campaigns' ? { body: { campaigns, hasMore: false } } : detail(path)
  const first = await read(portal, 'email_campaign', full)
  expect(first.report).toMatchObject({ outcome: 'succeeded', inserted: 5 })
  const cut: Script = ({ path }) =>
    path === '/email/public/v1/campaigns'
      ? { body: { campaigns: campaigns.slice(0, 2), hasMore: true } }
      : detail(path)
  const second = await read(portal, 'email_campaign', cut)
  expect(second.report).toMatchObject({ deleted: 0, error: { code: 'ANSWER_MALFORMED' } })
})

test('a row whose details are gone does not keep the others from being read', async () => {
  await using portal = await openResourcePortal()
  const flows = ['1', '2', '3'].map((id) => ({ id, name: `flow ${id}`, revisionId: '1' }))
  const script: Script = ({ path }) => {
    if (path === '/automation/v4/flows') return { body: { results: flows } }
    if (path === '/automation/v4/flows/2') return undefined
    return { body: { id: path.split('/').at(-1), type: 'CONTACT_FLOW', revisionId: '1' } }
  }
  const { report } = await read(portal, 'flow', script)
  expect(report).toMatchObject({ outcome: 'succeeded' })
  expect(
    await rowsOf(
      portal,
      'SELECT id::text, type FROM hubspot.flow WHERE NOT _fivetran_deleted ORDER BY id',
    ),
  ).toEqual([
    { id: '1', type: 'CONTACT_FLOW' },
    { id: '2', type: null },
    { id: '3', type: 'CONTACT_FLOW' },
  ])
})

test('a list that vanished between two reads does not move the others to an older API version', async () => {
  await using portal = await openResourcePortal()
  const lists = ['1', '2', '3'].map((listId) => ({
    listId,
    name: `l${listId}`,
    objectTypeId: '0-1',
  }))
  await read(portal, 'contact_list', ({ path }) =>
    path === '/crm/lists/2026-09/all' ? { body: { results: lists } } : undefined,
  )
  const { report } = await read(portal, 'contact_list_member', ({ path }) =>
    path === '/crm/lists/2026-09/2/memberships' || path === '/crm/lists/2026-09/3/memberships'
      ? { body: { results: [{ recordId: '5', membershipTimestamp: '2026-01-01T00:00:00Z' }] } }
      : undefined,
  )
  expect(report).toMatchObject({ outcome: 'succeeded', inserted: 2 })
})

test('a part without a key does not hide that its neighbours were deleted', async () => {
  await using portal = await openResourcePortal()
  const emails = [
    { id: '1', name: 'a', allEmailCampaignIds: [7, null] },
    { id: '2', name: 'b', allEmailCampaignIds: [] },
  ]
  const from =
    (results: readonly object[]): Script =>
    ({ path, query }) =>
      path === '/marketing/emails/2026-09'
        ? { body: { results: query.get('archived') === 'true' ? [] : results } }
        : undefined
  await read(portal, 'marketing_email', from(emails))
  const { report } = await read(portal, 'marketing_email', from(emails.slice(0, 1)))
  expect(report).toMatchObject({ deleted: 1 })
})

test('submissions without an id that differ only in their values are two', async () => {
  await using portal = await openResourcePortal()
  const guid = '000000f0-0000-4000-8000-000000000000'
  await read(portal, 'form', ({ path }) =>
    path === '/marketing/v3/forms'
      ? { body: { results: [{ id: guid, formType: 'hubspot', name: hostile }] } }
      : undefined,
  )
  const at = Date.now() - 3_600_000
  const results = ['a@x.example', 'b@x.example'].map((value) => ({
    submittedAt: at,
    pageUrl: '',
    values: [
      { name: 'email', value },
      { name: 'message', value: hostile },
    ],
  }))
  const { report } = await read(portal, 'form_submission', ({ path }) =>
    path.endsWith(guid) ? { body: { results } } : undefined,
  )
  expect(report).toMatchObject({ outcome: 'succeeded', inserted: 2, rejectedValues: 0 })
  const text = `SELECT DISTINCT values -> 1 ->> 'value' AS text FROM hubspot.form_submission`
  expect(await rowsOf(portal, text)).toEqual([{ text: '*/ "\'   \u001b[31m </script>' }])
})

test('a cursor that never ends is a failure', async () => {
  await using portal = await openResourcePortal()
  let page = 0
  const { report } = await read(portal, 'contact_list', ({ path }) => {
    page += 1
    return path === '/crm/lists/2026-09/all'
      ? {
          body: {
            results: [{ listId: '1', objectTypeId: '0-1' }],
            paging: { next: { after: String(page % 3) } },
          },
        }
      : undefined
  })
  expect(report).toMatchObject({ error: { code: 'CURSOR_STUCK' } })
})

test('times and numbers are read in every notation, and rows without a usable id are left out', async () => {
  await using portal = await openResourcePortal()
  const time = '2026-01-02T03:04:05.678Z'
  const ms = Date.parse(time)
  const lists = [
    { listId: 1, name: hostile, objectTypeId: '0-2', createdAt: time, filtersUpdatedAt: ms },
    { listId: '2', name: null, listVersion: 1e20, additionalProperties: null },
    {
      listId: '3',
      additionalProperties: { hs_last_record_added_at: String(ms), hs_list_size: '' },
    },
    { listId: '4', name: 'x'.repeat(1_000_000), objectTypeId: { odd: 'y'.repeat(100_000) } },
    ...[{ listId: '99999999999999999999' }, null, 7, 'x', []],
  ]
  const { report } = await read(portal, 'contact_list', ({ path }) =>
    path === '/crm/lists/2026-09/all' ? { body: { results: lists } } : undefined,
  )
  expect(report).toMatchObject({ outcome: 'succeeded', inserted: 4, rejectedValues: 1 })
  const rows =
    await portal.database.query(`SELECT id::text, length(name) AS name, list_version AS version,
    coalesce(created_at, filters_updated_at, last_record_added_at) AS time FROM hubspot.contact_list ORDER BY id`)
  expect(rows.map(({ name, ...row }) => row)).toEqual([
    { id: '1', version: null, time: new Date(ms) },
    { id: '2', version: null, time: null },
    { id: '3', version: null, time: new Date(ms) },
    { id: '4', version: null, time: null },
  ])
})

test('an id that no index can hold does not keep the others from being read', async () => {
  await using portal = await openResourcePortal()
  const long = Array.from({ length: 100_000 }, (_, n) => ((n * 7919) % 1e6).toString(36)).join('')
  const forms = [long, 'ok'].map((id) => ({ id, name: id }))
  const { report } = await read(portal, 'form', ({ path }) =>
    path === '/marketing/v3/forms' ? { body: { results: forms } } : undefined,
  )
  expect(report).toMatchObject({ outcome: 'succeeded' })
  expect(await rowsOf(portal, 'SELECT guid FROM hubspot.form')).toEqual([{ guid: 'ok' }])
})

test('half a chain that expires begins again', async () => {
  await using portal = await openResourcePortal()
  let expired = 0
  const { report } = await read(portal, 'email_event', ({ path, query }) => {
    if (path !== '/email/public/v1/events') return undefined
    const from = Number(query.get('startTimestamp'))
    if (from === 0) return { body: { events: [], hasMore: false, offset: 'x' } }
    const offset = query.get('offset')
    if (offset === null)
      return {
        body: { events: [{ id: `a${from}`, created: from }], hasMore: true, offset: `t${from}` },
      }
    if (expired++ === 0) return { status: 400, body: { message: 'expired' } }
    return { body: { events: [{ id: `b${from}`, created: from + 1 }], hasMore: false } }
  })
  expect(report).toMatchObject({ outcome: 'succeeded', error: null, rejectedRecords: 0 })
  expect(report.inserted).toBeGreaterThan(100)
})

test('submissions that arrived while HubSpot refused their form are read once it serves them', async () => {
  await using portal = await openResourcePortal()
  const guid = '000000f0-0000-4000-8000-000000000000'
  const forms = [{ id: guid, formType: 'hubspot', name: 'Contact us' }]
  await read(portal, 'form', ({ path }) =>
    path === '/marketing/v3/forms' ? { body: { results: forms } } : undefined,
  )
  const at = (hoursAgo: number) => ({
    conversionId: `h${hoursAgo}`,
    submittedAt: Date.now() - hoursAgo * 3_600_000,
    values: [],
  })
  const inserted = async (results: readonly object[] | null) => {
    const { report } = await read(portal, 'form_submission', ({ path }) =>
      results !== null && path.endsWith(guid) ? { body: { results } } : undefined,
    )
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    return report.inserted
  }
  expect(await inserted(null)).toBe(0)
  expect(await inserted([at(90)])).toBe(1)
  await rowsOf(portal, `UPDATE hubgen.resource_read SET stamp = stamp - interval '60 hours'`)
  expect(await inserted(null)).toBe(0)
  expect(await inserted([at(30), at(90)])).toBe(1)
})

test('members of a list that HubSpot once refused are read by the next run', async () => {
  await using portal = await openResourcePortal()
  await read(portal, 'contact_list', ({ path }) =>
    path === '/crm/lists/2026-09/all'
      ? { body: { results: [{ listId: '1', objectTypeId: '0-1' }] } }
      : undefined,
  )
  const results = [{ recordId: '5', membershipTimestamp: '2026-01-01T00:00:00Z' }]
  const refused = await read(portal, 'contact_list_member', () => undefined)
  expect(refused.report).toMatchObject({ outcome: 'succeeded', inserted: 0 })
  const { report } = await read(portal, 'contact_list_member', () => ({ body: { results } }))
  expect(report).toMatchObject({ outcome: 'succeeded', inserted: 1 })
})

test('a pair of object types that HubSpot refuses in any words does not keep the others from being read', async () => {
  await using portal = await openResourcePortal()
  const labels = [{ category: 'HUBSPOT_DEFINED', typeId: 4, label: null }]
  const { report } = await read(portal, 'association_type', ({ path }) =>
    path.includes('/0-1/0-2/')
      ? { status: 400, body: { message: 'These object types have no associations' } }
      : { body: { results: labels } },
  )
  expect(report).toMatchObject({ outcome: 'succeeded', error: null, inserted: 10 })
})

test('a list that is deleted while pages are counted by offset does not make another one look deleted', async () => {
  await using portal = await openResourcePortal()
  const lists = Array.from({ length: 6 }, (_, id) => ({ listId: String(id + 1), name: `l${id}` }))
  const search =
    (gone?: number): Script =>
    ({ path, body }) => {
      if (!path.endsWith('/lists/2026-09/search')) return undefined
      const { offset = 0 } = body as { offset?: number }
      const now = lists.filter((_, index) => offset === 0 || index !== gone)
      const page = { lists: now.slice(offset, offset + 3), offset: offset + 3 }
      return { body: { ...page, hasMore: offset + 3 < now.length, total: now.length } }
    }
  expect((await read(portal, 'contact_list', search())).report).toMatchObject({ inserted: 6 })
  const { report } = await read(portal, 'contact_list', search(1))
  expect(report).toMatchObject({ outcome: 'succeeded', deleted: 0 })
  lists.splice(1, 1)
  expect((await read(portal, 'contact_list', search())).report).toMatchObject({ deleted: 1 })
  const live = 'SELECT id::int FROM hubspot.contact_list WHERE NOT _fivetran_deleted ORDER BY id'
  expect((await rowsOf(portal, live)).map(({ id }) => id)).toEqual([1, 3, 4, 5, 6])
})
