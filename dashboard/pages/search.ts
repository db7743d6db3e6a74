/** Whether a text in lower case contains every word of a search, in any order; an empty search matches all. */
export function matchesSearch(text: string, search: string): boolean {
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}
