import { describe, expect, it } from 'vitest'
import type { RateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { createRateLimiter, readRateLimit } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { RateLimits } from '../../simulator/limits.ts'
import { type Random, seededRandom } from '../../simulator/seeded-random.ts'
import { createVirtualClock, type VirtualClock } from '../support/hubspot/virtual-clock.ts'

/** Calls in any ten seconds that another program of the same account makes. */
interface Other {
  readonly calls: number
  readonly manner: 'evenly' | 'at random' | 'all at once'
}

interface Scenario {
  readonly permitted: number
  readonly other?: Other
  /** Maximum time until a call arrives; its answer comes 150 to 400 ms after its start. */
  readonly uplinkMs: number
}

interface Counts {
  ours: number
  oursRefused: number
  theirs: number
  theirsRefused: number
}

/** The other program started long before, and the first ten seconds are not counted. */
const warmUpMs = 20_000
const settlingMs = 10_000
const measuredMs = 290_000

/** Five minutes of readers that never run out of pages, on the rolling window of the simulator. */
async function measure({ permitted, other, uplinkMs }: Scenario): Promise<Counts> {
  const clock = createVirtualClock()
  const random = seededRandom(7)
  const beginMs = clock.now() + warmUpMs
  const server = new RateLimits({ burst: permitted }, { nowMs: clock.now }, 'UTC')
  const counts: Counts = { ours: 0, oursRefused: 0, theirs: 0, theirsRefused: 0 }
  const take = (kind: 'ours' | 'theirs'): Headers | null => {
    const counted = clock.now() >= beginMs + settlingMs
    try {
      const headers = new Headers(server.takeCall())
      if (counted) counts[kind]++
      return headers
    } catch {
      if (counted) counts[`${kind}Refused`]++
      return null
    }
  }
  if (other !== undefined) void callOnAndOn(other, clock, random, () => take('theirs'))
  await clock.runUntil(beginMs)
  const limiter = createRateLimiter(clock)
  const path = { clock, random, limiter, uplinkMs, take: () => take('ours') }
  for (let reader = 0; reader < 12; reader++) void readOnAndOn(path)
  await clock.runUntil(beginMs + settlingMs + measuredMs)
  return counts
}

async function callOnAndOn(
  { calls, manner }: Other,
  clock: VirtualClock,
  random: Random,
  take: () => unknown,
): Promise<never> {
  const gapMs = 10_000 / calls
  for (;;) {
    const atOnce = manner === 'all at once' ? calls : 1
    for (let call = 0; call < atOnce; call++) take()
    await clock.sleep(manner === 'at random' ? -Math.log(1 - random()) * gapMs : gapMs * atOnce)
  }
}

async function readOnAndOn(path: {
  readonly clock: VirtualClock
  readonly random: Random
  readonly limiter: RateLimiter
  readonly uplinkMs: number
  take(): Headers | null
}): Promise<never> {
  const { clock, random, limiter, uplinkMs, take } = path
  for (;;) {
    const call = await limiter.admit('general')
    const arrivalMs = random() * uplinkMs
    await clock.sleep(arrivalMs)
    const headers = take()
    await clock.sleep(150 + random() * 250 - arrivalMs)
    if (headers === null) call.refused(random() * 500)
    else call.answered(readRateLimit(headers))
  }
}

describe('readers of pages that take 150 to 400 ms use the limit from second ten on', () => {
  const scenarios: [name: string, scenario: Scenario][] = [190, 100].flatMap((permitted) => {
    const others: (Other | undefined)[] = [
      undefined,
      { calls: permitted * 0.3, manner: 'evenly' },
      { calls: permitted * 0.3, manner: 'at random' },
      { calls: permitted * 0.3, manner: 'all at once' },
    ]
    return others.flatMap((other) =>
      [5, 100].map((uplinkMs): [string, Scenario] => [
        `${permitted} calls, ${other === undefined ? 'alone' : `another takes 30 % ${other.manner}`}, arriving within ${uplinkMs} ms`,
        { permitted, uplinkMs, ...(other !== undefined && { other }) },
      ]),
    )
  })

  it.each(scenarios)('%s', async (_, scenario) => {
    const { ours, oursRefused, theirs, theirsRefused } = await measure(scenario)
    const permitted = (scenario.permitted * measuredMs) / 10_000
    expect((ours + theirs) / permitted).toBeGreaterThanOrEqual(0.95)
    expect(oursRefused / (ours + oursRefused)).toBeLessThanOrEqual(0.005)
    expect(theirsRefused / (theirs + theirsRefused || 1)).toBeLessThanOrEqual(0.03)
  })
})
