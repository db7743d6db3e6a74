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

/** Searched in each sentence. */
const habits: readonly Habit[] = [
  { pattern: /^What (?!.*\?$)/, better: 'name the thing: "The properties that …"' },
  { pattern: /^(Who|Whose|Whoever) (?!.*\?$)/, better: 'name the subject: "A role that …"' },
  { pattern: /\bwhoever\b/i, better: 'the caller, the user, anybody who' },
  { pattern: /\bso many\b/i, better: 'N, or the name of the number' },
  { pattern: /\banew\b/i, better: 'again' },
  { pattern: /\ball the same\b/i, better: 'anyway' },
  { pattern: /\b(is|are|be|was) (at it|at work)\b/i, better: 'is running, is active' },
  { pattern: /\bcame to\b/i, better: 'reached, finished' },
  { pattern: /\bfor nothing\b/i, better: 'without need' },
  { pattern: /\bfor ever\b/i, better: 'forever, never changes' },
  { pattern: /\bfor good\b/i, better: 'permanently' },
  { pattern: /\b(untold|told|tells?|telling)\b/i, better: 'reported, says, shows, distinguishes' },
  { pattern: /\bbeside\b/i, better: 'companion table, next to, in addition to' },
  { pattern: /\b(would|could|can|may|must|will) else\b|[,;:] else\b/i, better: 'otherwise' },
  {
    pattern:
      /\b(one|calls?|lines?|rows?|bytes|once) an? (entity|property|pass|page|run|record|line|file|row|table|column|command|event|value|batch|template|key|portal)\b/i,
    better: '"per": one call per entity',
  },
  { pattern: /\b(the bill|the meal)\b/i, better: 'the estimate' },
  { pattern: /\b(is|are|was|were|be) said\b/i, better: 'is reported, is printed, is set' },
  { pattern: /\bspeaks?\b/i, better: 'suggests, refers to, supports' },
  { pattern: /\bmend(s|ed|ing)?\b/i, better: 'fix, repair' },
  { pattern: /\b(go|goes|went|going) on\b/i, better: 'continue, resume' },
  { pattern: /\b(hold|holds|held) [^.;:]{0,40}\bagainst\b/i, better: 'check, compare' },
]

/** Comments of columns in existing databases: another text would need a migration. */
const kept: ReadonlySet<string> = new Set([
  'Who defined the type, e.g. HUBSPOT_DEFINED or USER_DEFINED',
  'What the pipeline property of a record holds',
  'What the stage property of a record holds',
  'What gave it the value, e.g. CRM_UI',
  'Who or which one of these did',
])

/** One message for each habit in a passage. */
export function findHabits({ place, text }: Passage): readonly string[] {
  if (kept.has(text)) return []
  return proseOf(text)
    .split(/(?<=[.!?])\s+/)
    .flatMap((sentence) =>
      habits.flatMap(({ pattern, better }) => {
        const found = pattern.exec(sentence.trim())
        return found === null ? [] : [`${place}: instead of "${found[0].trim()}" write: ${better}`]
      }),
    )
}

/** Code spans and quotations are not prose. */
function proseOf(text: string): string {
  return text.replaceAll(/`[^`]*`/g, '`…`').replaceAll(/"[^"]*"/g, '"…"')
}

/** The comments of source files, and their strings of several words: help, messages, names of tests. */
export function readSourcePassages(): readonly Passage[] {
  return readSourceFiles()
    .filter(({ path }) => !path.startsWith('test/architecture/plain-english'))
    .flatMap(({ path, text }) => [...commentsOf(path, text), ...stringsOf(path, text)])
}

/** Paragraphs, list items and table rows of documents, templates and workflows; headings and code are left out. */
export function readDocumentPassages(): readonly Passage[] {
  const root = new URL('../../', import.meta.url)
  const patterns = [
    '*.md',
    'docs/**/*.{md,yml,cron,service}',
    'simulator/*.md',
    '.github/**/*.{md,yml}',
    '.env.example',
    'templates/**/*.*',
  ]
  return globSync(patterns, { cwd: root })
    .map((path) => path.replaceAll('\\', '/'))
    .flatMap((path) => paragraphsOf(path, readFileSync(new URL(path, root), 'utf8')))
}

/** Joins consecutive lines into passages. */
class Passages {
  readonly #path: string
  readonly #closed: Passage[] = []
  #open: { readonly line: number; readonly words: string[] } | null = null

  constructor(path: string) {
    this.#path = path
  }

  add(line: number, words: string): void {
    this.#open ??= { line, words: [] }
    this.#open.words.push(words)
  }

  close(): void {
    if (this.#open !== null) {
      const { line, words } = this.#open
      this.#closed.push({ place: `${this.#path}:${line}`, text: words.join(' ').trim() })
    }
    this.#open = null
  }

  end(): readonly Passage[] {
    this.close()
    return this.#closed
  }
}

/** @internal Exported for tests. */
export function commentsOf(path: string, text: string): readonly Passage[] {
  const passages = new Passages(path)
  for (const [index, line] of text.split('\n').entries()) {
    const [, mark, words = ''] = /^\s*(\/\*\*?|\*\/?|\/\/)\s?(.*?)(?:\s*\*\/)?$/.exec(line) ?? []
    if (mark !== '*' && mark !== '//') passages.close()
    if (mark === undefined || mark === '*/' || words.startsWith('biome-ignore')) continue
    passages.add(index + 1, words)
  }
  return passages.end()
}

/** @internal Exported for tests. */
export function stringsOf(path: string, text: string): readonly Passage[] {
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

/** @internal Exported for tests. */
export function paragraphsOf(path: string, text: string): readonly Passage[] {
  const passages = new Passages(path)
  const begins = /^\s*(?:[-*#|]|--|\/\/|\d+\.)\s*/
  for (const [index, line] of withoutCode(text).split('\n').entries()) {
    if (begins.test(line) || line.trim() === '') passages.close()
    if (line.trim() === '' || /^#+ /.test(line)) continue
    // In the pairs of CONTRIBUTING.md the first one is the bad example.
    const isPair = path === 'CONTRIBUTING.md' && line.startsWith('| ')
    const words = isPair ? (line.split('|').at(-2) ?? '') : line.replace(begins, '')
    passages.add(index + 1, words.replaceAll('**', ''))
  }
  return passages.end()
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, (code) => code.replaceAll(/[^\n]/g, ''))
}
