/**
 * Passes items from several producers to one consumer and holds only a few: producers wait until there is
 * room. The consumer sees an end or a failure after the items that were put before it.
 */
export interface BoundedQueue<T> {
  /** True while no item is available. */
  readonly empty: boolean
  /** True after the end, after a failure, or after the consumer has left; further items are discarded. */
  readonly closed: boolean
  /** Resolves when the item is in the queue, or when the queue is closed. */
  put(item: T): Promise<void>
  end(): void
  /** Only the first failure counts; ignored after the end. */
  fail(error: unknown): void
  /** For a single consumer; leaving early closes the queue. */
  items(): AsyncGenerator<T>
}

export function createBoundedQueue<T>(capacity: number): BoundedQueue<T> {
  const items: T[] = []
  let failure: { readonly error: unknown } | null = null
  let closed = false
  const changes = createSignal()
  const close = () => {
    closed = true
    changes.wakeAll()
  }
  return {
    get empty() {
      return items.length === 0
    },
    get closed() {
      return closed
    },
    async put(item) {
      while (!closed && items.length >= capacity) await changes.next()
      if (closed) return
      items.push(item)
      changes.wakeAll()
    },
    end: close,
    fail(error) {
      if (closed) return
      failure = { error }
      close()
    },
    async *items() {
      try {
        for (;;) {
          const item = items.shift()
          if (item !== undefined) {
            changes.wakeAll()
            yield item
          } else if (closed) {
            break
          } else {
            await changes.next()
          }
        }
        if (failure !== null) throw failure.error
      } finally {
        close()
      }
    },
  }
}

/** A signal that wakes everyone who waits for the next change. */
function createSignal() {
  let { promise, resolve } = Promise.withResolvers<void>()
  return {
    next: () => promise,
    wakeAll() {
      resolve()
      ;({ promise, resolve } = Promise.withResolvers<void>())
    },
  }
}
