import fc from 'fast-check'
import { expect, it } from 'vitest'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { allIds, type IdSpan, subtractSpan } from '../../runtime/hubspot/id-spans.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { wholeRecords } from '../../runtime/hubspot/record-pages.ts'
import type { ReadingPosition } from '../../runtime/hubspot/side-by-side.ts'
import { readSideBySide } from '../../runtime/hubspot/side-by-side.ts'
import { findExtent } from '../../runtime/hubspot/survey.ts'
import { createIdPortal } from '../support/hubspot/id-portal.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

/** Small old ids, then dense imports, far apart. */
const ids = [
  ...evenly(700, 51n, 1n),
  ...evenly(30, 40_000_000n, 977_123n),
  ...evenly(1_200, 9_000_000_000n, 1n),
  ...evenly(500, 493_593_663_734n, 1_234_567n),
]

function evenly(count: number, first: bigint, step: bigint): bigint[] {
  return Array.from({ length: count }, (_, index) => first + BigInt(index) * step)
}

/** Reads this many pages and is killed; returns the position, and adds the records read until then. */
async function readPages(
  resume: ReadingPosition,
  pagesToRead: number,
  readers: number,
  found: Map<bigint, number>,
): Promise<ReadingPosition> {
  const portal = createIdPortal(ids, {})
  await using server = await scriptHubSpot((request) => portal.answer(request))
  const clock = createInstantClock()
  const hubspot = connectHubSpot(server.settings, { clock, rateLimiter: createRateLimiter(clock) })
  const pages = readSideBySide(
    hubspot,
    { objectType: 'deals', properties: [] },
    { format: wholeRecords, extent: findExtent(hubspot, 'deals'), readers, resume },
  )
  let position = resume
  let left = pagesToRead
  for await (const { records, covered, lastId } of pages) {
    for (const { id } of records) found.set(BigInt(id), (found.get(BigInt(id)) ?? 0) + 1)
    if (covered === null) throw new Error('the cursor of this portal is a number')
    position = {
      left: subtractSpan(position.left, covered),
      lastId: lastId ?? position.lastId,
      read: position.read + records.length,
    }
    left--
    if (left === 0) break
  }
  return position
}

it('resumes after each interruption: every record once', async () => {
  const interruptions = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom(1, 3, 16)),
    {
      maxLength: 6,
    },
  )
  await fc.assert(
    fc.asyncProperty(interruptions, async (pauses) => {
      const found = new Map<bigint, number>()
      let position: ReadingPosition = { left: [allIds], lastId: null, read: 0 }
      for (const [pages, readers] of [...pauses, [Number.POSITIVE_INFINITY, 5] as const]) {
        position = await readPages(position, pages, readers, found)
      }
      expect(position.left).toEqual([])
      expect(position.read).toBe(ids.length)
      expect([...found.keys()].sort((a, b) => (a < b ? -1 : 1))).toEqual(ids)
      expect([...found.values()].every((times) => times === 1)).toBe(true)
    }),
    { numRuns: 25 },
  )
})

it('reads nothing when nothing is left', async () => {
  const found = new Map<bigint, number>()
  await readPages({ left: [], lastId: 5n, read: 1 }, 1, 3, found)
  expect(found.size).toBe(0)
})

it('takes spans away from spans as sets do', () => {
  const id = fc.integer({ min: 0, max: 30 })
  const span = fc.tuple(id, fc.option(id)).map(([from, to]) => ({
    from: BigInt(from),
    to: to === null ? null : BigInt(to),
  }))
  const has = (spans: readonly IdSpan[], id: bigint) =>
    spans.some(({ from, to }) => id >= from && (to === null || id < to))
  fc.assert(
    fc.property(fc.array(span), (taken) => {
      const left = taken.reduce<readonly IdSpan[]>(
        (spans, each) => subtractSpan(spans, each),
        [allIds],
      )
      for (let id = 0n; id <= 40n; id++) expect(has(left, id)).toBe(!has(taken, id))
      for (const [index, { from, to }] of left.entries()) {
        const next = left[index + 1]
        expect(to === null || from < to).toBe(true)
        if (next !== undefined) expect(to !== null && to < next.from).toBe(true)
      }
    }),
  )
})
