import { stripVTControlCharacters } from 'node:util'

/**
 * Breaks lines that are longer than `columns` between words. Commands in backticks stay whole if they fit on
 * a line; a longer word is left to the terminal. The rest of a line continues below the start of its text:
 * after a label such as `fix:`, or below the last column of a table.
 */
export function wrapLines(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns))
    .join('\n')
}

function wrapLine(line: string, columns: number): string[] {
  if (widthOf(line) <= columns) return [line]
  const indent = ' '.repeat(textStart(stripVTControlCharacters(line), columns))
  const lines: string[] = []
  let current = ''
  for (const [, gap = '', word = ''] of line.matchAll(words)) {
    for (const part of partsOf(word, columns - leastIndent.length)) {
      const space = part.isFirst ? gap : ' '
      const isBlank = stripVTControlCharacters(current).trim() === ''
      if (!isBlank && widthOf(current + space + part.text) > columns) {
        lines.push(current)
        const fits = indent.length + widthOf(part.text) <= columns
        current = (fits ? indent : leastIndent) + part.text
      } else {
        current += space + part.text
      }
    }
  }
  return [...lines, current]
}

/** For words that are too long for the space below the text. */
const leastIndent = '  '

/** Blanks, then a word: text without blanks, in which text in backticks counts as one letter. */
const words = /( *)((?:`[^`]*`|[^ `]|`)+)/g

/** A command in backticks that is longer than a line is broken between its words after all. */
function partsOf(
  word: string,
  columns: number,
): { readonly text: string; readonly isFirst: boolean }[] {
  const texts = widthOf(word) <= columns ? [word] : word.split(' ')
  return texts.map((text, index) => ({ text, isFirst: index === 0 }))
}

function textStart(line: string, columns: number): number {
  const label = /^ *(?:fix|next|note): +/.exec(line)
  if (label !== null) return label[0].length
  const start = [...line.matchAll(/\S {2,}(?=\S)/g)]
    .map(({ index, 0: { length } }) => index + length)
    .filter((end) => end <= columns / 2)
    .at(-1)
  return start ?? Math.min(line.search(/\S/) + 2, columns / 2)
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length
}
