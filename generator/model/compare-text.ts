/**
 * Orders text by UTF-16 code unit: unlike `localeCompare` it gives the same order on every machine, so that
 * committed files do not depend on who writes them.
 */
export function compareText(left: string, right: string): number {
  if (left < right) return -1
  return left > right ? 1 : 0
}
