export interface ListChanges<Item> {
  readonly added: readonly Item[]
  readonly removed: readonly Item[]
  /** Items with the same key in both lists that differ. */
  readonly changed: readonly { readonly before: Item; readonly after: Item }[]
  /** The items are the same, but in another order. */
  readonly rearranged: boolean
}

/** Items are plain data; if a key occurs several times, items are compared in order. */
export function compareLists<Item>(
  before: readonly Item[],
  after: readonly Item[],
  keyOf: (item: Item) => string,
): ListChanges<Item> {
  const earlier = byKey(before, keyOf)
  const now = byKey(after, keyOf)
  const added = [...now].filter(([key]) => !earlier.has(key)).map(([, item]) => item)
  const removed = [...earlier].filter(([key]) => !now.has(key)).map(([, item]) => item)
  const changed = [...now].flatMap(([key, item]) => {
    const old = earlier.get(key)
    return old === undefined || isSame(old, item) ? [] : [{ before: old, after: item }]
  })
  const differs = added.length + removed.length + changed.length > 0
  return {
    added,
    removed,
    changed,
    rearranged: !differs && !isSame([...earlier.keys()], [...now.keys()]),
  }
}

/** Compares plain data by its JSON; the order of keys counts. */
export function isSame(left: unknown, right: unknown): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right)
}

function byKey<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item> {
  const seen = new Map<string, number>()
  return new Map(
    items.map((item) => {
      const key = keyOf(item)
      const earlier = seen.get(key) ?? 0
      seen.set(key, earlier + 1)
      return [`${key}\0${earlier}`, item]
    }),
  )
}
