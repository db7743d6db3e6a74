import { describe, expect, it } from 'vitest'
import { createRateLimiter, type RateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { searchesPerSecond } from '../../runtime/sync/plan-sync.ts'
import { RateLimits } from '../../simulator/limits.ts'
import { type Random, seededRandom } from '../../simulator/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/hubspot/virtual-clock.ts'

interface Counts {
  done: number
  refused: number
}

interface Searching {
  readonly clock: VirtualClock
  readonly random: Random
  readonly limiter: RateLimiter
  /** Maximum time until a search arrives; its answer comes 150 to 400 ms after its start. */
  readonly uplinkMs: number
  take(counts: Counts): boolean
  readonly counts: Counts
}

const minutes = 10
const seconds = minutes * 60

/** Ten minutes of searches of several processes, and of a program that keeps to a pace of its own. */
async function measure(of: {
  readonly processes: number
  readonly uplinkMs: number
  readonly otherPerSecond?: number
}): Promise<{ readonly ours: readonly Counts[]; readonly theirs: Counts }> {
  const clock = createVirtualClock()
  const random = seededRandom(7)
  const beginMs = clock.now()
  const server = new RateLimits({}, { nowMs: clock.now }, 'UTC')
  const take = (counts: Counts) => {
    try {
      server.takeSearch()
      counts.done++
      return true
    } catch {
      counts.refused++
      return false
    }
  }
  const theirs: Counts = { done: 0, refused: 0 }
  if (of.otherPerSecond !== undefined)
    void searchEvenly(clock, of.otherPerSecond, () => take(theirs))
  const ours = Array.from({ length: of.processes }, () => ({ done: 0, refused: 0 }))
  for (const counts of ours) {
    const limiter = createRateLimiter(clock)
    const { uplinkMs } = of
    for (let reader = 0; reader < 4; reader++) {
      void searchOnAndOn({ clock, random, limiter, uplinkMs, take, counts })
    }
  }
  await clock.runUntil(beginMs + seconds * 1000)
  return { ours, theirs }
}

async function searchEvenly(clock: VirtualClock, perSecond: number, take: () => void) {
  for (;;) {
    take()
    await clock.sleep(1000 / perSecond)
  }
}

async function searchOnAndOn({ clock, random, limiter, uplinkMs, take, counts }: Searching) {
  for (;;) {
    const search = await limiter.admit('search')
    const arrivalMs = random() * uplinkMs
    await clock.sleep(arrivalMs)
    const isRefused = !take(counts)
    await clock.sleep(150 + random() * 250 - arrivalMs)
    if (isRefused) search.refused(random() * 1000)
  }
}

function sum(counts: readonly Counts[]): Counts {
  return {
    done: counts.reduce((total, { done }) => total + done, 0),
    refused: counts.reduce((total, { refused }) => total + refused, 0),
  }
}

describe('searches', () => {
  it.each([0, 5, 70])(
    'alone are as fast as `--plan` says, arriving within %i ms',
    async (uplinkMs) => {
      const { ours } = await measure({ processes: 1, uplinkMs })
      const { done, refused } = sum(ours)
      expect(refused).toBe(0)
      expect(done / seconds).toBeGreaterThanOrEqual(4.5)
      expect(done / seconds).toBeGreaterThanOrEqual(searchesPerSecond)
      expect(done / seconds).toBeLessThan(searchesPerSecond * 1.05)
    },
  )

  const others = [
    [1, 0.02],
    [2, 0.02],
    // One of five is left for us, and each try to find more may be refused.
    [4, 0.06],
  ] as const
  it.each(others)('leave another program its %i searches per second', async (perSecond, most) => {
    const otherPerSecond = perSecond
    const { ours, theirs } = await measure({ processes: 1, uplinkMs: 30, otherPerSecond })
    const { done, refused } = sum(ours)
    expect(refused / (done + refused)).toBeLessThan(most)
    expect(theirs.refused / (theirs.done + theirs.refused)).toBeLessThan(0.02)
    expect((done + theirs.done) / seconds).toBeGreaterThanOrEqual(4)
  })

  it.each([2, 4])('of %i processes share the limit', async (processes) => {
    const { ours } = await measure({ processes, uplinkMs: 30 })
    const { done, refused } = sum(ours)
    expect(refused / (done + refused)).toBeLessThan(0.05)
    expect(done / seconds).toBeGreaterThanOrEqual(4)
    expect(Math.min(...ours.map((one) => one.done)) / done).toBeGreaterThan(0.6 / processes)
  })
})
