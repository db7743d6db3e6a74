/** An item with its place in a list, for names in SQL, and its trailing comma. */
export type Numbered<Item> = Item & {
  readonly number: number
  /** Empty for the last item. */
  readonly separator: string
}

/** Numbers the items of an SQL list, because templates cannot count. */
export function numberAll<Item extends object>(items: readonly Item[]): readonly Numbered<Item>[] {
  return items.map((item, number) => ({
    ...item,
    number,
    separator: number === items.length - 1 ? '' : ',',
  }))
}
