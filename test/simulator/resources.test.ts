import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Simulator, startSimulator } from '../../simulator/start-simulator.ts'
import { ask } from '../support/hubspot/ask-simulator.ts'

type Row = Readonly<Record<string, unknown>>

describe('resources beyond records', () => {
  let simulator: Simulator
  beforeAll(async () => {
    simulator = await startSimulator({ limits: 'none', records: { contacts: 130 } })
  })
  afterAll(() => simulator.close())

  const read = async (path: string, body?: unknown): Promise<Row> => {
    const reply = await ask(simulator, path, body === undefined ? {} : { body })
    expect([path, reply.status, reply.text.slice(0, 200)]).toEqual([path, 200, expect.any(String)])
    return reply.json() as Row
  }
  const rows = (answer: Row, name = 'results'): readonly Row[] => answer[name] as readonly Row[]
  const following = async (path: string): Promise<readonly Row[]> => {
    const found: Row[] = []
    let next: string | undefined = path
    while (next !== undefined) {
      const answer: Row = await read(next)
      found.push(...rows(answer))
      const paging = answer['paging'] as { next: { link: string } } | undefined
      next = paging?.next.link.slice(simulator.url.length)
    }
    return found
  }
  const switched = async (kind: 'lists_all_missing' | 'list_count_refused', run: () => unknown) => {
    const id = simulator.faults.add({ kind })
    await run()
    simulator.faults.remove(id)
  }

  it('lists: by offset and by cursor, the same ones, with the properties that were asked for', async () => {
    const all = rows(await read('/crm/v3/lists/search', { count: 500 }), 'lists')
    const byOffset: Row[] = []
    let offset: unknown = 0
    let hasMore: unknown = true
    while (hasMore === true) {
      const page = await read('/crm/lists/2026-09/search', { count: 2, offset })
      byOffset.push(...rows(page, 'lists'))
      ;({ offset, hasMore } = page)
    }
    expect(byOffset).toEqual(all)
    const first = await read('/crm/lists/2026-09/all', { count: 3 })
    const after = (first['paging'] as { next: { after: string } }).next.after
    const second = await read('/crm/lists/2026-09/all', { count: 3, after })
    expect([...rows(first), ...rows(second)]).toEqual(all)
    const asked = await read('/crm/v3/lists/search', {
      listIds: ['7'],
      additionalProperties: ['hs_classic_list_id'],
    })
    expect(rows(asked, 'lists')[0]?.['additionalProperties']).toMatchObject({
      hs_classic_list_id: '31',
      hs_list_size: String(simulator.resources.list('list_member', '7').length),
    })
    expect(await read('/crm/v3/lists?listIds=31&listIds=7')).toMatchObject({
      lists: [{ listId: '31', size: expect.any(Number) }, { listId: '7' }],
    })
    await switched('lists_all_missing', async () =>
      expect((await ask(simulator, '/crm/lists/2026-09/all', { body: {} })).status).toBe(404),
    )
    await switched('list_count_refused', async () => {
      const refused = await ask(simulator, '/crm/v3/lists/search', { body: { count: 501 } })
      expect(refused.status).toBe(400)
    })
  })

  it('members: by record id and by join time, in both directions', async () => {
    const path = '/crm/lists/2026-09/7/memberships'
    const members = await following(`${path}?limit=40`)
    const ids = members.map((member) => Number(member['recordId']))
    expect(ids).toEqual([...ids].sort((left, right) => left - right))
    expect(ids).toHaveLength(simulator.resources.list('list_member', '7').length)
    const joined = await following(`${path}/join-order?limit=30`)
    expect(new Set(joined.map((member) => member['recordId']))).toEqual(
      new Set(members.map((member) => member['recordId'])),
    )
    const fault = simulator.faults.add({ kind: 'join_order_descending' })
    const reversed = await following(`${path}/join-order?limit=30`)
    simulator.faults.remove(fault)
    expect(reversed).toEqual([...joined].reverse())
    expect((await ask(simulator, '/crm/v3/lists/999/memberships')).status).toBe(404)
  })

  it('forms: those of HubSpot unless other types are named; submissions newest first', async () => {
    const types = async (query: string): Promise<Set<unknown>> =>
      new Set((await following(`/marketing/v3/forms?limit=2${query}`)).map((f) => f['formType']))
    expect(await types('')).toEqual(new Set(['hubspot']))
    expect(await types('&formTypes=captured&formTypes=flow')).toEqual(new Set(['captured', 'flow']))
    expect(await types('&formTypes=all')).toEqual(
      new Set(['hubspot', 'captured', 'flow', 'blog_comment']),
    )
    const python = encodeURIComponent("['hubspot', 'captured', 'flow']")
    expect((await types(`&formTypes=${python}`)).size).toBe(3)
    expect(await following('/marketing/forms/2026-09-beta?archived=true')).toHaveLength(1)
    const forms = await following('/marketing/v3/forms?formTypes=all')
    for (const form of forms) {
      const path = `/form-integrations/v1/submissions/forms/${String(form['id'])}`
      if (form['formType'] === 'blog_comment') {
        const refused = await ask(simulator, path)
        expect([refused.status, refused.text]).toEqual([
          400,
          expect.stringContaining('FORM_TYPE_NOT_ALLOWED'),
        ])
        continue
      }
      const submissions = await following(`${path}?limit=50`)
      const stamps = submissions.map((one) => Number(one['submittedAt']))
      expect(stamps).toEqual([...stamps].sort((left, right) => right - left))
      expect(submissions).toHaveLength(
        simulator.resources.list('form_submission', String(form['id'])).length,
      )
    }
    const fault = simulator.faults.add({ kind: 'submissions_without_id' })
    const path = `/form-integrations/v1/submissions/forms/${String(forms[0]?.['id'])}?limit=1`
    expect(rows(await read(path))[0]).not.toHaveProperty('conversionId')
    simulator.faults.remove(fault)
  })

  it('marketing e-mails: archived ones apart, statistics on request, exclusive windows', async () => {
    const live = await following('/marketing/emails/2026-09?limit=5')
    const archived = await following('/marketing/v3/emails?archived=true')
    expect(live.length + archived.length).toBe(simulator.resources.list('marketing_email').length)
    expect(live.some((email) => 'stats' in email)).toBe(false)
    const measured = '/marketing/v3/emails?limit=300&includeStats=true'
    expect((await following(measured)).every((email) => 'stats' in email)).toBe(true)
    const fault = simulator.faults.add({ kind: 'statistics_omit_an_email' })
    expect(await following(measured)).toHaveLength(live.length - 1)
    simulator.faults.remove(fault)
    const stamp = String(live[2]?.['updatedAt'])
    const later = await following(`/marketing/v3/emails?updatedAfter=${stamp}`)
    expect(later.map((email) => email['id'])).not.toContain(live[2]?.['id'])
    const statistics = await read(
      `/marketing/emails/2026-09/statistics/list?emailIds=${String(live[0]?.['id'])}`,
    )
    expect(statistics).toMatchObject({ aggregate: { counters: { sent: expect.any(Number) } } })
    expect(await read(`/marketing/v3/emails/${String(live[0]?.['id'])}/statistics`)).toMatchObject({
      counters: { open: expect.any(Number) },
    })
  })

  it('e-mail events: newest first, windows with both ends, opaque offsets that can expire', async () => {
    const everything: Row[] = []
    let offset = ''
    let hasMore: unknown = true
    while (hasMore === true) {
      const page = await read(`/email/public/v1/events?limit=100&offset=${offset}`)
      everything.push(...rows(page, 'events'))
      hasMore = page['hasMore']
      offset = String(page['offset'])
    }
    expect(everything).toHaveLength(simulator.resources.list('email_event').length)
    const stamps = everything.map((event) => Number(event['created']))
    expect(stamps).toEqual([...stamps].sort((left, right) => right - left))
    const types = new Set(everything.map((event) => event['type']))
    expect(types).toContain('SUPPRESSED')
    expect(everything.some((event) => !('type' in event))).toBe(true)
    const window = `startTimestamp=${stamps[9]}&endTimestamp=${stamps[3]}`
    const seven = await read(`/email/public/v1/events?limit=1000&${window}`)
    expect(rows(seven, 'events')).toEqual(everything.slice(3, 10))
    const fault = simulator.faults.add({ kind: 'offsets_expire' })
    const expired = await ask(simulator, `/email/public/v1/events?offset=${offset}`)
    simulator.faults.remove(fault)
    expect(expired.status).toBe(400)
    const campaigns = rows(await read('/email/public/v1/campaigns?limit=500'), 'campaigns')
    for (const { id } of campaigns) {
      expect(await read(`/email/public/v1/campaigns/${String(id)}`)).toMatchObject({ id })
    }
    const timeline = await read('/email/public/v1/subscriptions/timeline?limit=1000')
    expect(rows(timeline, 'timeline')).toHaveLength(
      simulator.resources.list('subscription_change').length,
    )
  })

  it('subscription types, campaigns, flows, currencies and rules', async () => {
    const types = rows(await read('/communication-preferences/2026-09/definitions'))
    const old = rows(await read('/email/public/v1/subscriptions'), 'subscriptionDefinitions')
    expect(old.map(({ id }) => String(id))).toEqual(types.map(({ id }) => id))
    const campaigns = await following(
      '/marketing/campaigns/2026-09?limit=2&properties=hs_name,nope',
    )
    expect(campaigns[0]?.['properties']).toEqual({ hs_name: expect.any(String) })
    const unreadable = await ask(
      simulator,
      '/marketing/v3/campaigns?properties=hs_marketing_email_count',
    )
    expect(unreadable.status).toBe(400)
    const campaign = `/marketing/campaigns/2026-09/${String(campaigns[0]?.['id'])}`
    expect(await following(`${campaign}/assets/FORM`)).toHaveLength(1)
    expect(await read(`${campaign}/budget/totals`)).toHaveProperty('budgetTotal')
    expect(await read(`${campaign}/reports/metrics`)).toHaveProperty('sessions')
    expect(await read(`${campaign}/reports/revenue`)).toHaveProperty('revenueAmount')
    const flows = await following('/automation/v4/flows?limit=2')
    expect(flows.every((flow) => !('actions' in flow))).toBe(true)
    const body = { inputs: flows.map(({ id }) => ({ flowId: id })) }
    const whole = rows(await read('/automation/v4/flows/batch/read', body))
    expect(whole.every((flow) => 'actions' in flow)).toBe(true)
    const workflows = rows(await read('/automation/v3/workflows'), 'workflows')
    expect(workflows[0]?.['updatedAt']).toBeTypeOf('number')
    const fault = simulator.faults.add({ kind: 'automation_v4_gone' })
    expect((await ask(simulator, '/automation/v4/flows')).status).toBe(404)
    expect((await ask(simulator, '/automation/2026-09-beta/flows')).status).toBe(200)
    simulator.faults.remove(fault)
    expect(await read('/settings/currencies/2026-09/company-currency')).toMatchObject({ id: 'EUR' })
    const rates = await following('/settings/v3/currencies/exchange-rates?limit=4')
    expect(rates).toHaveLength(6)
    expect(rows(await read('/settings/currencies/2026-09/exchange-rates/current'))).toHaveLength(2)
    expect(rows(await read('/crm/property-validations/2026-09/contacts'))).toHaveLength(1)
    const limits = await read('/crm/associations/2026-09/definitions/configurations/all')
    expect(rows(limits).some((one) => one['userEnforcedMaxToObjectIds'] === 1)).toBe(true)
  })

  it('every kind changes in the same process and through the control door', async () => {
    simulator.resources.put('list', '9', { listId: '9', name: 'New', objectTypeId: '0-1' })
    expect(await read('/crm/v3/lists/9')).toMatchObject({ list: { name: 'New', size: 0 } })
    const door = '/simulator/resources'
    const change = async (method: string, path: string, body?: unknown): Promise<number> =>
      (await ask(simulator, `${door}/${path}`, { method, ...(body !== undefined && { body }) }))
        .status
    const stamp = '2026-11-01T00:00:00Z'
    const member = { recordId: '77', membershipTimestamp: stamp }
    expect(await change('PUT', 'list_member/9/77', member)).toBe(204)
    expect(rows(await read('/crm/v3/lists/9/memberships'))).toEqual([member])
    expect(await change('PATCH', 'list/9', { name: 'Renamed', objectTypeId: null })).toBe(204)
    expect(await read('/crm/v3/lists/9')).toEqual({
      list: { listId: '9', name: 'Renamed', size: 1 },
    })
    expect(await change('DELETE', 'list_member/9/77')).toBe(204)
    expect(await change('DELETE', 'list_member/9/77')).toBe(404)
    expect(await change('PUT', 'nonsense/1', {})).toBe(400)
    const [event] = simulator.resources.list('email_event')
    const obsoletedBy = { id: 'x', created: 1 }
    expect(await change('PATCH', `email_event/${event?.key}`, { obsoletedBy })).toBe(204)
    const events = rows(await read('/email/public/v1/events?limit=1000'), 'events')
    expect(events.filter((one) => 'obsoletedBy' in one)).toHaveLength(1)
    const counts = (await ask(simulator, door)).json() as Record<string, number>
    for (const [kind, count] of Object.entries(counts)) {
      const { results } = (await ask(simulator, `${door}/${kind}`)).json() as { results: unknown[] }
      expect([kind, results.length]).toEqual([kind, count])
      expect(count).toBeGreaterThan(0)
    }
  })

  it('a member that comes or goes through the control door moves the stamps and the size of its list only', async () => {
    const door = '/simulator/resources/list_member/31'
    const listed = async (): Promise<Row> =>
      rows(await read('/crm/v3/lists/search', { listIds: ['31'] }), 'lists')[0] ?? {}
    const before = await listed()
    const [member] = simulator.resources.list('list_member', '31')
    await ask(simulator, `${door}/${member?.key}`, { method: 'DELETE' })
    const size = simulator.resources.list('list_member', '31').length
    const after = await listed()
    expect(after).toEqual({
      ...before,
      additionalProperties: {
        ...(before['additionalProperties'] as Row),
        hs_list_size: String(size),
        hs_last_record_removed_at: expect.stringMatching(/^\d{13}$/),
      },
    })
    await ask(simulator, `${door}/${member?.key}`, { method: 'PUT', body: member?.row })
    expect(await listed()).toMatchObject({
      updatedAt: before['updatedAt'],
      additionalProperties: { hs_list_size: String(size + 1) },
    })
  })

  it('need scopes of their own', async () => {
    await using other = await startSimulator({ limits: 'none', scopes: ['crm.lists.read'] })
    const statuses = await Promise.all(
      [
        '/crm/v3/lists?listIds=7',
        '/marketing/v3/forms',
        '/marketing/v3/emails',
        '/email/public/v1/events',
        '/automation/v4/flows',
        '/marketing/v3/campaigns',
        '/settings/v3/currencies/company-currency',
      ].map(async (path) => (await ask(other, path)).status),
    )
    expect(statuses).toEqual([200, 403, 403, 403, 403, 403, 403])
  })
})
