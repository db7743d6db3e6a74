import { describe, expect, it } from 'vitest'
import { ask } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator, TestClock } from '../support/simulator.ts'

const list = '/crm/objects/2026-09/deals?limit=1'
const searchPath = '/crm/objects/2026-09/deals/search'

describe('rate limits', () => {
  it('ten seconds roll', async () => {
    const clock = new TestClock()
    await using simulator = await startTestSimulator({ clock, limits: { burst: 3 } })
    const statuses = async (count: number): Promise<number[]> => {
      const seen: number[] = []
      for (let call = 0; call < count; call++) seen.push((await ask(simulator, list)).status)
      return seen
    }
    expect(await statuses(1)).toEqual([200])
    clock.advance(6_000)
    expect(await statuses(3)).toEqual([200, 200, 429])
    clock.advance(4_000)
    expect(await statuses(2)).toEqual([200, 429])
    clock.advance(10_000)
    expect(await statuses(3)).toEqual([200, 200, 200])
  })

  it('says how much is left', async () => {
    const clock = new TestClock()
    await using simulator = await startTestSimulator({ clock, limits: { burst: 30, daily: 1_000 } })
    await ask(simulator, list)
    const { headers } = await ask(simulator, list)
    const rate = [...headers].filter(([name]) => name.startsWith('x-hubspot-ratelimit'))
    expect(Object.fromEntries(rate)).toEqual({
      'x-hubspot-ratelimit-daily': '1000',
      'x-hubspot-ratelimit-daily-remaining': '998',
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-max': '30',
      'x-hubspot-ratelimit-remaining': '28',
      'x-hubspot-ratelimit-secondly': '3',
      'x-hubspot-ratelimit-secondly-remaining': '3',
    })
  })

  it('refuses a burst with its policy and no Retry-After', async () => {
    await using simulator = await startTestSimulator({
      clock: new TestClock(),
      limits: { burst: 1 },
    })
    await ask(simulator, list)
    const reply = await ask(simulator, list)
    expect(reply.status).toBe(429)
    expect(reply.headers.has('retry-after')).toBe(false)
    expect(reply.headers.get('x-hubspot-ratelimit-remaining')).toBe('0')
    expect(reply.json()).toEqual({
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      correlationId: expect.any(String),
      errorType: 'RATE_LIMIT',
      policyName: 'TEN_SECONDLY_ROLLING',
      groupName: expect.stringMatching(/^publicapi:private-app-api-calls-ten-secondly:/),
    })
  })

  it('refuses a used-up day until midnight in the portal', async () => {
    // 22:30 in Berlin, 90 minutes before the day turns.
    const clock = new TestClock(Date.parse('2026-11-20T21:30:00Z'))
    await using simulator = await startTestSimulator({ clock, limits: { daily: 2 } })
    await ask(simulator, list)
    await ask(simulator, searchPath, { body: {} })
    const reply = await ask(simulator, list)
    expect(reply.status).toBe(429)
    expect(reply.json()).toMatchObject({
      message: 'You have reached your daily limit.',
      errorType: 'RATE_LIMIT',
      policyName: 'DAILY',
      requestId: expect.any(String),
    })
    expect((await ask(simulator, searchPath, { body: {} })).json()).toMatchObject({
      policyName: 'DAILY',
    })
    clock.advance(89 * 60_000)
    expect((await ask(simulator, list)).status).toBe(429)
    clock.advance(60_000)
    expect((await ask(simulator, list)).status).toBe(200)
  })

  it('counts searches by the second and sends no rate headers with them', async () => {
    const clock = new TestClock()
    await using simulator = await startTestSimulator({ clock, limits: {} })
    for (let call = 0; call < 5; call++) {
      const reply = await ask(simulator, searchPath, { body: { limit: 1 } })
      expect(reply.status).toBe(200)
      expect([...reply.headers.keys()].join()).not.toContain('ratelimit')
    }
    const refused = await ask(simulator, searchPath, { body: { limit: 1 } })
    expect(refused.status).toBe(429)
    expect([...refused.headers.keys()].join()).not.toContain('ratelimit')
    expect(refused.json()).toMatchObject({
      message: 'You have reached your secondly limit.',
      policyName: 'SECONDLY',
    })
    expect((await ask(simulator, list)).headers.get('x-hubspot-ratelimit-remaining')).toBe('189')
    clock.advance(1_000)
    expect((await ask(simulator, searchPath, { body: { limit: 1 } })).status).toBe(200)
  })

  it('reports the use of the day', async () => {
    await using simulator = await startTestSimulator({ clock: new TestClock(), limits: {} })
    await ask(simulator, list)
    const usage = await ask(simulator, '/account-info/2026-09/api-usage/daily/private-apps')
    expect(usage.json()).toMatchObject({ results: [{ usageLimit: 625_000, currentUsage: 2 }] })
  })

  it('`none` counts nothing and says nothing', async () => {
    await using simulator = await startTestSimulator({ limits: 'none' })
    const replies = await Promise.all(Array.from({ length: 300 }, () => ask(simulator, list)))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
    expect([...(replies[0]?.headers.keys() ?? [])].join()).not.toContain('ratelimit')
  })
})
