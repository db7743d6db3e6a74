import { describe, expect, it } from 'vitest'
import type { RateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { createRateLimiter, readRateLimit } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import { createVirtualClock } from '../support/hubspot/virtual-clock.ts'

/** A limit of `permitted` calls in ten seconds, of which `taken` are used. */
function limitOf(permitted: number, taken: number) {
  return { permitted, intervalMs: 10_000, taken }
}

/** Number of calls that start within N milliseconds if another one is always waiting. */
async function startsWithin(
  durationMs: number,
  prepare: (limiter: RateLimiter) => Promise<void> | void,
  bucket: 'general' | 'search' = 'general',
): Promise<number[]> {
  const clock = createVirtualClock()
  const limiter = createRateLimiter(clock)
  const prepared = prepare(limiter)
  await clock.runUntil(clock.now() + 1_000)
  await prepared
  const beginMs = clock.now()
  const starts: number[] = []
  const goOn = async () => {
    for (;;) {
      await limiter.admit(bucket)
      starts.push(clock.now() - beginMs)
      await clock.sleep(1)
    }
  }
  void goOn()
  await clock.runUntil(beginMs + durationMs)
  return starts
}

/** The highest number of starts within any window of this length. */
function mostWithin(starts: readonly number[], windowMs: number): number {
  return Math.max(
    ...starts.map((start) => starts.filter((at) => at >= start && at < start + windowMs).length),
  )
}

describe('the limiter', () => {
  it('keeps to the smallest limit of HubSpot until an answer says more', async () => {
    const starts = await startsWithin(60_000, () => {})
    expect(mostWithin(starts, 10_000)).toBeLessThanOrEqual(100)
    expect(starts.length).toBeGreaterThan(570)
  })

  it.each([1, 7, 100, 190, 250])('keeps to %i calls when the answers say so', async (permitted) => {
    const starts = await startsWithin(60_000, async (limiter) => {
      ;(await limiter.admit('general')).answered(limitOf(permitted, 1))
    })
    expect(mostWithin([-1_000, ...starts], 10_000)).toBeLessThanOrEqual(permitted)
    expect(starts.length).toBeGreaterThanOrEqual(permitted === 1 ? 5 : permitted * 6 * 0.7)
  })

  it('lets calls flow instead of bursting and waiting', async () => {
    const starts = await startsWithin(60_000, async (limiter) => {
      ;(await limiter.admit('general')).answered(limitOf(190, 1))
    })
    const late = starts.filter((start) => start >= 30_000)
    const gaps = late.map((start, index) => start - (late[index - 1] ?? 30_000))
    expect(Math.max(...gaps)).toBeLessThan(1_500)
  })

  it('counts searches apart, five a second at most', async () => {
    const starts = await startsWithin(20_000, () => {}, 'search')
    expect(mostWithin(starts, 1_000)).toBeLessThanOrEqual(5)
    expect(starts.length).toBeGreaterThan(60)
  })

  it('leaves others of the same account what they take', async () => {
    const starts = await startsWithin(9_000, async (limiter) => {
      for (let call = 1; call <= 20; call++) {
        ;(await limiter.admit('general')).answered(limitOf(190, 120 + call))
      }
    })
    expect(starts.length).toBeLessThanOrEqual(50)
    expect(starts.length).toBeGreaterThan(35)
  })

  it('does not starve when others take everything', async () => {
    const starts = await startsWithin(60_000, async (limiter) => {
      for (let call = 1; call <= 5; call++) {
        ;(await limiter.admit('general')).answered(limitOf(190, 190))
      }
    })
    expect(starts.length).toBeGreaterThan(10)
  })

  it('halves its pace when a call is refused, and recovers', async () => {
    const steady = await startsWithin(60_000, async (limiter) => {
      ;(await limiter.admit('general')).answered(limitOf(190, 1))
    })
    const refused = await startsWithin(60_000, async (limiter) => {
      ;(await limiter.admit('general')).answered(limitOf(190, 1))
      ;(await limiter.admit('general')).refused(0)
    })
    const count = (starts: readonly number[], from: number, until: number) =>
      starts.filter((start) => start >= from && start < until).length
    expect(count(refused, 0, 500)).toBeLessThan(count(steady, 0, 500) * 0.6)
    expect(count(refused, 50_000, 60_000)).toBeGreaterThan(count(steady, 50_000, 60_000) * 0.95)
  })

  it('takes refusals of calls that were under way together for one', async () => {
    const clock = createVirtualClock()
    const limiter = createRateLimiter(clock)
    const both = Promise.all([limiter.admit('search'), limiter.admit('search')])
    await clock.runUntil(clock.now() + 500)
    const [first, second] = await both
    first.refused(0)
    second.refused(0)
    let started = false
    void limiter.admit('search').then(() => {
      started = true
    })
    await clock.runUntil(clock.now() + 500)
    expect(started).toBe(true)
  })

  it('lets nothing start while it is paused, in the buckets concerned', async () => {
    const clock = createInstantClock()
    const limiter = createRateLimiter(clock)
    ;(await limiter.admit('general')).refused(3_000)
    await limiter.admit('search')
    expect(clock.sleeps).toEqual([])
    await limiter.admit('general')
    expect(clock.sleeps[0]).toBe(3_000)
    limiter.pause(60_000)
    await limiter.admit('search')
    expect(clock.sleeps).toContain(60_000)
  })

  it('does not hold back before a server that does not count, until it refuses', async () => {
    const clock = createInstantClock()
    const limiter = createRateLimiter(clock)
    ;(await limiter.admit('general')).answered(null)
    for (let call = 0; call < 1_000; call++) await limiter.admit('general')
    expect(clock.sleeps).toEqual([])
    ;(await limiter.admit('general')).refused(0)
    const beginMs = clock.now()
    for (let call = 0; call < 200; call++) await limiter.admit('general')
    expect(clock.now() - beginMs).toBeGreaterThan(9_000)
  })

  it('lets calls start in the order in which they asked, and knows how many wait', async () => {
    const clock = createVirtualClock()
    const limiter = createRateLimiter(clock)
    limiter.pause(5_000)
    const order: number[] = []
    for (let call = 0; call < 4; call++) {
      void limiter.admit('general').then(() => order.push(call))
    }
    expect(limiter.waiting('general')).toBe(4)
    await clock.runUntil(clock.now() + 10_000)
    expect(order).toEqual([0, 1, 2, 3])
    expect(limiter.waiting('general')).toBe(0)
  })

  it('lets a cancelled call go at once, and the others wait on', async () => {
    const clock = createVirtualClock()
    const limiter = createRateLimiter(clock)
    limiter.pause(5_000)
    const first = limiter.admit('general')
    const cancelled = new AbortController()
    const second = limiter.admit('general', cancelled.signal)
    const third = limiter.admit('general')
    cancelled.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    expect(limiter.waiting('general')).toBe(2)
    await clock.runUntil(clock.now() + 10_000)
    await first
    await third
    expect(limiter.waiting('general')).toBe(0)
  })
})

describe('readLimit', () => {
  const headersOf = (max: string, remaining: string) =>
    new Headers({
      'X-HubSpot-RateLimit-Max': max,
      'X-HubSpot-RateLimit-Remaining': remaining,
      'X-HubSpot-RateLimit-Interval-Milliseconds': '10000',
    })

  it('reads the limit and how much of it is taken', () => {
    expect(readRateLimit(headersOf('190', '180'))).toEqual(limitOf(190, 10))
  })

  it('is null without headers, and where they make no sense', () => {
    expect(readRateLimit(new Headers())).toBeNull()
    expect(readRateLimit(headersOf('0', '0'))).toBeNull()
    expect(readRateLimit(headersOf('many', '1'))).toBeNull()
    expect(readRateLimit(new Headers({ 'X-HubSpot-RateLimit-Max': '190' }))).toBeNull()
  })
})
