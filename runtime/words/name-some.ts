/** Names listed in a sentence; the rest is counted. */
const mostNamed = 3

/** The first names, and the number of others: `amount, day, name and 5 more`. */
export function listSome(names: readonly string[]): string {
  const named = names.slice(0, mostNamed)
  const more = names.length - named.length
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ')
}

/** The same, with each name in backticks. */
export function nameSome(names: readonly string[]): string {
  return listSome(names.map((name) => `\`${name}\``))
}
