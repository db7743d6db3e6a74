/** Maps items, at most `atOnce` of them at a time, and gives the results in the order of the items. */
export async function* mapInOrder<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  map: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const results: Promise<Result>[] = []
  for (const [index, item] of items.entries()) {
    // Each item waits for the one that had its place before.
    const before = results[index - atOnce] ?? Promise.resolve()
    const result = before.then(
      () => map(item),
      () => map(item),
    )
    // The loop below gives the failure to the caller.
    result.catch(() => {})
    results.push(result)
  }
  for (const result of results) yield await result
}
