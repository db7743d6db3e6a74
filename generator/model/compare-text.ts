/**
 * Orders text by UTF-16 code unit: the same on every machine and locale, unlike `localeCompare`, so
 * that committed files do not change with whoever writes them.
 */
export function compareText(left: string, right: string): number {
  if (left < right) return -1
  return left > right ? 1 : 0
}
