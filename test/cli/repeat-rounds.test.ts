import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readInterval } from '../../generator/cli/sync/read-interval.ts'
import { repeatRounds, waitBefore } from '../../generator/cli/sync/repeat-rounds.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import '../support/vitest/property-seed.ts'

const minuteMs = 60_000

/** Runs rounds of these durations and the wait after the last one; returns their start and end times. */
async function rounds(everyMs: number, durationsMs: readonly number[], random: () => number) {
  const clock = createInstantClock(0)
  const ending = new AbortController()
  const taken: { startMs: number; endMs: number; nextMs: number }[] = []
  await repeatRounds({
    everyMs,
    clock,
    random,
    signal: ending.signal,
    async run(round) {
      const startMs = clock.now()
      await clock.sleep(durationsMs[round - 1] ?? 0)
      taken.push({ startMs, endMs: clock.now(), nextMs: Number.NaN })
    },
    onWait(round, nextMs) {
      const last = taken.at(-1)
      if (last !== undefined) last.nextMs = nextMs
      if (round === durationsMs.length) ending.abort()
    },
  })
  return taken
}

const intervals = fc.integer({ min: minuteMs, max: 7 * 24 * 60 * minuteMs })

describe('the time of the next round', () => {
  it('is an interval after the start, give or take a tenth and at most a minute', () => {
    fc.assert(
      fc.property(intervals, fc.double({ min: 0, max: 1, noNaN: true }), (everyMs, random) => {
        const waitMs = waitBefore({ startedMs: 5, nowMs: 5, everyMs, random })
        const jitterMs = Math.min(everyMs / 10, minuteMs)
        expect(Math.abs(waitMs - everyMs)).toBeLessThanOrEqual(jitterMs + 1)
        expect(Number.isInteger(waitMs)).toBe(true)
      }),
    )
  })

  it('uses the whole of that room', () => {
    const waits = [0, 0.5, 1].map((random) =>
      waitBefore({ startedMs: 0, nowMs: 0, everyMs: 15 * minuteMs, random }),
    )
    expect(waits).toEqual([14 * minuteMs, 15 * minuteMs, 16 * minuteMs])
    const short = [0, 1].map((random) =>
      waitBefore({ startedMs: 0, nowMs: 0, everyMs: minuteMs, random }),
    )
    expect(short).toEqual([54_000, 66_000])
  })

  it('is neither in the past nor further away than that, wherever the clock is set to', () => {
    fc.assert(
      fc.property(
        intervals,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer(),
        (everyMs, random, nowMs) => {
          const waitMs = waitBefore({ startedMs: 0, nowMs, everyMs, random })
          expect(waitMs).toBeGreaterThanOrEqual(0)
          expect(waitMs).toBeLessThanOrEqual(everyMs + Math.min(everyMs / 10, minuteMs) + 1)
        },
      ),
    )
  })
})

describe('rounds', () => {
  it('never overlap, a long one delays the next, and what was missed is not made up for', async () => {
    const durations = fc.array(fc.integer({ min: 0, max: 90 * minuteMs }), {
      minLength: 1,
      maxLength: 12,
    })
    await fc.assert(
      fc.asyncProperty(
        durations,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async (ms, random) => {
          const taken = await rounds(15 * minuteMs, ms, () => random)
          expect(taken).toHaveLength(ms.length)
          for (const [index, { startMs, endMs, nextMs }] of taken.entries()) {
            const due = startMs + Math.round(15 * minuteMs + (2 * random - 1) * minuteMs)
            expect(nextMs).toBe(Math.max(endMs, due))
            expect(taken[index + 1]?.startMs ?? nextMs).toBe(nextMs)
          }
        },
      ),
    )
  })

  it('after one that took an hour start at once, then at the interval', async () => {
    const taken = await rounds(
      15 * minuteMs,
      [60, 1, 1].map((m) => m * minuteMs),
      () => 0.5,
    )
    expect(taken.map(({ startMs }) => startMs / minuteMs)).toEqual([0, 60, 75])
  })

  it.each(['in a round', 'waiting'] as const)('end %s', async (where) => {
    const ending = new AbortController()
    const end = await repeatRounds({
      everyMs: minuteMs,
      clock: createInstantClock(),
      random: Math.random,
      signal: ending.signal,
      async run(round) {
        if (where === 'in a round' && round === 3) ending.abort()
      },
      onWait(round) {
        if (where === 'waiting' && round === 3) ending.abort()
      },
    })
    expect(end).toBe(where)
  })
})

describe('an interval', () => {
  it.each([
    ['60s', 1],
    ['1m', 1],
    [' 15m ', 15],
    ['2h', 120],
    ['1d', 24 * 60],
    ['7d', 7 * 24 * 60],
  ])('%j is %d minutes', (text, minutes) => {
    expect(readInterval(text)).toBe(minutes * minuteMs)
  })

  it.each([
    ['59s', 'takes at least `1m`'],
    ['0m', 'takes at least `1m`'],
    ['8d', 'takes at most `7d`'],
    ['15', 'takes one number and one unit'],
    ['m', 'takes one number and one unit'],
    ['', 'takes one number and one unit'],
    ['1.5h', 'takes one number and one unit'],
    ['-5m', 'takes one number and one unit'],
    ['15min', 'takes one number and one unit'],
    ['9999999m', 'takes one number and one unit'],
  ])('%j is none', (text, why) => {
    expect(() => readInterval(text)).toThrowError(why)
  })
})
