/** Named in a sentence; the rest is counted. */
const mostNamed = 3

/** The first names in code marks, and how many more there are: `` `amount`, `day` and 5 more ``. */
export function nameSome(names: readonly string[]): string {
  const named = names.slice(0, mostNamed).map((name) => `\`${name}\``)
  const more = names.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}
