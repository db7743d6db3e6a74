/** A sorted list with binary search. */
export class SortedList<Item> {
  readonly #items: Item[] = []
  readonly #compare: (left: Item, right: Item) => number

  constructor(compare: (left: Item, right: Item) => number) {
    this.#compare = compare
  }

  get length(): number {
    return this.#items.length
  }

  add(item: Item): void {
    this.#items.splice(
      this.placeOf((other) => this.#compare(other, item)),
      0,
      item,
    )
  }

  /** Removes an item that compares equal, if there is one. */
  remove(item: Item): void {
    const place = this.placeOf((other) => this.#compare(other, item))
    const found = this.#items[place]
    if (found !== undefined && this.#compare(found, item) === 0) {
      this.#items.splice(place, 1)
    }
  }

  at(place: number): Item | undefined {
    return this.#items[place]
  }

  /** The first index whose item does not come before the wanted one; `order` is negative for items that do. */
  placeOf(order: (item: Item) => number): number {
    let [low, high] = [0, this.#items.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      const item = this.#items[middle]
      if (item !== undefined && order(item) < 0) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
