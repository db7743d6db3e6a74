import { visibleText } from './escape-text.ts'

/** Maximum width of lines in plain-text reports. */
export const REPORT_COLUMNS = 100

/**
 * Rows of cells as lines of a report. Columns are as wide as their widest cell, but no wider than `limits`;
 * the last one gets the remaining width and is cut with `…`. Numbers are aligned to the right.
 */
export function alignRows(
  rows: readonly (readonly (string | number)[])[],
  limits: readonly number[],
): string[] {
  const cells = rows.map((row) => row.map((cell) => visibleText(String(cell))))
  const widths = limits.map((limit, column) =>
    Math.min(limit, Math.max(0, ...cells.map((row) => characters(row[column] ?? '').length))),
  )
  return rows.map((row, index) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        const text = cut(cells[index]?.[column] ?? '', width)
        const space = ' '.repeat(width - characters(text).length)
        return typeof cell === 'number' ? space + text : text + space
      })
      .join('  ')
      .trimEnd(),
  )
}

/** Wraps words over as many lines as needed; breaks a word that is longer than a line. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of visibleText(text)
    .split(' ')
    .flatMap((one) => pieces(one, width))) {
    if (line !== '' && characters(`${line} ${word}`).length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}

/** As many of the words as fit on one line, then `, …` if there are more. */
export function fitWords(words: readonly string[], width: number): string {
  const all = words.join(', ')
  if (all.length <= width) return all
  let line = ''
  for (const word of words) {
    const longer = line === '' ? word : `${line}, ${word}`
    if (characters(longer).length + ', …'.length > width) break
    line = longer
  }
  return line === '' ? cut(all, width) : `${line}, …`
}

/** As people count characters: an emoji is one, not the two units of its text. */
function characters(text: string): string[] {
  return [...text]
}

function cut(text: string, width: number): string {
  const all = characters(text)
  return all.length <= width ? text : `${all.slice(0, width - 1).join('')}…`
}

function pieces(word: string, width: number): string[] {
  const all = characters(word)
  const parts: string[] = []
  for (let start = 0; start < all.length; start += width) {
    parts.push(all.slice(start, start + width).join(''))
  }
  return parts
}

/** Breaks one line at its spaces so that none is longer than `width`, unless a single word is. */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line]
}
