import { alignColumns } from '../runtime/words/align-columns.ts'

/** Wider cells are cut, so that a table of a few columns fits into 80. */
const CELL_CHARACTERS = 28

/** Rows as aligned text for a terminal: a header, then one line per row. Numbers are aligned to the right. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [first] = rows
  if (first === undefined) return '(no rows)'
  const names = Object.keys(first)
  const cells = [names, ...rows.map((row) => names.map((name) => formatCell(row[name])))]
  const numeric = names.map((name) => rows.every((row) => isNumeric(row[name])))
  return alignColumns(cells, (column) => numeric[column] === true).join('\n')
}

function formatCell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text =
    value instanceof Date ? value.toISOString().slice(0, 16).replace('T', ' ') : String(value)
  const shown = text.replaceAll(/\s+/g, ' ')
  return shown.length <= CELL_CHARACTERS ? shown : `${shown.slice(0, CELL_CHARACTERS - 1)}…`
}

function isNumeric(value: unknown): boolean {
  return value === null || /^-?[\d.,]+$/.test(String(value))
}
