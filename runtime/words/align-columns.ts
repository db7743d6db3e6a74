/**
 * Formats lines of cells: each column is as wide as its widest cell, two blanks apart. Columns for which
 * `standsRight` is true, such as numbers, are right-aligned.
 */
export function alignColumns(
  lines: readonly (readonly string[])[],
  standsRight: (column: number) => boolean,
): string[] {
  const widths: number[] = []
  for (const line of lines) {
    for (const [column, { length }] of line.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, length)
    }
  }
  return lines.map((line) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return standsRight(column) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}
