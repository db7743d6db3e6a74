import { describe, expect, it } from 'vitest'
import type { Retry } from '../../runtime/hubspot/client/client.ts'
import { connectScripted, failureOf } from '../support/hubspot/connect-scripted.ts'
import type { ScriptedAnswer } from '../support/hubspot/scripted-hubspot.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

const path = '/account-info/2026-09/details'
const html = '<html><body><h1>Bad gateway</h1></body></html>'

describe('what may go away is tried again', () => {
  const faults: readonly [string, ScriptedAnswer, Retry['reason'], number | null][] = [
    ['502 with HTML', { status: 502, body: html }, 'server_error', 502],
    ['503', { status: 503, body: html }, 'server_error', 503],
    ['521', { status: 521, body: html }, 'server_error', 521],
    ['504', { status: 504, body: html }, 'server_error', 504],
    ['524', { status: 524, body: html }, 'server_error', 524],
    ['500', { status: 500, body: {} }, 'server_error', 500],
    ['423', { status: 423, body: {} }, 'locked', 423],
    ['HTML with 200', { body: html }, 'unreadable_answer', 200],
    ['nothing with 200', { body: '' }, 'unreadable_answer', 200],
    ['JSON cut short', { body: '{"results":[{"id":"1"' }, 'unreadable_answer', 200],
    ['a reset', 'reset', 'connection', null],
    ['a reset in the body', 'reset in the body', 'connection', null],
    ['a 429', { status: 429, body: { policyName: 'TEN_SECONDLY_ROLLING' } }, 'rate_limited', 429],
    ['a 429 for searches', { status: 429, body: { policyName: 'SECONDLY' } }, 'rate_limited', 429],
  ]
  for (const [name, fault, reason, status] of faults) {
    it(name, async () => {
      await using server = await scriptHubSpot([
        fault,
        fault === 'reset' ? fault : {},
        { body: { ok: true } },
      ])
      const { hubspot, retries } = connectScripted(server)
      await hubspot.get(path)
      expect(retries[0]).toMatchObject({ reason, status, method: 'GET', path, attempt: 1 })
      expect(hubspot.calls).toBe(server.requests.length)
      expect(hubspot.retries).toBe(retries.length)
    })
  }

  it('a call without an answer in time', async () => {
    await using server = await scriptHubSpot(['hang', { body: { ok: true } }])
    const { hubspot, retries } = connectScripted(server, { requestTimeoutMs: 50 })
    expect(await hubspot.get(path)).toEqual({ ok: true })
    expect(retries).toMatchObject([{ reason: 'timeout', status: null }])
  })

  it('but not endlessly, and reports the number of attempts', async () => {
    await using server = await scriptHubSpot([{ status: 502, body: html }])
    const { hubspot, clock } = connectScripted(server)
    const error = await failureOf(hubspot.get(path))
    expect(error.code).toBe('HUBSPOT_FAILED')
    expect(error.message).toBe('HubSpot answered 502, 8 times')
    expect(error.at).toBe(`GET ${server.settings.baseUrl}${path}`)
    expect(clock.sleeps).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000])
    expect(server.requests).toHaveLength(8)
  })

  it('waits at random below the bound', async () => {
    await using server = await scriptHubSpot([{ status: 502 }, { status: 502 }, {}])
    const { hubspot, clock } = connectScripted(server, { random: () => 0.25 })
    await hubspot.get(path)
    expect(clock.sleeps).toEqual([125, 250])
  })

  it('gives up early on what is too heavy, so that the reader can ask for less', async () => {
    await using server = await scriptHubSpot([{ status: 524, body: html }])
    const { hubspot } = connectScripted(server)
    expect(await failureOf(hubspot.get(path))).toMatchObject({ status: 524 })
    expect(server.requests).toHaveLength(2)
  })

  it('waits as long as HubSpot asks, up to ten minutes', async () => {
    const answer = { status: 477, headers: { 'retry-after': '300' }, body: {} }
    await using server = await scriptHubSpot([answer, {}])
    const { hubspot, clock } = connectScripted(server, { random: () => 0 })
    await hubspot.get(path)
    expect(clock.sleeps).toEqual([300_000])
  })

  it('understands a Retry-After that is a date', async () => {
    const retryAfter = { 'retry-after': 'Thu, 12 Nov 2026 11:00:07 GMT' }
    // HubSpot's clock is an hour ahead of this one.
    const headers = { ...retryAfter, date: 'Thu, 12 Nov 2026 11:00:00 GMT' }
    await using server = await scriptHubSpot([{ status: 503, headers }, {}])
    const { hubspot, clock } = connectScripted(server, { random: () => 0 })
    await hubspot.get(path)
    expect(clock.sleeps).toEqual([7_000])
  })

  it.each([
    ['no time at all', { 'retry-after': '0' }],
    ['less than it would wait by itself', { 'retry-after': '0.1' }],
    ['a negative time', { 'retry-after': '-5' }],
    ['a time that is over', { 'retry-after': 'Thu, 12 Nov 2026 09:00:00 GMT' }],
    [
      'a time in the past by its own clock',
      { 'retry-after': 'Thu, 12 Nov 2026 10:30:00 GMT', date: 'Thu, 12 Nov 2026 11:00:00 GMT' },
    ],
    ['the time since 1970', { 'retry-after': '1794477600' }],
    ['nonsense', { 'retry-after': 'soon' }],
  ])('waits by itself when HubSpot asks for %s', async (_, headers) => {
    await using server = await scriptHubSpot([{ status: 429, headers }])
    const { hubspot, clock } = connectScripted(server)
    expect((await failureOf(hubspot.get(path))).code).toBe('HUBSPOT_FAILED')
    const ownMs = clock.sleeps.filter((sleepMs) => sleepMs >= 500)
    expect(ownMs.slice(0, 3)).toEqual([500, 1_000, 2_000])
    expect(server.requests).toHaveLength(20)
  })

  it('does not sleep through a longer pause, but says when to come back', async () => {
    const headers = { 'retry-after': '86400' }
    await using server = await scriptHubSpot([{ status: 477, headers }])
    const { hubspot, clock } = connectScripted(server)
    const error = await failureOf(hubspot.get(path))
    expect(error.code).toBe('HUBSPOT_PAUSED')
    expect(error.message).toContain('2026-11-13T10:00:00.000Z')
    expect(error.message).toContain('moving this portal to another data centre')
    expect(error.fix).toBe('run the command again after 2026-11-13T10:00:00.000Z')
    expect(clock.sleeps).toEqual([])
  })
})
