import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutToBytes } from '../../generator/model/column-name.ts'
import { markdownSentence, markdownText } from '../../generator/render/text/escape-markdown.ts'
import { mermaidLabel } from '../../generator/render/text/escape-mermaid.ts'
import { sqlIdentifier, sqlLiteral, storableText } from '../../generator/render/text/escape-sql.ts'
import { visibleText } from '../../generator/render/text/escape-text.ts'
import {
  typescriptComment,
  typescriptKey,
  typescriptString,
} from '../../generator/render/text/escape-typescript.ts'
import { anyCharacter } from '../support/any-character.ts'
import { hostileText } from '../support/hostile-analysis.ts'
import { connectTestDatabase } from '../support/open-test-database.ts'

test('a SQL literal and a SQL name read back as they were, but for what Postgres cannot store', async () => {
  await using connection = await connectTestDatabase()
  await fc.assert(
    fc.asyncProperty(hostileText, hostileText, async (text, name) => {
      const column = cutToBytes(storableText(name), 63)
      fc.pre(column !== '')
      const sql = `SELECT ${sqlLiteral(text)} AS ${sqlIdentifier(column)}`
      expect(await connection.run(sql)).toEqual([[{ [column]: storableText(text) }]])
    }),
    { numRuns: 300 },
  )
})

test('SQL names are quoted only where they must be', () => {
  expect(['amount', 'order', 'VIN', 'a b', '1st', 'say "hi"'].map(sqlIdentifier)).toEqual([
    'amount',
    '"order"',
    '"VIN"',
    '"a b"',
    '"1st"',
    '"say ""hi"""',
  ])
})

test('every word that Postgres reserves is quoted', async () => {
  await using connection = await connectTestDatabase()
  const [words = []] = await connection.run(
    `SELECT word FROM pg_get_keywords() WHERE catcode IN ('R', 'T')`,
  )
  expect(words.length).toBeGreaterThan(80)
  expect(words.filter(({ word }) => sqlIdentifier(String(word)) === word)).toEqual([])
})

test('a TypeScript string and a member name read back as they were', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const source = typescriptString(text)
      expect(source).not.toMatch(/[\n\r\u2028\u2029]|<\//)
      expect(new Function(`return ${source}`)()).toBe(text)
      fc.pre(text !== '__proto__')
      expect(new Function(`return Object.keys({ ${typescriptKey(text)}: 1 })`)()).toEqual([text])
    }),
    { numRuns: 500 },
  )
})

test('a comment neither ends nor starts a tag', () => {
  expect(typescriptComment('*/ @deprecated {@link x} me@example.com </script>')).toBe(
    '*\\/ \\@deprecated {\\@link x} me@example.com <\\/script>',
  )
})

test('what cannot be seen is spelled out, emoji and joined letters are not', () => {
  expect(visibleText(' two\r\n lines \u202Ertl\u{E0041}\uD800 👩‍👩‍👧 می‌خواهم ')).toBe(
    'two lines \\u202Ertl\\u{E0041}\\uD800 👩‍👩‍👧 می‌خواهم',
  )
})

test('a sentence keeps the code spans of Markdown, and nothing else in it has a meaning', () => {
  expect(markdownSentence('Its type is `a|b`, *not* <b>.')).toBe(
    'Its type is `a\\|b`, \\*not\\* \\<b\\>.',
  )
  expect(markdownSentence('One ` alone is text.')).toBe('One \\` alone is text.')
})

test.each([
  'https://example.com',
  'see http://a.example/x?y=z now',
  'www.example.com',
  'WWW.example.com',
  'mailto:ann',
  'ann@example.com',
  'ask @ann',
  'ftp://example.com',
])('`%s` from HubSpot is a code span in Markdown, which nothing links', (text) => {
  expect(markdownText(text)).toBe(`\`${text}\``)
  expect(markdownSentence(`A label ${text} and \`a\`.`)).toBe(`\`A label ${text} and\` \`a\`.`)
})

test('a label of a Mermaid diagram cannot end early or begin anything', () => {
  const characters = /^"(?:[\p{L}\p{N}\p{M} _…]|(?<=\p{L})\.|#\d+;)+"$/u
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.string({ unit: anyCharacter })), (text) => {
      expect(mermaidLabel(text)).toMatch(characters)
    }),
  )
})

test('a Mermaid label is never empty, keeps names readable, and is cut', () => {
  expect(mermaidLabel(' ')).toBe('"#40;empty#41;"')
  expect(mermaidLabel('hubspot.line_item')).toBe('"hubspot.line_item"')
  expect(mermaidLabel('1. "A" -->')).toBe('"1#46; #34;A#34; #45;#45;#62;"')
  expect(mermaidLabel('a'.repeat(200))).toBe(`"${'a'.repeat(59)}…"`)
})
