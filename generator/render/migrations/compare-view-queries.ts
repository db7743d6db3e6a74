/** What makes one query of a view into another. */
export type ViewChange =
  | { readonly kind: 'none' }
  /** In place: its columns stay, new ones follow them. */
  | { readonly kind: 'replaced'; readonly query: string }
  /** Dropped and made again, which Postgres refuses while somebody's own view reads it. */
  | { readonly kind: 'anew'; readonly query: string }

/**
 * Postgres replaces a view in place only when its columns stay and new ones follow, so columns keep the
 * order in which they came. Both queries have a line for each column between `SELECT` and `FROM`.
 */
export function compareViewQueries(before: string, after: string): ViewChange {
  const [old, wanted] = [splitQuery(before), splitQuery(after)]
  const known = new Set(old.columns)
  const added = wanted.columns.filter((column) => !known.has(column))
  const stays = new Set(wanted.columns)
  if (old.columns.some((column) => !stays.has(column))) return { kind: 'anew', query: after }
  if (added.length === 0 && old.source === wanted.source) return { kind: 'none' }
  const columns = [...old.columns, ...added].map((column) => `  ${column}`)
  return { kind: 'replaced', query: `SELECT\n${columns.join(',\n')}\n${wanted.source}` }
}

function splitQuery(query: string): { columns: readonly string[]; source: string } {
  const lines = query.split('\n')
  const from = lines.findIndex((line) => line.startsWith('FROM '))
  return {
    columns: lines.slice(1, from).map((line) => line.trim().replace(/,$/, '')),
    source: lines.slice(from).join('\n'),
  }
}
