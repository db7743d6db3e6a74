import { stripVTControlCharacters } from 'node:util'
import { expect } from 'vitest'
import { wrapLines } from '../../runtime/terminal/wrap-lines.ts'

/**
 * The lines of a text on a terminal of this width, without colours. Fails if a line is wider, unless it is a
 * single word, and if a word is broken or lost.
 */
export function linesOnTerminal(text: string, columns: number): string[] {
  const lines = stripVTControlCharacters(wrapLines(text, columns)).split('\n')
  const wide = lines.filter((line) => line.length > columns && line.trim().includes(' '))
  expect(wide).toEqual([])
  expect(wordsOf(lines.join(' '))).toEqual(wordsOf(stripVTControlCharacters(text)))
  return lines
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
