/** `0001_deals_create_5f1c22ab.sql` → `0001_deals_create.sql`: without what follows from the text. */
export function withoutMark(name: string): string {
  return name.replace(/_[0-9a-f]{8}\.sql$/, '.sql')
}

/** Of these names or paths the one that is this without its mark; fails where there is none. */
export function markedName(names: Iterable<string>, plain: string): string {
  const found = [...names].find((name) => withoutMark(name) === plain)
  if (found === undefined) throw new Error(`there is no migration \`${plain}\``)
  return found
}

/** Text of a rendered migration, by its path without the mark. */
export function migrationText(files: ReadonlyMap<string, string>, plain: string): string {
  return files.get(markedName(files.keys(), plain)) ?? ''
}
