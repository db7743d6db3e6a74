import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exactDecimal } from '../../simulator/population/exact-decimal.ts'
import { Identity } from '../../simulator/population/identity.ts'
import { isoDay, isoInstant } from '../../simulator/population/instant.ts'
import { Permutation } from '../../simulator/population/permutation.ts'
import { Timeline } from '../../simulator/population/timeline.ts'

const size = fc.integer({ min: 1, max: 3_000_000 })
const salt = fc.nat({ max: 0xffff_ffff })

describe('the arithmetic behind computed records', () => {
  test('a permutation goes there and back', () => {
    fc.assert(
      fc.property(size, salt, fc.nat(), (count, seed, any) => {
        const permutation = new Permutation(count, seed)
        const position = any % count
        const image = permutation.forward(position)
        expect(image).toBeGreaterThanOrEqual(0)
        expect(image).toBeLessThan(count)
        expect(permutation.backward(image)).toBe(position)
      }),
    )
  })

  test('a permutation reaches every place once', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), salt, (count, seed) => {
        const permutation = new Permutation(count, seed)
        const images = Array.from({ length: count }, (_, at) => permutation.forward(at))
        expect(new Set(images).size).toBe(count)
      }),
    )
  })

  test('ids ascend with the index, have one to thirteen digits, and lead back to it', () => {
    fc.assert(
      fc.property(size, salt, fc.nat(), (count, seed, any) => {
        const identity = new Identity(count, seed)
        const index = any % count
        const id = identity.id(index)
        expect(String(id)).toMatch(/^[1-9]\d{0,12}$/)
        expect(identity.index(id)).toBe(index)
        expect(identity.index(id + 1)).toBeUndefined()
        // Merged-away ids lie up to 5 below, created ones 7 above.
        expect(id).toBeGreaterThan(5)
        expect(identity.id(index + 1)).toBeGreaterThan(id + 12)
        expect([-5, -3, 7].map((away) => identity.slot(id + away))).toEqual([index, index, index])
        expect(identity.firstIndexFrom(id)).toBe(index)
        expect(identity.firstIndexFrom(id + 1)).toBe(index + 1)
        expect(identity.firstIndexFrom(0)).toBe(0)
        expect(identity.firstIndexFrom(Number.MAX_SAFE_INTEGER)).toBe(count)
      }),
    )
  })

  test('ids of a small population differ in length; those of a large one have every length', () => {
    const lengths = (count: number) => {
      const identity = new Identity(count, 7)
      return new Set(Array.from({ length: count }, (_, at) => String(identity.id(at)).length))
    }
    expect(lengths(20).size).toBeGreaterThan(8)
    expect(lengths(1_500).size).toBe(13)
    expect(String(new Identity(0, 7).id(1))).toHaveLength(13)
  })

  test('stamps never fall as ranks rise, and lead back to the first rank that has them', () => {
    fc.assert(
      fc.property(size, salt, fc.nat(), (count, seed, any) => {
        const timeline = new Timeline(count, seed)
        const rank = any % count
        const ms = timeline.modifiedMs(rank)
        expect(timeline.indexOfRank(timeline.rankOfIndex(rank))).toBe(rank)
        if (rank > 0) {
          expect(timeline.modifiedMs(rank - 1)).toBeLessThanOrEqual(ms)
        }
        const first = timeline.firstRankFrom(ms)
        expect(first).toBeLessThanOrEqual(rank)
        expect(timeline.modifiedMs(first)).toBe(ms)
        if (first > 0) {
          expect(timeline.modifiedMs(first - 1)).toBeLessThan(ms)
        }
        expect(timeline.createdMs(rank, ms)).toBeLessThanOrEqual(ms)
      }),
    )
  })

  test('in a million records one millisecond is shared by more than ten thousand', () => {
    const timeline = new Timeline(1_000_000, 7)
    const crowded = timeline.modifiedMs(425_000)
    const shared = timeline.firstRankFrom(crowded + 1) - timeline.firstRankFrom(crowded)
    expect(shared).toBeGreaterThan(10_000)
  })

  test('an instant reads as Date writes it, without a fraction on the full second', () => {
    const ms = fc.integer({ min: 0, max: 4_000_000_000_000 })
    fc.assert(
      fc.property(ms, (at) => {
        expect(isoInstant(at)).toBe(new Date(at).toISOString().replace('.000Z', 'Z'))
        expect(isoDay(at)).toBe(new Date(at).toISOString().slice(0, 10))
      }),
    )
  })

  test('an exact decimal reads back as the same double', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e15, noNaN: true }), (value) => {
        expect(Number(exactDecimal(value))).toBe(value)
      }),
    )
    expect(exactDecimal(0.4)).toBe('0.40000000000000002220446049250313080847263336181640625')
  })
})
