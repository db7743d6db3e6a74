import { html } from 'hono/html'
import { historyDays, spansOfDay } from '../../runtime/monitoring/history-bounds.ts'
import { daysOf, type HistoryPoint } from '../../runtime/monitoring/history-days.ts'
import type { RunSpan } from '../../runtime/monitoring/read-run-history.ts'
import { formatDuration } from '../../runtime/words/numbers-as-text.ts'
import type { Html } from '../words.ts'
import { renderLargeBars, tallestOf } from './run-bars.ts'
import { daysTable, renderTrends, runsTrend } from './trends.ts'

/** 30 days of an entity: its runs as bars, its figures as trends, and all of it as a table. */
export function renderDays(points: readonly HistoryPoint[], timeZone: string): Html {
  const days = daysOf(points)
  const day = new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short' })
  const hour = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
  const nameDay = ({ from }: Pick<RunSpan, 'from'>) => day.format(from)
  const nameSpan = ({ from, until }: RunSpan) =>
    `${day.format(from)}, ${hour.format(from)} to ${hour.format(until)}`
  const { text } = runsTrend(days)
  const tallest = tallestOf(points)
  const marks = days.filter((_, index) => index % (historyDays / dates) === 0)
  return html`<figure class="days">
<figcaption>${text}. A bar is ${24 / spansOfDay} hours; its height is the longest run.</figcaption>
<div class="plot"><div class="scale" aria-hidden="true">${scaleOf(tallest).map((mark) => html`<span>${mark}</span>`)}</div>
${renderLargeBars(points, { label: text, nameSpan })}
<div class="marks" aria-hidden="true">${marks.map((one) => html`<span>${nameDay(one)}</span>`)}</div></div>
</figure>
${renderTrends(days)}
${daysTable(days, nameDay)}`
}

/** From top to bottom, without marks that would all read 0 s. */
function scaleOf(tallestSeconds: number): readonly string[] {
  if (tallestSeconds === 0) return []
  const middle = tallestSeconds < 4 ? '' : formatDuration(tallestSeconds / 4)
  return [formatDuration(tallestSeconds), middle, '0 s']
}

/** Dates below the bars: more would not fit on a phone. */
const dates = 6
