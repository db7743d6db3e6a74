import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../../simulator/start-simulator.ts'
import { ask, type WirePage, type WireRecord } from '../support/hubspot/ask-simulator.ts'

/**
 * The requests of other people's clients, as they send them: dlt's verified source, MeltanoLabs tap-hubspot,
 * ingestr, Airbyte's source. Each must load all that the portal has, with the options of the first request.
 */
describe('clients of others', () => {
  let simulator: Simulator
  beforeAll(async () => {
    const records = { contacts: 230, companies: 60, deals: 120, tickets: 40, quotes: 15 }
    simulator = await startSimulator({ limits: 'none', oddValues: 'usual', records })
  })
  afterAll(() => simulator.close())

  const get = async (path: string): Promise<WirePage> => {
    const reply = await ask(simulator, path)
    expect([path.slice(0, 100), reply.status]).toEqual([path.slice(0, 100), 200])
    return reply.json() as WirePage
  }
  const following = async (path: string): Promise<WireRecord[]> => {
    const found: WireRecord[] = []
    let next: string | undefined = path
    while (next !== undefined) {
      const page: WirePage = await get(next)
      found.push(...page.results)
      next = page.paging?.next.link?.slice(simulator.url.length)
    }
    return found
  }
  const paging = async (path: string): Promise<WireRecord[]> => {
    const found: WireRecord[] = []
    let after: string | undefined
    do {
      const page: WirePage = await get(after === undefined ? path : `${path}&after=${after}`)
      found.push(...page.results)
      after = page.paging?.next.after
    } while (after !== undefined)
    return found
  }
  const archivedCount = (typeId: string): number =>
    [...simulator.store.scan(typeId, 0n, { archived: true })].length
  const definedNames = async (name: string): Promise<string[]> =>
    (
      (await get(`/crm/v3/properties/${name}`)) as unknown as { results: { name: string }[] }
    ).results.map((property) => property.name)

  it('dlt: the web events of one contact within a time, newest first, and the types of events', async () => {
    const [first] = simulator.resources.list('event_occurrence')
    const id = String(first?.row['objectId'])
    const query = `objectType=contact&objectId=${id}&occurredAfter=2024-02-10T00%3A00%3A00%2B00%3A00`
    const until = 'occurredBefore=2026-11-30T00%3A48%3A13.369047%2B00%3A00&sort=-occurredAt'
    const all = await following(`/events/v3/events?${query}&${until}&limit=2`)
    const times = all.map((event) =>
      String((event as unknown as { occurredAt: string }).occurredAt),
    )
    expect(times).toHaveLength(3)
    expect(times).toEqual(times.toSorted().toReversed())
    const dated = await following(`/events/event-occurrences/2026-09?${query}&${until}`)
    expect(dated).toEqual(all)
    const types = await ask(simulator, '/events/v3/events/event-types')
    expect(types.json()).toEqual({ eventTypes: ['e_visited_page', 'e_document_viewed_v2'] })
    expect((await ask(simulator, '/events/v3/events')).status).toBe(400)
  })

  it('the official clients: the lists of one contact', async () => {
    const [member] = simulator.resources.list('list_member', '31')
    const found = await get(`/crm/v3/lists/records/0-1/${member?.key}/memberships`)
    const lists = found.results as unknown as readonly { listId: string }[]
    expect(lists.map(({ listId }) => listId)).toContain('31')
    expect(await get('/crm/lists/2026-09/records/0-2/1/memberships')).toMatchObject({ total: 0 })
  })

  it.each([
    ['contacts', '0-1', 'deals,products,tickets,quotes'],
    ['companies', '0-2', 'contacts,deals,products,tickets,quotes'],
  ])(
    'dlt: %s with associations and every property, by links, live and archived',
    async (name, typeId, others) => {
      const names = (await definedNames(name)).filter((one) => !one.startsWith('hs_')).sort()
      const query = `associations=${others}&properties=${encodeURIComponent(names.join(','))}&limit=100`
      const live = await following(`/crm/v3/objects/${name}?${query}`)
      expect(live).toHaveLength(simulator.store.count(typeId))
      const missing = live.filter(({ properties }) => names.some((one) => !(one in properties)))
      expect(missing).toEqual([])
      expect(live.some(({ associations }) => associations !== undefined)).toBe(true)
      const archived = await following(`/crm/v3/objects/${name}?${query}&archived=True`)
      expect(archived).toHaveLength(archivedCount(typeId))
      expect(archived.every((record) => record.archived)).toBe(true)
    },
  )

  it('dlt: histories, quotes, owners and pipelines', async () => {
    const histories = await following(
      '/crm/v3/objects/deals?propertiesWithHistory=amount%2Cdealstage&limit=50',
    )
    expect(histories).toHaveLength(simulator.store.count('0-3'))
    const withStage = histories.filter(
      ({ propertiesWithHistory }) => propertiesWithHistory?.['dealstage'],
    )
    expect(withStage).toHaveLength(histories.length)
    const quotes =
      'hs_createdate,hs_expiration_date,hs_lastmodifieddate,hs_object_id,hs_public_url_key,hs_status,hs_title'
    const offers = await following(`/crm/v3/objects/quotes?properties=${quotes}&limit=100`)
    expect(offers).toHaveLength(simulator.store.count('0-14'))
    expect(Object.keys(offers[0]?.properties ?? {})).toEqual(quotes.split(','))
    const owners = [
      ...(await following('/crm/v3/owners/')),
      ...(await following('/crm/v3/owners/?archived=True')),
    ]
    expect(owners).toHaveLength(simulator.store.owners().length)
    expect((await get('/crm/v3/pipelines/tickets')).results.length).toBeGreaterThan(1)
  })

  it('tap-hubspot: every property in the URL of a list, and in the body of a search since a date', async () => {
    const names = await definedNames('contacts')
    const properties = encodeURIComponent(names.join(','))
    const listed = await paging(
      `/crm/v3/objects/contacts?limit=100&sort=asc&order_by=lastmodifieddate&properties=${properties}`,
    )
    expect(listed).toHaveLength(simulator.store.count('0-1'))
    const found: WireRecord[] = []
    let after: string | undefined
    do {
      const body = {
        ...(after !== undefined && { after }),
        filterGroups: [
          { filters: [{ propertyName: 'lastmodifieddate', operator: 'GTE', value: '1000' }] },
        ],
        sorts: [{ propertyName: 'lastmodifieddate', direction: 'ASCENDING' }],
        limit: 100,
        properties: names,
      }
      const reply = await ask(simulator, '/crm/v3/objects/contacts/search', { body })
      expect(reply.status).toBe(200)
      const page = reply.json() as WirePage
      found.push(...page.results)
      after = page.paging?.next.after
    } while (after !== undefined)
    expect(new Set(found.map(({ id }) => id))).toEqual(new Set(listed.map(({ id }) => id)))
    expect(Object.keys(found[0]?.properties ?? {}).length).toBeGreaterThanOrEqual(names.length - 5)
  })

  it.each([
    '/settings/v3/users?limit=100',
    '/crm/v3/owners?limit=100&sort=asc&order_by=updatedAt',
    '/crm/v3/pipelines/tickets?limit=100',
    '/crm-pipelines/v1/pipelines/tickets?limit=100',
    '/email/public/v1/subscriptions?limit=100',
    ...['notes', 'feedback_submissions', 'postal_mail', 'goal_targets', 'communications'].flatMap(
      (name) => [`/crm/v3/objects/${name}?limit=100`, `/crm/v3/properties/${name}?limit=100`],
    ),
    ...['company', 'product', 'line_item', 'email', 'call', 'meeting', 'task'].map(
      (name) => `/crm/v3/properties/${name}?limit=100`,
    ),
  ])('tap-hubspot: %s', async (path) => {
    expect((await ask(simulator, path)).status).toBe(200)
  })

  it('ingestr: a search from the beginning of time in windows of ids, then links in batches', async () => {
    const body = {
      filterGroups: [
        {
          filters: [
            { propertyName: 'hs_lastmodifieddate', operator: 'GTE', value: '0' },
            { propertyName: 'hs_lastmodifieddate', operator: 'LTE', value: '4102444800000' },
            { propertyName: 'hs_object_id', operator: 'GT', value: '0' },
          ],
        },
      ],
      properties: await definedNames('deals'),
      sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
      limit: 200,
    }
    const found = (
      await ask(simulator, '/crm/v3/objects/deals/search', { body })
    ).json() as WirePage
    expect(found.results).toHaveLength(simulator.store.count('0-3'))
    for (const other of ['companies', 'contacts', 'products', 'tickets', 'quotes']) {
      const inputs = found.results.map(({ id }) => ({ id }))
      const links = await ask(simulator, `/crm/v4/associations/deals/${other}/batch/read`, {
        body: { inputs },
      })
      expect([200, 207]).toContain(links.status)
    }
    const archived = await paging('/crm/v3/objects/deals?limit=100&archived=true')
    expect(archived).toHaveLength(archivedCount('0-3'))
    const read = await ask(simulator, '/crm/v3/objects/deals/batch/read?archived=true', {
      body: { inputs: archived.map(({ id }) => ({ id })), properties: ['dealname'] },
    })
    expect((read.json() as WirePage).results).toHaveLength(archived.length)
    expect((await get('/crm/v3/schemas')).results).toHaveLength(1)
  })

  it.each(['contacts', 'companies', 'deals', 'deal', 'form', 'leads', 'goal_targets'])(
    'Airbyte: the legacy definitions of %s name the same properties',
    async (name) => {
      const reply = await ask(simulator, `/properties/v2/${name}/properties`)
      expect(reply.status).toBe(200)
      const legacy = reply.json() as readonly Readonly<Record<string, unknown>>[]
      expect(Array.isArray(legacy)).toBe(true)
      for (const property of legacy) {
        expect(property).toMatchObject({
          name: expect.any(String),
          type: expect.any(String),
          deleted: false,
          readOnlyValue: expect.any(Boolean),
        })
        expect(property['createdAt'] === null || Number.isInteger(property['createdAt'])).toBe(true)
      }
      if (name === 'form') return
      const names = legacy.map((property) => property['name'])
      expect(names).toEqual(expect.arrayContaining(await definedNames(name)))
    },
  )

  it.each([
    ['/crm/v3/lists/search', { count: 1_000 }, 'lists'],
    ['/crm/v3/objects/deal_split/search', { limit: 200, sorts: [] }, 'results'],
  ])('Airbyte: POST %s', async (path, body, items) => {
    const reply = await ask(simulator, path, { body })
    expect(reply.json()).toHaveProperty(items)
  })

  it.each([
    [
      '/marketing/v3/forms?limit=100&formTypes=hubspot&formTypes=captured&formTypes=flow',
      'results',
    ],
    ['/email/public/v1/campaigns?limit=500', 'campaigns'],
    ['/email/public/v1/events?limit=1000&startTimestamp=1&endTimestamp=4102444800000', 'events'],
    ['/email/public/v1/subscriptions', 'subscriptionDefinitions'],
    ['/email/public/v1/subscriptions/timeline?limit=1000&startTimestamp=1', 'timeline'],
    ['/automation/v3/workflows', 'workflows'],
    ['/automation/v4/flows?limit=100', 'results'],
    ['/marketing/v3/emails?limit=100', 'results'],
    ['/marketing-emails/v1/emails/with-statistics?limit=250', 'objects'],
    ['/crm/v3/objects/deal_split?limit=100', 'results'],
    ['/crm/v3/objects/deals?archived=true&limit=100', 'results'],
    ['/crm/pipelines/2026-09/deals', 'results'],
    ['/crm-pipelines/v1/pipelines/deals', 'results[0].stages[0].stageId'],
    ['/engagements/v1/engagements/paged?limit=250', 'results[0].engagement.id'],
    ['/engagements/v1/engagements/recent/modified?count=250&since=1', 'total'],
    ['/crm/v3/owners?archived=true&limit=100', 'results'],
  ])('Airbyte: %s', async (path, items) => {
    const answer = (await ask(simulator, path)).json()
    expect(answer).toHaveProperty(items)
  })

  it.each([
    ['/crm/v3/imports/?limit=10', { results: [] }],
    ['/crm/imports/2026-09', { results: [] }],
    ['/conversations/v3/conversations/threads?limit=100', { results: [] }],
    ['/conversations/conversations/2026-09/threads', { results: [] }],
    ['/conversations/v3/conversations/inboxes', { total: 0, results: [] }],
    ['/conversations/v3/conversations/channels', { total: 0, results: [] }],
    ['/conversations/v3/conversations/channel-accounts', { total: 0, results: [] }],
    ['/automation/v4/sequences?userId=5551001', { total: 0, results: [] }],
    ['/automation/sequences/2026-09?userId=5551001', { total: 0, results: [] }],
    ['/business-units/v3/business-units/user/5551001', { results: [] }],
    ['/business-units/public/2026-09/business-units/user/5551001', { results: [] }],
    ['/cms/v3/domains/', { total: 0, results: [] }],
    ['/cms/domains/2026-09', { total: 0, results: [] }],
    ['/cms/v3/pages/site-pages', { total: 0, results: [] }],
    ['/cms/pages/2026-03/landing-pages', { total: 0, results: [] }],
    ['/cms/v3/blogs/posts', { total: 0, results: [] }],
    ['/cms/blogs/2026-09/posts', { total: 0, results: [] }],
    ['/cms/v3/blogs/authors', { total: 0, results: [] }],
    ['/cms/v3/blogs/tags', { total: 0, results: [] }],
    ['/cms/v3/url-redirects/', { total: 0, results: [] }],
    ['/cms/v3/hubdb/tables', { total: 0, results: [] }],
    ['/files/v3/files/search', { results: [] }],
    ['/files/v3/folders/search', { results: [] }],
    ['/marketing/v3/marketing-events/?limit=10', { results: [] }],
  ])('the official clients: %s of a portal that has none', async (path, empty) => {
    expect(await get(path)).toEqual(empty)
  })

  it('sequences are refused without a user, and lists without a folder are in the root', async () => {
    expect((await ask(simulator, '/automation/v4/sequences')).status).toBe(400)
    const folderOf = async (query: string) =>
      (await ask(simulator, `/crm/v3/lists/folders${query}`)).json() as {
        folder: { id: number; childLists: number[]; childNodes: { id: number; name: string }[] }
      }
    const { folder: root } = await folderOf('')
    expect(root.childLists).toContain(7)
    const [sales] = root.childNodes
    expect(sales?.name).toBe('Vertrieb')
    expect((await folderOf(`?folderId=${sales?.id}`)).folder.childLists).toEqual([204])
    expect((await ask(simulator, '/crm/v3/lists/folders?folderId=77')).status).toBe(404)
  })

  it('the official clients: links in batches by v3, where types have names', async () => {
    const [company] = await following('/crm/v3/objects/companies?associations=contacts')
    const body = { inputs: [{ id: company?.id }] }
    const path = '/crm/v3/associations/companies/contacts'
    const batch = (await ask(simulator, `${path}/batch/read`, { body })).json() as {
      status: string
      results: { from: object; to: { id: string; type: string }[] }[]
    }
    const inRecord = `/crm/v3/objects/companies/${company?.id}/associations/contacts`
    const linked = (await get(inRecord)).results
    expect(linked.length).toBeGreaterThan(0)
    expect(batch).toMatchObject({ status: 'COMPLETE', results: [{ from: body.inputs[0] }] })
    expect(batch.results[0]?.to).toEqual(linked)
    const types = (await get(`${path}/types`)).results as unknown as { id: string; name: string }[]
    const names = types.map(({ name }) => name)
    expect(names).toContain('company_to_contact')
    expect(batch.results[0]?.to.every(({ type }) => names.includes(type))).toBe(true)
  })

  it('the official clients: marketing events are the records of the object', async () => {
    await using events = await startSimulator({ limits: 'none', records: { marketing_events: 25 } })
    const first = await ask(events, '/marketing/marketing-events/2026-09?limit=20')
    const page = first.json() as WirePage
    const second = await ask(events, page.paging?.next.link?.slice(events.url.length) ?? '')
    const found = [...page.results, ...(second.json() as WirePage).results]
    expect(found).toHaveLength(events.store.count('0-54'))
    expect(found[0]).toMatchObject({ objectId: expect.any(String), eventName: expect.any(String) })
  })

  it('OAuth: a refresh token gives the access token, which says whose it is', async () => {
    const reply = await fetch(`${simulator.url}/oauth/v1/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'any' }),
    })
    expect(await reply.json()).toMatchObject({
      access_token: simulator.token,
      token_type: 'bearer',
    })
    expect(
      (await ask(simulator, `/oauth/v1/access-tokens/${simulator.token}`)).json(),
    ).toMatchObject({ hub_id: simulator.store.portal.portalId })
    const refused = await fetch(`${simulator.url}/oauth/2026-03/token`, { method: 'POST' })
    expect(refused.status).toBe(400)
  })
})
