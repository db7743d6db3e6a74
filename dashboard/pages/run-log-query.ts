import type { NewsLine } from '../../runtime/monitoring/read-news.ts'
import { toneOfLine } from './log-lines.ts'
import { describeLine, sayLine } from './plain-lines.ts'
import { matchesSearch } from './search.ts'
import type { Tone } from './states.ts'

/** The levels of a log, in words. */
export const logLevels = [
  ['warn', 'warnings and errors'],
  ['bad', 'errors only'],
  ['all', 'all lines'],
] as const

/** A request for a part of the log of a run: all of it is in the address. */
export interface LogQuery {
  readonly search: string
  readonly level: (typeof logLevels)[number][0]
  readonly form: 'plain' | 'raw'
  /** Lines up to this number are on earlier pages. */
  readonly after: number
}

export interface LogPage {
  readonly lines: readonly NewsLine[]
  /** On all pages. */
  readonly found: number
  /** Of the run. */
  readonly total: number
  /** The address of the next page; null on the last one. */
  readonly next: string | null
}

/** Longer logs are split into pages. */
const linesOfPage = 500

/** Anything else in an address counts as the default. */
export function readLogQuery(asked: Readonly<Record<string, string>>): LogQuery {
  const { search = '', level, form, after = '0' } = asked
  return {
    search: search.slice(0, 100),
    level: logLevels.find(([name]) => name === level)?.[0] ?? 'warn',
    form: form === 'raw' ? 'raw' : 'plain',
    after: /^\d{1,9}$/.test(after) ? Number(after) : 0,
  }
}

/** One page of the lines that the query asks for. */
export function chooseLines(runId: string, lines: readonly NewsLine[], query: LogQuery): LogPage {
  const { level, search, form, after } = query
  const found = lines.filter((line) => {
    if (!levels[level].has(toneOfLine(line))) return false
    if (search === '') return true
    return matchesSearch(`${sayLine(line)} ${describeLine(line)}`.toLowerCase(), search)
  })
  const left = found.filter(({ number }) => number > after)
  const shown = left.slice(0, linesOfPage)
  const last = left.length > shown.length ? shown.at(-1) : undefined
  const asked = new URLSearchParams({
    ...(search !== '' && { search }),
    level,
    ...(form === 'raw' && { form }),
    after: String(last?.number ?? 0),
  })
  const next = last === undefined ? null : `/runs/${runId}?${asked}`
  return { lines: shown, found: found.length, total: lines.length, next }
}

const levels: Readonly<Record<LogQuery['level'], ReadonlySet<Tone>>> = {
  all: new Set<Tone>(['good', 'bad', 'warn', 'info', 'idle']),
  warn: new Set<Tone>(['bad', 'warn', 'info']),
  bad: new Set<Tone>(['bad']),
}
