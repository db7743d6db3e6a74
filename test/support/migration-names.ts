/** `0001_deals_create_5f1c22ab.sql` → `0001_deals_create.sql`: without the hash of the text. */
export function withoutMark(name: string): string {
  return name.replace(/_[0-9a-f]{8}\.sql$/, '.sql')
}

/** The one of these names or paths that equals this without its hash; fails if there is none. */
export function markedName(names: Iterable<string>, plain: string): string {
  const found = [...names].find((name) => withoutMark(name) === plain)
  if (found === undefined) throw new Error(`there is no migration \`${plain}\``)
  return found
}

/** Text of a rendered migration, by its path without the hash. */
export function migrationText(files: ReadonlyMap<string, string>, plain: string): string {
  return files.get(markedName(files.keys(), plain)) ?? ''
}
