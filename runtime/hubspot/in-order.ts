/**
 * What `work` makes of each item, in the order of the items, with up to `most` of them under way at a time:
 * what is finished early waits for its turn. The first one is alone, so that a refusal of all of them is
 * met once. Leaving early closes the source.
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
    // Its failure is reported when its turn comes, which may be later.
    result.catch(() => {})
    underWay.push(result)
    const first = underWay.length >= room ? underWay.shift() : undefined
    if (first === undefined) continue
    yield await first
    room = most
  }
  for (const result of underWay) yield await result
}
