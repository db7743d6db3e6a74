/**
 * Hands items from several makers to one taker and holds few: a maker waits until there is room. An
 * end or a failure is seen by the taker after the items that were put before it.
 */
export interface BoundedQueue<T> {
  /** True while nothing is there for the taker. */
  readonly empty: boolean
  /** True from the end, the failure or the taker's leaving on: what is put now is thrown away. */
  readonly closed: boolean
  /** Resolves when the item is in, or when nobody wants it any more. */
  put(item: T): Promise<void>
  end(): void
  /** Only the first failure counts, and none after the end. */
  fail(error: unknown): void
  /** For one taker; leaving early closes the queue. */
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

/** Everyone who waits for the next change is woken by it. */
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
