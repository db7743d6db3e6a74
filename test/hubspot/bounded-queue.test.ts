import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type BoundedQueue,
  createBoundedQueue,
} from '../../runtime/hubspot/concurrency/bounded-queue.ts'

/** Lets everything happen that does not wait for something outside the process. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

async function takeAll<T>(queue: BoundedQueue<T>): Promise<T[]> {
  const taken: T[] = []
  for await (const item of queue.items()) taken.push(item)
  return taken
}

describe('a bounded queue', () => {
  it('hands on everything once, and each maker in its order', async () => {
    const makers = fc.array(fc.nat(20), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(makers, fc.integer({ min: 1, max: 5 }), async (counts, capacity) => {
        const queue = createBoundedQueue<string>(capacity)
        const made = counts.map(async (count, maker) => {
          for (let item = 0; item < count; item++) await queue.put(`${maker} ${item}`)
        })
        void Promise.all(made).then(() => queue.end())
        const taken = await takeAll(queue)
        for (const [maker, count] of counts.entries()) {
          expect(taken.filter((item) => item.startsWith(`${maker} `))).toEqual(
            Array.from({ length: count }, (_, item) => `${maker} ${item}`),
          )
        }
        expect(taken).toHaveLength(counts.reduce((sum, count) => sum + count, 0))
      }),
    )
  })

  it('makes makers wait while it is full', async () => {
    const queue = createBoundedQueue<number>(2)
    let put = 0
    const maker = async () => {
      for (let item = 0; item < 10; item++) {
        await queue.put(item)
        put++
      }
    }
    void maker()
    await settle()
    expect(put).toBe(2)
    const items = queue.items()
    await items.next()
    await settle()
    expect(put).toBe(3)
    expect(queue.empty).toBe(false)
  })

  it('gives what was put before a failure, then fails with the first one', async () => {
    const queue = createBoundedQueue<number>(5)
    await queue.put(1)
    await queue.put(2)
    queue.fail(new Error('first'))
    queue.fail(new Error('second'))
    const taken: number[] = []
    const taking = async () => {
      for await (const item of queue.items()) taken.push(item)
    }
    await expect(taking()).rejects.toThrow('first')
    expect(taken).toEqual([1, 2])
  })

  it('knows no failure after its end', async () => {
    const queue = createBoundedQueue<number>(5)
    await queue.put(1)
    queue.end()
    queue.fail(new Error('late'))
    expect(await takeAll(queue)).toEqual([1])
  })

  it('lets makers go when the taker leaves', async () => {
    const queue = createBoundedQueue<number>(1)
    await queue.put(1)
    const waiting = queue.put(2)
    for await (const item of queue.items()) {
      expect(item).toBe(1)
      break
    }
    await waiting
    expect(queue.closed).toBe(true)
    await queue.put(3)
    expect(await takeAll(queue)).not.toContain(3)
  })
})
