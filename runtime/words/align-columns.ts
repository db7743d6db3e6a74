/**
 * Lines of cells, each column as wide as its widest cell and two blanks apart. Columns that
 * `standsRight` names, numbers above all, stand to the right.
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
