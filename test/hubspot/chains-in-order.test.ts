import { expect, it } from 'vitest'
import { chainsInOrder } from '../../runtime/hubspot/concurrency/chains-in-order.ts'

async function* numbers(count: number): AsyncGenerator<number> {
  for (let item = 0; item < count; item += 1) yield item
}

/** A chain whose items come the later the sooner it is read. */
async function* slow(chain: number, items = 3): AsyncGenerator<string> {
  for (let item = 0; item < items; item += 1) {
    for (let turn = 0; turn < 40 - chain; turn += 1) await Promise.resolve()
    yield `${chain}.${item}`
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

it('keeps the order of chains and of their items, whatever is read first', async () => {
  const all = await collect(chainsInOrder(numbers(10), { most: () => 4, open: (at) => slow(at) }))
  expect(all).toEqual(
    Array.from({ length: 10 }, (_, chain) => [0, 1, 2].map((item) => `${chain}.${item}`)).flat(),
  )
})

it('reads no more chains than permitted, and holds two items of each', async () => {
  let [begun, most, taken] = [0, 0, 0]
  async function* open(): AsyncGenerator<number> {
    begun += 1
    most = Math.max(most, begun - Math.floor(taken / 5))
    for (let item = 0; item < 5; item += 1) yield item
  }
  for await (const _ of chainsInOrder(numbers(1_000), { most: () => 8, open })) taken += 1
  expect(taken).toBe(5_000)
  expect(most).toBeLessThanOrEqual(9)
})

it('begins the others once more are permitted, in the middle of the first one', async () => {
  const begun: number[] = []
  let permitted = 1
  const open = (chain: number) => {
    begun.push(chain)
    return slow(chain)
  }
  for await (const item of chainsInOrder(numbers(4), { most: () => permitted, open })) {
    if (item === '0.0') {
      expect(begun).toEqual([0])
      permitted = 3
    }
    if (item === '0.1') expect(begun).toEqual([0, 1, 2])
  }
  expect(begun).toEqual([0, 1, 2, 3])
})

it('reports a failure after the items before it, although a later chain failed earlier', async () => {
  async function* open(chain: number): AsyncGenerator<string> {
    if (chain === 2) throw new Error('too early')
    yield* slow(chain)
    if (chain === 1) throw new Error('in turn')
  }
  const seen: string[] = []
  const reading = async () => {
    for await (const item of chainsInOrder(numbers(5), { most: () => 5, open })) seen.push(item)
  }
  await expect(reading()).rejects.toThrow('in turn')
  expect(seen).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1', '1.2'])
})

it('leaving early ends all chains and the source', async () => {
  const ended: string[] = []
  async function* sources(): AsyncGenerator<number> {
    try {
      yield* numbers(100)
    } finally {
      ended.push('source')
    }
  }
  async function* open(chain: number): AsyncGenerator<number> {
    try {
      for (let item = 0; ; item += 1) yield item
    } finally {
      ended.push(`chain ${chain}`)
    }
  }
  for await (const _ of chainsInOrder(sources(), { most: () => 3, open })) break
  await expect.poll(() => ended.toSorted()).toEqual(['chain 0', 'chain 1', 'chain 2', 'source'])
})
