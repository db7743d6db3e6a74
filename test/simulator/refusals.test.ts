import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../simulator/start-simulator.ts'
import { ask } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const list = '/crm/objects/2026-09/deals'
const correlationId = expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)

describe('refusals', () => {
  it('401 without a token, with a wrong one, and with an expired one', async () => {
    await using simulator = await startTestSimulator()
    for (const authorization of ['', 'Bearer pat-eu1-wrong', simulator.token]) {
      const reply = await ask(simulator, list, { headers: { Authorization: authorization } })
      expect(reply.status).toBe(401)
      expect(reply.headers.get('x-hubspot-auth-failure')).toBe('401 Unauthorized')
      expect(reply.json()).toEqual({
        status: 'error',
        message: expect.stringMatching(/^Authentication credentials not found\./),
        correlationId,
        category: 'INVALID_AUTHENTICATION',
      })
    }
    simulator.faults.add({ kind: 'expired_401' })
    const expired = await ask(simulator, list)
    expect(expired.status).toBe(401)
    expect(expired.json()).toEqual({
      status: 'error',
      message: 'The OAuth token used to make this call expired 0 second(s) ago.',
      correlationId,
      context: { 'expire time': [expect.stringMatching(/Z$/)] },
      category: 'EXPIRED_AUTHENTICATION',
    })
  })

  it('403 names the scopes, inside `errors` for records and in `context` for definitions', async () => {
    await using simulator = await startTestSimulator({ scopes: ['crm.objects.contacts.read'] })
    expect((await ask(simulator, '/crm/v3/objects/contacts')).status).toBe(200)
    expect((await ask(simulator, '/crm/v3/properties/contacts')).status).toBe(200)
    const records = await ask(simulator, list)
    expect(records.status).toBe(403)
    expect(records.json()).toMatchObject({
      category: 'MISSING_SCOPES',
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: {
            requiredGranularScopes: expect.arrayContaining(['crm.objects.deals.read']),
          },
        },
      ],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
    })
    const definitions = await ask(simulator, '/crm/v3/properties/deals')
    expect(definitions.status).toBe(403)
    expect(definitions.json()).toMatchObject({
      message: 'One or more of the following scopes are required.',
      category: 'MISSING_SCOPES',
      context: { requiredGranularScopes: expect.arrayContaining(['crm.schemas.deals.read']) },
    })
    expect((await ask(simulator, '/crm/v3/owners')).json()).toMatchObject({
      context: { requiredGranularScopes: ['crm.objects.owners.read'] },
    })
    expect((await ask(simulator, '/account-info/v3/details')).status).toBe(200)
  })

  it('403 names no scope to a key that may only write definitions', async () => {
    await using simulator = await startTestSimulator({ scopes: ['crm.schemas.deals.write'] })
    const reply = await ask(simulator, list)
    expect(reply.status).toBe(403)
    expect(Object.keys(reply.json() as object).sort()).toEqual([
      'correlationId',
      'message',
      'status',
    ])
    expect(reply.text).not.toContain('crm.')
  })

  it('values of sensitive properties need a scope of their own, definitions do not', async () => {
    const scopes = ['crm.objects.contacts.read']
    await using without = await startTestSimulator({ scopes })
    const sensitive = without.store
      .properties('0-1')
      .find((property) => property.dataSensitivity === 'sensitive')
    const name = sensitive?.name ?? ''
    expect(name).not.toBe('')
    const path = `/crm/v3/objects/contacts?limit=1&properties=${name}`
    expect((await ask(without, path)).text).not.toContain(`"${name}"`)
    const definition = `/crm/v3/properties/contacts/${name}?dataSensitivity=sensitive`
    expect((await ask(without, definition)).status).toBe(200)

    const more = [...scopes, 'crm.objects.contacts.sensitive.read.v2']
    await using allowed = await startTestSimulator({ scopes: more })
    expect((await ask(allowed, path)).text).toContain(`"${name}"`)
  })

  it('404 is JSON for a record, HTML or nothing for a path', async () => {
    await using simulator = await startTestSimulator()
    const record = await ask(simulator, `${list}/1`)
    expect(record.status).toBe(404)
    expect(record.json()).toMatchObject({ status: 'error', category: 'OBJECT_NOT_FOUND' })
    const html = await ask(simulator, '/crm/v3/nothing/here', { headers: { Accept: '*/*' } })
    expect([html.status, html.text.startsWith('<html>')]).toEqual([404, true])
    const accepting = { headers: { Accept: 'application/json' } }
    expect((await ask(simulator, '/crm/v3/nothing/here', accepting)).text).toBe('')
  })

  it('405 says what is allowed', async () => {
    await using simulator = await startTestSimulator()
    const reply = await ask(simulator, '/crm/v3/objects/deals/search', { method: 'PUT', body: {} })
    expect([reply.status, reply.headers.get('allow')]).toEqual([
      405,
      expect.stringMatching(/^POST/),
    ])
  })

  it('400 for a body that is not JSON', async () => {
    await using simulator = await startTestSimulator()
    for (const body of ['{"inputs":', '[]', '{}']) {
      const reply = await ask(simulator, `${list}/batch/read`, { body })
      expect([body, reply.status]).toEqual([body, 400])
      expect(reply.json()).toMatchObject({ status: 'error', category: 'VALIDATION_ERROR' })
    }
  })

  it('414 for a URL over the limit', async () => {
    await using simulator = await startTestSimulator({ urlLimitBytes: 500 })
    const prefix = `${list}?properties=`
    const fits = `${prefix}${'x'.repeat(500 - prefix.length)}`
    expect((await ask(simulator, fits)).status).toBe(200)
    const reply = await ask(simulator, `${fits}x`)
    expect(reply.status).toBe(414)
    expect(reply.headers.get('content-type')).toContain('text/html')
  })

  it('414 at sixteen kilobytes by default', async () => {
    await using simulator = await startSimulator({ limits: 'none' })
    expect((await ask(simulator, `${list}?properties=${'x'.repeat(16_000)}`)).status).toBe(200)
    expect((await ask(simulator, `${list}?properties=${'x'.repeat(100_000)}`)).status).toBe(414)
  })

  it('every answer has a correlation id, the same ones for the same seed', async () => {
    const ids = async (): Promise<(string | null)[]> => {
      await using simulator = await startTestSimulator({ seed: 7 })
      const replies = [await ask(simulator, list), await ask(simulator, `${list}/1`)]
      expect(replies[1]?.json()).toMatchObject({
        correlationId: replies[1]?.headers.get('x-hubspot-correlation-id'),
      })
      return replies.map((reply) => reply.headers.get('x-hubspot-correlation-id'))
    }
    expect(await ids()).toEqual(await ids())
  })
})
