import { describe, expect, it } from 'vitest'
import { inOrder } from '../../runtime/hubspot/concurrency/in-order.ts'

async function* numbers(count: number, onPull: (item: number) => void = () => {}) {
  for (let item = 0; item < count; item += 1) {
    onPull(item)
    yield item
  }
}

/** Completes later items sooner. */
async function later(item: number): Promise<number> {
  for (let turn = 0; turn < 20 - item; turn += 1) await Promise.resolve()
  return item * 10
}

describe('work side by side, results in order', () => {
  it('keeps the order whatever finishes first', async () => {
    const results: number[] = []
    for await (const result of inOrder(numbers(10), 4, later)) results.push(result)
    expect(results).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90])
  })

  it('holds no more items than its limit: a hundred thousand items cost the same as ten', async () => {
    let pulled = 0
    let taken = 0
    let most = 0
    const source = numbers(100_000, () => {
      pulled += 1
      most = Math.max(most, pulled - taken)
    })
    for await (const _ of inOrder(source, 8, async (item) => item)) taken += 1
    expect(taken).toBe(100_000)
    expect(most).toBe(8)
  })

  it('does the first one alone, so that a refusal of all of them is met once', async () => {
    let calls = 0
    const refuse = async () => {
      calls += 1
      throw new Error('no scope')
    }
    const reading = async () => {
      for await (const _ of inOrder(numbers(10), 4, refuse));
    }
    await expect(reading()).rejects.toThrow('no scope')
    expect(calls).toBe(1)
  })

  it('gives what was done before a failure, then the failure, and closes its source', async () => {
    let closed = false
    async function* source() {
      try {
        yield* numbers(10)
      } finally {
        closed = true
      }
    }
    const results: number[] = []
    const reading = async () => {
      const work = async (item: number) => {
        if (item === 4) throw new Error('four')
        return item
      }
      for await (const result of inOrder(source(), 3, work)) results.push(result)
    }
    await expect(reading()).rejects.toThrow('four')
    expect(results).toEqual([0, 1, 2, 3])
    expect(closed).toBe(true)
  })
})
