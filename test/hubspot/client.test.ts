import { describe, expect, it } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { connectScripted, failureOf } from '../support/hubspot/connect-scripted.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import type { ScriptedAnswer } from '../support/hubspot/scripted-hubspot.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

const path = '/crm/objects/2026-09/deals'
const html = '<html><body><h1>Bad gateway</h1></body></html>'

describe('a call', () => {
  it('sends the token, asks for JSON, and gives the parsed body', async () => {
    await using server = await scriptHubSpot([{ body: { results: [] } }])
    const { hubspot } = connectScripted(server)
    expect(await hubspot.get(path, { limit: '100', properties: 'amount,dealname' })).toEqual({
      results: [],
    })
    const [request] = server.requests
    expect(request?.path).toBe(path)
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      limit: '100',
      properties: 'amount,dealname',
    })
    expect(request?.headers.accept).toBe('application/json')
    expect(request?.headers.authorization).toBe(`Bearer ${server.settings.token}`)
    expect(request?.headers['accept-encoding']).toContain('gzip')
  })

  it('posts JSON, takes 207 as success, and keeps the connection', async () => {
    const body = { status: 'COMPLETE', results: [] }
    await using server = await scriptHubSpot([{ status: 207, body }])
    const { hubspot } = connectScripted(server)
    await hubspot.post(`${path}/batch/read`, { inputs: [{ id: '1' }] }, { archived: 'true' })
    expect(await hubspot.post(`${path}/batch/read`, {})).toEqual(body)
    expect(server.requests[0]?.body).toEqual({ inputs: [{ id: '1' }] })
    expect(server.requests[0]?.query.get('archived')).toBe('true')
    expect(server.requests[0]?.headers.connection).toBe('keep-alive')
  })
})

describe('what will not go away is an error with a fix', () => {
  async function refuse(answer: ScriptedAnswer, use?: (hubspot: HubSpot) => Promise<unknown>) {
    await using server = await scriptHubSpot([answer])
    const { hubspot } = connectScripted(server)
    const error = await failureOf((use ?? ((it: HubSpot) => it.get(path)))(hubspot))
    expect(server.requests).toHaveLength(1)
    return error
  }

  it('401: the token', async () => {
    const error = await refuse({
      status: 401,
      body: {
        category: 'INVALID_AUTHENTICATION',
        message: 'Authentication credentials not found.',
      },
    })
    expect(error.code).toBe('TOKEN_REJECTED')
    expect(error.fix).toContain('create a service key')
  })

  it('401: an expired token says so', async () => {
    const error = await refuse({ status: 401, body: { category: 'EXPIRED_AUTHENTICATION' } })
    expect(error.message).toContain('has expired')
  })

  it.each([
    [
      'in one of its errors',
      { errors: [{ context: { requiredGranularScopes: ['crm.objects.deals.read'] } }] },
    ],
    ['at the top', { context: { requiredGranularScopes: ['crm.objects.deals.read'] } }],
    [
      'as JSON in the message',
      { message: JSON.stringify({ context: { requiredScopes: ['crm.objects.deals.read'] } }) },
    ],
  ])('403: names the scope that HubSpot names %s', async (_, body) => {
    const error = await refuse({ status: 403, body: { category: 'MISSING_SCOPES', ...body } })
    expect(error.code).toBe('SCOPE_MISSING')
    expect(error.message).toBe('the token lacks a scope for this call: `crm.objects.deals.read`')
    expect(error.fix).toContain('add `crm.objects.deals.read` to the key')
  })

  it.each([
    ['/crm/objects/2026-09/0-3', 'crm.objects.deals.read'],
    ['/crm/properties/2026-09/line_items', 'crm.objects.line_items.read'],
    ['/crm/objects/2026-09/2-123/batch/read', 'crm.objects.custom.read'],
    ['/crm/objects/2026-09/p7_Car', 'crm.objects.custom.read'],
    ['/crm/owners/2026-09', 'crm.objects.owners.read'],
    ['/crm-object-schemas/2026-09/schemas', 'crm.schemas.custom.read'],
  ])('403: where HubSpot names none, the usual one of %s', async (asked, scope) => {
    const error = await refuse({ status: 403, body: '' }, (hubspot) => hubspot.get(asked))
    expect(error.code).toBe('SCOPE_MISSING')
    expect(error.message).toContain(`it usually needs \`${scope}\`, which is a guess`)
  })

  it.each([
    ['by its category', { category: 'MISSING_SCOPES', message: 'No.' }, 'No.'],
    [
      'by its sentence',
      { message: "This app hasn't been granted all required scopes to make this call." },
      "This app hasn't been granted all required scopes to make this call.",
    ],
  ])('403: a scope, known %s, and what HubSpot says', async (_, body, said) => {
    const error = await refuse({ status: 403, body })
    expect(error).toMatchObject({ code: 'SCOPE_MISSING', scopes: ['crm.objects.deals.read'] })
    expect(error.message).toContain(`HubSpot says: ${said}`)
  })

  const blocked =
    '<!DOCTYPE html><html><head><title>Attention Required! | Cloudflare</title></head><body></body>'
  it.each([
    [{ message: "This API call isn't available for public use." }, 'no public API'],
    [{ message: 'IP address is not in the allow list', category: 'BANNED' }, 'allowed addresses'],
    [{ message: 'Upgrade your subscription to use this.' }, "the portal's plan"],
    [{ message: 'You may not.' }, 'what the key may do'],
    [blocked, 'a firewall'],
  ])('403: %j is about no scope', async (body, fix) => {
    const error = await refuse({ status: 403, body })
    expect(error).toMatchObject({ code: 'HUBSPOT_FORBIDDEN', scopes: [] })
    const said = typeof body === 'string' ? 'Attention Required! | Cloudflare' : body.message
    expect(error.message).toBe(`HubSpot forbids this call and says: ${said}`)
    expect(error.fix).toContain(fix)
  })

  it.each([301, 302, 307, 308])('%i: a redirect is not followed', async (status) => {
    await using elsewhere = await scriptHubSpot([{ body: { results: [] } }])
    const headers = { location: `${elsewhere.settings.baseUrl}/` }
    await using server = await scriptHubSpot([{ status, headers, body: '' }])
    const { hubspot } = connectScripted(server)
    const error = await failureOf(hubspot.post(`${path}/search`, {}))
    expect(error).toMatchObject({ code: 'HUBSPOT_FAILED', status })
    expect(error.message).toBe(`HubSpot answered ${status}, a redirect to elsewhere, 3 times`)
    expect(elsewhere.requests).toEqual([])
  })

  it.each([
    [
      { status: 'error', message: 'internal error', category: 'INTERNAL_ERROR' },
      'an error that says: internal error',
    ],
    [{ status: 'error' }, 'an error that gives no reason'],
    [{ ok: true }, 'a body without `results`'],
    [{ results: {} }, 'a body without `results`'],
    [[], 'a body without `results`'],
  ])('200 with %j is retried, then reported', async (body, instead) => {
    await using server = await scriptHubSpot([{ body }])
    const { hubspot } = connectScripted(server)
    const error = await failureOf(hubspot.get(path))
    expect(error).toMatchObject({ code: 'HUBSPOT_FAILED', status: 200 })
    expect(error.message).toBe(`HubSpot answered 200 with ${instead}, 4 times`)
  })

  it('a record without an id is no answer', async () => {
    await using server = await scriptHubSpot([{ body: {} }, { body: { id: '5' } }])
    const { hubspot } = connectScripted(server)
    expect(await hubspot.get(`${path}/5`)).toEqual({ id: '5' })
  })

  it('401 after calls that went well is asked once more', async () => {
    const refused = { status: 401, body: { category: 'INVALID_AUTHENTICATION' } }
    const good = { body: { results: [] } }
    await using server = await scriptHubSpot([good, refused, good, refused])
    const { hubspot, retries } = connectScripted(server)
    await hubspot.get(path)
    await hubspot.get(path)
    expect(retries).toMatchObject([{ reason: 'not_accepted', status: 401 }])
    expect((await failureOf(hubspot.get(path))).code).toBe('TOKEN_REJECTED')
    expect(server.requests).toHaveLength(5)
  })

  it.each([
    ['JSON', { category: 'OBJECT_NOT_FOUND', message: 'resource not found' }],
    ['HTML', html],
    ['nothing', ''],
  ])('404 with %s', async (_, body) => {
    expect((await refuse({ status: 404, body })).code).toBe('HUBSPOT_NOT_FOUND')
  })

  it('400: what HubSpot says, on one line, cut, and without a token', async () => {
    const message = `Unable to infer\n object type from: x pat-na1-abcdefgh ${'long '.repeat(200)}`
    const error = await refuse({ status: 400, body: { message } })
    expect(error.code).toBe('HUBSPOT_REJECTED')
    expect(error.message).toContain('Unable to infer object type from: x [token] long')
    expect(error.message.length).toBeLessThan(350)
  })

  it('414: not tried again, so that the reader can ask for less', async () => {
    expect(await refuse({ status: 414, body: '' })).toMatchObject({
      code: 'HUBSPOT_REJECTED',
      status: 414,
    })
  })

  it.each([
    ['by its policy', { policyName: 'DAILY', message: 'You have reached your daily limit.' }],
    ['by its sentence', { message: 'You have reached your daily limit.' }],
  ])('the daily limit, known %s', async (_, body) => {
    const error = await refuse({ status: 429, body })
    expect(error.code).toBe('DAILY_LIMIT_REACHED')
    expect(error.message).toContain("at midnight in the portal's time zone")
  })

  it('the daily limit says when it ends, once the time zone is known', async () => {
    await using server = await scriptHubSpot([
      { body: { portalId: 7, timeZone: 'US/Eastern', companyCurrency: 'USD' } },
      { status: 429, body: { policyName: 'DAILY' } },
    ])
    const { hubspot } = connectScripted(server)
    expect(await hubspot.account()).toEqual({
      portalId: 7,
      timeZone: 'US/Eastern',
      currency: 'USD',
      uiDomain: 'app.hubspot.com',
    })
    const error = await failureOf(hubspot.get(path))
    expect(error.message).toContain('2026-11-13T05:00:00.000Z (midnight in US/Eastern)')
  })

  it('an answer without a portal is not an account', async () => {
    await using server = await scriptHubSpot([{ body: { hello: 'world' } }])
    const { hubspot } = connectScripted(server)
    await expect(hubspot.account()).rejects.toMatchObject({ code: 'ANSWER_MALFORMED' })
  })
})

describe('no network', () => {
  it('is reported at once, with the host', async () => {
    const server = await scriptHubSpot([{}])
    const { settings } = server
    await server[Symbol.asyncDispose]()
    const clock = createInstantClock()
    const hubspot = connectHubSpot(settings, { clock, rateLimiter: createRateLimiter(clock) })
    const error = await failureOf(hubspot.get(path))
    expect(error.code).toBe('HUBSPOT_UNREACHABLE')
    expect(error.message).toBe(
      `\`${new URL(settings.baseUrl).host}\` cannot be reached (ECONNREFUSED)`,
    )
    expect(clock.sleeps).toEqual([])
  })

  it('is waited for when it was there before', async () => {
    const server = await scriptHubSpot([{ body: { results: [] } }])
    const { hubspot, clock } = connectScripted(server)
    await hubspot.get(path)
    await server[Symbol.asyncDispose]()
    expect((await failureOf(hubspot.get(path))).code).toBe('HUBSPOT_UNREACHABLE')
    expect(clock.sleeps.length).toBeGreaterThanOrEqual(6)
  })

  it('a host that does not exist', async () => {
    const clock = createInstantClock()
    const hubspot = connectHubSpot(
      { token: 'x', baseUrl: 'https://no-such-host.invalid', apiVersion: '2026-09' },
      { clock, rateLimiter: createRateLimiter(clock) },
    )
    const error = await failureOf(hubspot.get(path))
    expect(error.code).toBe('HUBSPOT_UNREACHABLE')
    expect(error.message).toContain('`no-such-host.invalid`')
  })
})

describe('a signal', () => {
  const reason = new Error('asked to stop')

  it('ends a call that hangs', async () => {
    const controller = new AbortController()
    await using server = await scriptHubSpot(() => {
      controller.abort(reason)
      return 'hang'
    })
    const { hubspot } = connectScripted(server, { signal: controller.signal })
    await expect(hubspot.get(path)).rejects.toBe(reason)
  })

  it('ends the wait before the next attempt', async () => {
    const controller = new AbortController()
    await using server = await scriptHubSpot([{ status: 502 }])
    const { hubspot } = connectScripted(server, {
      signal: controller.signal,
      onRetry: () => controller.abort(reason),
    })
    await expect(hubspot.get(path)).rejects.toBe(reason)
    expect(server.requests).toHaveLength(1)
  })
})

it('no error contains the token', async () => {
  await using server = await scriptHubSpot((request) => ({
    status: 400,
    body: { message: `you sent ${request.headers.authorization}` },
  }))
  const { hubspot } = connectScripted(server)
  const error = await failureOf(hubspot.get(path))
  expect(error).toBeInstanceOf(HubgenError)
  expect(JSON.stringify([error.message, error.at, error.fix])).not.toContain(server.settings.token)
})
