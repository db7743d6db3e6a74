import { type BoundedQueue, createBoundedQueue } from './bounded-queue.ts'

export interface ChainsOptions<Source, Item> {
  /** How many chains are read at the same time; asked again before each one begins. */
  most(): number
  open(source: Source): AsyncIterable<Item>
}

/** Items of a chain that wait for their turn, in addition to the one that its reader holds. */
const waiting = 1

/**
 * Yields the items of each source's chain, one chain after another, as if they were read in turn; the next chains
 * are read ahead. A failure comes after the items before it. Leaving early ends all chains.
 */
export async function* chainsInOrder<Source, Item>(
  sources: AsyncIterable<Source>,
  { most, open }: ChainsOptions<Source, Item>,
): AsyncGenerator<Item> {
  const left = sources[Symbol.asyncIterator]()
  const chains: BoundedQueue<Item>[] = []
  let isOver = false
  const begin = async () => {
    while (!isOver && chains.length < most()) {
      const next = await left.next()
      if (next.done === true) isOver = true
      else chains.push(readAhead(open(next.value)))
    }
  }
  try {
    await begin()
    for (let chain = chains[0]; chain !== undefined; chain = chains[0]) {
      for await (const item of chain.items()) {
        await begin()
        yield item
      }
      chains.shift()
      await begin()
    }
  } finally {
    for (const chain of chains) chain.end()
    await left.return?.()
  }
}

function readAhead<Item>(items: AsyncIterable<Item>): BoundedQueue<Item> {
  const queue = createBoundedQueue<Item>(waiting)
  const read = async () => {
    for await (const item of items) {
      await queue.put(item)
      if (queue.closed) return
    }
    queue.end()
  }
  // A failure is reported when its turn comes.
  read().catch(queue.fail)
  return queue
}
