/**
 * The candidate that a person most likely meant: at most `edits` edits, and a third of the letters. Null
 * if there is none; the first one wins among equally near ones.
 */
export function nearestName(
  typed: string,
  candidates: readonly string[],
  edits = 2,
): string | null {
  let nearest: string | null = null
  let least = Math.min(edits, Math.max(1, Math.floor(typed.length / 3))) + 1
  for (const candidate of candidates) {
    const distance = editDistance(typed.toLowerCase(), candidate.toLowerCase())
    if (distance < least) {
      least = distance
      nearest = candidate
    }
  }
  return nearest
}

/**
 * The number of insertions, deletions, replacements and swaps of neighbours that turn one text into the
 * other.
 */
function editDistance(left: string, right: string): number {
  const columns = right.length + 1
  const cells = new Array<number>((left.length + 1) * columns).fill(0)
  const cell = (row: number, column: number): number => cells[row * columns + column] ?? 0
  for (let row = 0; row <= left.length; row++) {
    for (let column = 0; column <= right.length; column++) {
      cells[row * columns + column] = leastEdits(left, right, row, column, cell)
    }
  }
  return cell(left.length, right.length)
}

function leastEdits(
  left: string,
  right: string,
  row: number,
  column: number,
  cell: (row: number, column: number) => number,
): number {
  if (row === 0) return column
  if (column === 0) return row
  const same = left[row - 1] === right[column - 1]
  const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1]
  return Math.min(
    cell(row - 1, column) + 1,
    cell(row, column - 1) + 1,
    cell(row - 1, column - 1) + (same ? 0 : 1),
    row > 1 && column > 1 && swapped ? cell(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
  )
}
