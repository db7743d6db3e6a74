/** With its place in a list, for names in SQL, and the comma behind it. */
export type Numbered<Item> = Item & {
  readonly number: number
  /** Empty behind the last one. */
  readonly separator: string
}

/** For templates, which cannot count: items of an SQL list. */
export function numberAll<Item extends object>(items: readonly Item[]): readonly Numbered<Item>[] {
  return items.map((item, number) => ({
    ...item,
    number,
    separator: number === items.length - 1 ? '' : ',',
  }))
}
