import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AnswerFormat } from '../../runtime/hubspot/client/answer-body.ts'
import { connectHubSpot, type ReadCall } from '../../runtime/hubspot/client/client.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import type { RecordsRequest } from '../../runtime/hubspot/record-pages.ts'
import { wholeRecords } from '../../runtime/hubspot/record-pages.ts'
import { readSideBySide } from '../../runtime/hubspot/side-by-side.ts'
import { findExtent } from '../../runtime/hubspot/survey.ts'
import {
  createIdPortal,
  type IdPortal,
  type IdPortalOptions,
} from '../support/hubspot/id-portal.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

const deals: RecordsRequest = { objectType: 'deals', properties: ['amount'] }
const wide: RecordsRequest = {
  objectType: 'deals',
  properties: Array.from({ length: 400 }, (_, index) => `a_long_property_name_${index}`),
}

interface Reading {
  readonly ids: readonly bigint[]
  readonly portal: IdPortal
  /** The highest number of list calls in flight. */
  readonly together: number
}

/** Reads a portal with answers that arrive in random order. */
async function read(
  ids: readonly bigint[],
  options: IdPortalOptions & { readonly readers?: number; readonly request?: RecordsRequest } = {},
): Promise<Reading> {
  const portal = createIdPortal(ids, options)
  await using server = await scriptHubSpot((request) => portal.answer(request))
  const clock = createInstantClock()
  const hubspot = connectHubSpot(server.settings, { clock, rateLimiter: createRateLimiter(clock) })
  let under = 0
  let together = 0
  const counting = {
    ...hubspot,
    get waiting() {
      return hubspot.waiting
    },
    async read<T>(call: ReadCall, format: AnswerFormat<T>): Promise<T> {
      together = Math.max(together, ++under)
      try {
        return await hubspot.read(call, format)
      } finally {
        under--
      }
    },
  }
  const { readers, request = deals } = options
  const found: bigint[] = []
  const pages = readSideBySide(counting, request, {
    format: wholeRecords,
    extent: findExtent(hubspot, 'deals'),
    ...(readers !== undefined && { readers }),
  })
  for await (const { records } of pages) found.push(...records.map(({ id }) => BigInt(id)))
  return { ids: found, portal, together }
}

function sorted(ids: readonly bigint[]): bigint[] {
  return [...ids].sort((a, b) => (a < b ? -1 : 1))
}

function evenly(count: number, first: bigint, step: bigint): bigint[] {
  return Array.from({ length: count }, (_, index) => first + BigInt(index) * step)
}

/** Ids like those of growing portals: small old ids, then dense imports, far apart. */
const crowds = [
  ...evenly(2_000, 51n, 1n),
  ...evenly(30, 40_000_000n, 977_123n),
  ...evenly(3_000, 9_000_000_000n, 1n),
  ...evenly(500, 300_000_000_000n, 1_234_567n),
  ...evenly(1_500, 493_593_663_734n, 2n),
]

describe('reading side by side', () => {
  const portals: [name: string, ids: bigint[]][] = [
    ['nothing', []],
    ['one record', [7n]],
    ['one page', evenly(100, 1n, 1n)],
    ['one more than a page', evenly(101, 1n, 1n)],
    ['a few pages', evenly(350, 10n, 3n)],
    ['even ids', evenly(5_000, 1_000n, 17n)],
    ['ids without a gap', evenly(5_000, 1n, 1n)],
    ['long ids, far apart', evenly(3_000, 100_000_000_000n, 123_456_789n)],
    [
      'ids beyond what a JavaScript number holds',
      evenly(3_000, 9_007_199_254_740_993n, 12_345_678_901n),
    ],
    ['crowds and deserts', crowds],
    ['a crowd, then one far away', [...evenly(4_000, 1n, 1n), 999_999_999_999n]],
    ['one, then a crowd far away', [1n, ...evenly(4_000, 999_999_999_999n, 1n)]],
  ]

  it.each(portals)('%s: every record once', async (_, ids) => {
    expect(sorted((await read(ids)).ids)).toEqual(ids)
  })

  it.each([1, 2, 3, 7, 32])('with %i readers at most', async (readers) => {
    const { ids, together } = await read(crowds, { readers })
    expect(sorted(ids)).toEqual(crowds)
    // The survey makes two calls at the same time as the first reader.
    expect(together).toBeLessThanOrEqual(readers === 1 ? 1 : readers + 2)
  })

  it.each([1, 16])('a record that is listed again is harmless to %i readers', async (readers) => {
    const { ids } = await read(crowds, { readers, repeated: [52n, 1_999n] })
    expect([...new Set(sorted(ids))]).toEqual(crowds)
    expect(ids.length).toBeGreaterThan(crowds.length)
  })

  it('really does', async () => {
    expect((await read(evenly(20_000, 1_000n, 17n))).together).toBeGreaterThan(3)
  })

  it('costs few more calls than one cursor', async () => {
    const even = evenly(20_000, 1_000n, 17n)
    expect((await read(even)).portal.lists).toBeLessThan(1.06 * 200)
    const pages = Math.ceil(crowds.length / 100)
    expect((await read(crowds)).portal.lists).toBeLessThan(1.4 * pages)
  })

  it('asks nothing besides when one cursor is enough', async () => {
    expect((await read(evenly(300, 1n, 2n))).portal.lists).toBe(3)
  })

  it('reads wide records by list and batch', async () => {
    expect(sorted((await read(crowds, { request: wide })).ids)).toEqual(crowds)
  })

  it('any ids', async () => {
    const ids = fc
      .array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.constantFrom(1, 2, 1_000, 10 ** 9)), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => {
        let last = 0n
        return parts.flatMap(([count, step]) => {
          const part = evenly(count, last + BigInt(step), BigInt(step))
          last = part.at(-1) ?? last
          return part
        })
      })
    await fc.assert(
      fc.asyncProperty(ids, async (given) => {
        expect(sorted((await read(given)).ids)).toEqual(given)
      }),
      { numRuns: 20 },
    )
  })
})

describe('a search that does not help', () => {
  it.each<NonNullable<IdPortalOptions['search']>>(['refuses', 'trails'])(
    '%s: every record once',
    async (search) => {
      const reading = await read(crowds, { search })
      expect(sorted(reading.ids)).toEqual(crowds)
      expect(reading.together).toBeGreaterThan(1)
    },
  )
})

describe('a cursor that is something else', () => {
  it.each<NonNullable<IdPortalOptions['cursor']>>(['last id', 'offset', 'opaque'])(
    '%s: is followed, one page at a time',
    async (cursor) => {
      const reading = await read(evenly(2_000, 1_000n, 17n), { cursor })
      expect(reading.ids).toEqual(evenly(2_000, 1_000n, 17n))
      expect(reading.together).toBeLessThanOrEqual(3)
    },
  )
})
