/**
 * Applies `work` to each item, up to `most` at a time, and yields the results in item order. The first item
 * runs alone, so that a refusal that concerns all of them occurs once. Leaving early closes the source.
 */
export async function* inOrder<T, R>(
  source: AsyncIterable<T>,
  most: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  let room = 1
  for await (const item of source) {
    const result = work(item)
    // A failure is reported when its turn comes, which may be later.
    result.catch(() => {})
    underWay.push(result)
    const first = underWay.length >= room ? underWay.shift() : undefined
    if (first === undefined) continue
    yield await first
    room = most
  }
  for (const result of underWay) yield await result
}
