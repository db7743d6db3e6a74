import { describe, expect, it } from 'vitest'
import {
  commentsOf,
  findHabits,
  paragraphsOf,
  readDocumentPassages,
  readSourcePassages,
  stringsOf,
} from './plain-english.ts'

describe('the style of CONTRIBUTING.md', () => {
  it('holds in documents, templates and workflows', () => {
    const passages = readDocumentPassages()
    expect(passages.length).toBeGreaterThan(500)
    expect(passages.flatMap(findHabits)).toEqual([])
  })

  it('holds in comments, messages and names of tests', () => {
    const passages = readSourcePassages()
    expect(passages.length).toBeGreaterThan(5_000)
    expect(passages.flatMap(findHabits)).toEqual([])
  })

  it.each([
    ['What a run has read.', 'The properties that a run has read.'],
    ['Ends. Who may only read has looked.', 'Ends. A read-only role may look.'],
    ['An error that is told once.', 'An error that is reported once.'],
    ['The table beside it.', 'Its companion table.'],
    ['It makes one call an entity.', 'It makes one call per entity.'],
    ['It would else fail.', 'It would otherwise fail; anything else is a bug.'],
    ['The run goes on.', 'The run continues.'],
    ['Holds the data against the bounds.', 'Checks the data against the thresholds.'],
    ['Mends it for good.', 'Repairs it permanently.'],
  ])('rejects "%s" and accepts "%s"', (today, better) => {
    expect(findHabits({ place: 'a.ts:1', text: today })).not.toEqual([])
    expect(findHabits({ place: 'a.ts:1', text: better })).toEqual([])
  })

  it('accepts questions, code and quotations', () => {
    const text = 'What is it? `told` and "anew" are words, `else` is a keyword.'
    expect(findHabits({ place: 'a.ts:1', text })).toEqual([])
  })

  it('names the place, the habit and the better word', () => {
    expect(findHabits({ place: 'a.ts:7', text: 'Starts anew.' })).toEqual([
      'a.ts:7: instead of "anew" write: again',
    ])
  })
})

describe('the passages of a file', () => {
  it('are its comments, a block or several lines as one', () => {
    const text =
      '/** One. */\nconst a = 1\n\n/**\n * Two\n * lines.\n */\n// Three\n// lines.\nf() // no\n'
    expect(commentsOf('a.ts', text)).toEqual([
      { place: 'a.ts:1', text: 'One.' },
      { place: 'a.ts:4', text: 'Two lines.' },
      { place: 'a.ts:8', text: 'Three lines.' },
    ])
  })

  it('are its strings of several words', () => {
    const text = `// 'not a string here'\nsay('a message of words', \`\${name} has no such word\`, 'word')\n`
    expect(stringsOf('a.ts', text)).toEqual([
      { place: 'a.ts:2', text: 'a message of words' },
      { place: 'a.ts:2', text: '… has no such word' },
    ])
  })

  it('are the paragraphs and items of a document, without headings and code', () => {
    const text =
      '# Title\n\nOne\nparagraph.\n\n- An **item**\n  of two lines\n- another\n\n```sh\ntold\n```\n'
    expect(paragraphsOf('a.md', text)).toEqual([
      { place: 'a.md:3', text: 'One paragraph.' },
      { place: 'a.md:6', text: 'An item   of two lines' },
      { place: 'a.md:8', text: 'another' },
    ])
  })
})
