/**
 * The same items in the same order, with the next one already being made while the caller works on
 * this one; never more than one ahead. Leaving early closes the source.
 */
export async function* prefetch<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]()
  let next = items.next()
  try {
    for (;;) {
      const item = await next
      if (item.done === true) return
      next = items.next()
      // Its failure is reported when it is asked for, which may be after the caller is done with this one.
      next.catch(() => {})
      yield item.value
    }
  } finally {
    await items.return?.()
  }
}
