/**
 * Yields the same items in the same order and requests the next one while the caller works on the current
 * one; never more than one ahead. Leaving early closes the source.
 */
export async function* prefetch<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]()
  let next = items.next()
  try {
    for (;;) {
      const item = await next
      if (item.done === true) return
      next = items.next()
      // A failure is reported when the item is requested, which may be later.
      next.catch(() => {})
      yield item.value
    }
  } finally {
    await items.return?.()
  }
}
