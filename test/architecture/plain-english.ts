import { globSync, readFileSync } from 'node:fs'
import { readSourceFiles } from './source-files.ts'

/** A piece of text that people read, with its place: `path:line`. */
export interface Passage {
  readonly place: string
  readonly text: string
}

/** A habit of writing that CONTRIBUTING.md rules out, and the words to use instead. */
interface Habit {
  readonly pattern: RegExp
  readonly better: string
}

/** Matched against one sentence or one line at a time. */
const habits: readonly Habit[] = [
  { pattern: /^What (?!.*\?$)/, better: 'name the thing: "The properties that …"' },
  { pattern: /^(Who|Whose|Whoever) (?!.*\?$)/, better: 'name the subject: "A role that …"' },
  { pattern: /\bwhoever\b/i, better: 'the caller, the user, anybody who' },
  { pattern: /\bso many\b/i, better: 'a number: N, or its name' },
  { pattern: /\banew\b/i, better: 'again' },
  { pattern: /\ball the same\b/i, better: 'anyway, still' },
  { pattern: /\b(is|are|be|was) (at it|at work)\b/i, better: 'is running, is active' },
  { pattern: /\bcame to\b/i, better: 'reached, finished' },
  { pattern: /\bfor nothing\b/i, better: 'without need' },
  { pattern: /\bfor ever\b/i, better: 'forever; never changes' },
  { pattern: /\bfor good\b/i, better: 'permanently' },
  { pattern: /\b(untold|told|tells?|telling)\b/i, better: 'reported, says, shows; distinguish' },
  { pattern: /\bbeside\b/i, better: 'companion table; next to; in addition to' },
  { pattern: /\b(would|could|can|may|must|will) else\b/i, better: 'otherwise' },
  { pattern: /[,;:] else\b/i, better: 'otherwise' },
  {
    pattern:
      /\b(one|calls?|lines?|rows?|bytes|once) an? (entity|property|pass|page|run|record|line|file|row|table|column|command|event|value|batch|template|key|portal)\b/i,
    better: '"per": one call per entity',
  },
  { pattern: /\b(the bill|the meal)\b/i, better: 'the estimate' },
  { pattern: /\b(is|are|was|were|be) said\b/i, better: 'is reported, is printed, is configured' },
  { pattern: /\bspeaks?\b(?! HTTP)/i, better: 'suggests, refers to' },
  { pattern: /\bmend(s|ed|ing)?\b/i, better: 'fix, repair' },
  { pattern: /\b(go|goes|went|going) on\b(?!ly)/i, better: 'continue, resume' },
  { pattern: /\b(hold|holds|held) [^.;:]{0,40}\bagainst\b/i, better: 'check, compare' },
]

/** A code span, a quotation or a regular expression is not prose. */
function proseOf(text: string): string {
  return text.replaceAll(/`[^`]*`/g, '`…`').replaceAll(/"[^"]*"/g, '"…"')
}

/** One message for each habit in a passage. */
export function findHabits({ place, text }: Passage): readonly string[] {
  const sentences = proseOf(text).split(/(?<=[.!?])\s+/)
  return sentences.flatMap((sentence) =>
    habits.flatMap(({ pattern, better }) => {
      const found = pattern.exec(sentence.trim())
      return found === null ? [] : [`${place}: "${found[0].trim()}" → ${better}`]
    }),
  )
}

/** The comments of source files, and their strings of several words: help, messages, names of tests. */
export function readSourcePassages(): readonly Passage[] {
  return readSourceFiles()
    .filter(({ path }) => !path.startsWith('test/architecture/plain-english'))
    .flatMap(({ path, text }) => [...commentsOf(path, text), ...stringsOf(path, text)])
}

/** Paragraphs of documents, and lines of templates and workflows. */
export function readDocumentPassages(): readonly Passage[] {
  const root = new URL('../../', import.meta.url)
  const documents = globSync(
    [
      '*.md',
      'docs/**/*.{md,yml,cron,service}',
      'simulator/*.md',
      '.github/**/*.{md,yml}',
      '.env.example',
      'templates/**/*',
    ],
    { cwd: root },
  ).filter((path) => /\.\w+$/.test(path))
  return documents.flatMap((path) => paragraphsOf(path, readFileSync(new URL(path, root), 'utf8')))
}

/** @internal Exported for tests. */
export function commentsOf(path: string, text: string): readonly Passage[] {
  const passages: Passage[] = []
  let open: { line: number; words: string[] } | null = null
  const close = () => {
    if (open !== null) passages.push({ place: `${path}:${open.line}`, text: open.words.join(' ') })
    open = null
  }
  for (const [index, line] of text.split('\n').entries()) {
    const [, mark, words = ''] = /^\s*(\/\*\*?|\*\/?|\/\/)\s?(.*?)(?:\s*\*\/)?$/.exec(line) ?? []
    if (mark === undefined || mark === '*/' || mark.startsWith('/*')) close()
    if (mark === undefined || mark === '*/' || words.startsWith('biome-ignore')) continue
    open ??= { line: index + 1, words: [] }
    open.words.push(words)
  }
  close()
  return passages
}

function stringsOf(path: string, text: string): readonly Passage[] {
  return text.split('\n').flatMap((line, index) => {
    if (/^\s*(\/\/|\/?\*)/.test(line)) return []
    const literals = line
      .replaceAll(/\$\{[^{}]*\}/g, '…')
      .matchAll(/'([^']{8,})'|`([^`]{8,})`|"([^"]{8,})"/g)
    return [...literals]
      .map(([, single, template, double]) => single ?? template ?? double ?? '')
      .filter((words) => /[a-z]+,? [a-z]+ [a-z]+/.test(words))
      .map((words) => ({ place: `${path}:${index + 1}`, text: words }))
  })
}

/** Code blocks, headings and the column "today" of CONTRIBUTING.md are left out. */
function paragraphsOf(path: string, text: string): readonly Passage[] {
  const withoutCode = text.replaceAll(/^```[\s\S]*?^```$/gm, (code) =>
    code.replaceAll(/[^\n]/g, ''),
  )
  const passages: Passage[] = []
  let paragraph: { line: number; words: string[] } | null = null
  for (const [index, line] of withoutCode.split('\n').entries()) {
    const words = line.replace(/^\s*(?:[-*#|]|--|\/\/|\d+\.)\s*/, '').replaceAll('**', '')
    const begins = /^\s*(?:[-*#|]|--|\/\/|\d+\.)/.test(line) || line.trim() === ''
    if (begins) {
      if (paragraph !== null)
        passages.push({ place: `${path}:${paragraph.line}`, text: paragraph.words.join(' ') })
      paragraph = null
    }
    if (line.trim() === '' || line.startsWith('#')) continue
    if (path === 'CONTRIBUTING.md' && line.startsWith('| ')) {
      passages.push({ place: `${path}:${index + 1}`, text: line.split('|').at(-2) ?? '' })
      continue
    }
    paragraph ??= { line: index + 1, words: [] }
    paragraph.words.push(words)
  }
  if (paragraph !== null)
    passages.push({ place: `${path}:${paragraph.line}`, text: paragraph.words.join(' ') })
  return passages
}
