import { html } from 'hono/html'
import type { NewsLine } from '../../runtime/monitoring/read-news.ts'
import { type Html, timeOf } from '../words.ts'
import { describeLine, sayLine } from './plain-lines.ts'
import type { Tone } from './states.ts'

/** Progress is shown as a bar instead of as lines. */
function isLine({ type }: Pick<NewsLine, 'type'>): boolean {
  return type !== 'progress'
}

export function renderLines(lines: readonly NewsLine[]): Html {
  return html`${lines.filter(isLine).map(renderLine)}`
}

/** The cursor of an event stream: lines of an entity are ordered by run, then by number. */
export function cursorOf({ runId, number }: Pick<NewsLine, 'runId' | 'number'>): string {
  return `${runId}.${number}`
}

export function renderLine(line: NewsLine): Html {
  return renderText(line, sayLine(line))
}

/** The same with the text of the run's log file. */
export function renderRawLine(line: NewsLine): Html {
  return renderText(line, describeLine(line))
}

function renderText(line: NewsLine, text: string): Html {
  return html`<li class="${toneOfLine(line)}" data-id="${cursorOf(line)}">${timeOf(line.at, 'clock')} ${text}</li>`
}

const tones: Readonly<Record<string, Tone>> = {
  run_not_started: 'bad',
  batch_failed: 'bad',
  value_rejected: 'warn',
  record_rejected: 'warn',
  retry: 'warn',
  database_retry: 'warn',
  notice: 'info',
}

export function toneOfLine({ type, body }: NewsLine): Tone {
  if (type !== 'run_finished') return tones[type] ?? 'idle'
  const { report } = body
  const succeeded =
    typeof report === 'object' && report !== null && 'outcome' in report
      ? report.outcome === 'succeeded'
      : false
  return succeeded ? 'good' : 'bad'
}
