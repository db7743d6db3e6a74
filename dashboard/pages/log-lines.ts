import { html } from 'hono/html'
import type { NewsLine } from '../../runtime/monitoring/read-news.ts'
import { describeEvent } from '../../runtime/sync/describe-event.ts'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import { type Html, timeOf } from '../words.ts'
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
  const text = describeLine(line)
  return html`<li class="${toneOf(line.type, line.body)}" data-id="${cursorOf(line)}">${timeOf(line.at, 'clock')} ${text}</li>`
}

/** The text of the run's log file; for events of another hubgen version at least their type. */
function describeLine({ type, body, at }: NewsLine): string {
  try {
    const event = { at: at.toISOString(), entity: '', type, ...body } as unknown as SyncEvent
    return describeEvent(event) ?? type
  } catch {
    return type
  }
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

function toneOf(type: string, body: Readonly<Record<string, unknown>>): Tone {
  if (type !== 'run_finished') return tones[type] ?? 'idle'
  const { report } = body
  const succeeded =
    typeof report === 'object' && report !== null && 'outcome' in report
      ? report.outcome === 'succeeded'
      : false
  return succeeded ? 'good' : 'bad'
}
