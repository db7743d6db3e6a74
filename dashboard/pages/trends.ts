import { html } from 'hono/html'
import { type HistoryPoint, runsOf, sumOutcomes } from '../../runtime/monitoring/history-days.ts'
import {
  countOf,
  formatAge,
  formatCount,
  formatDuration,
} from '../../runtime/words/numbers-as-text.ts'
import type { Html } from '../words.ts'
import { describeRuns, renderSmallBars, tallestOf } from './run-bars.ts'
import { renderColumns, renderLine } from './sparkline.ts'

/** The figures of an entity that have a course over 30 days. */
type TrendName = 'rows' | 'setAside' | 'age' | 'calls'

/** A drawing of the days and its text alternative. */
export interface Trend {
  readonly shape: Html
  /** The figures of the drawing as one sentence; it is also the name of the drawing. */
  readonly text: string
}

/** The runs of each day. */
export function runsTrend(days: readonly HistoryPoint[]): Trend {
  const text = describeAllRuns(days)
  return { text, shape: renderSmallBars(days, text) }
}

/** `29 runs in 30 days, 1 failed, longest 4:05; none on 2 days`. */
function describeAllRuns(days: readonly HistoryPoint[]): string {
  const first = days.findIndex((day) => runsOf(day) > 0)
  if (first < 0) return `no run in ${days.length} days`
  const all = { outcomes: sumOutcomes(days), longestSeconds: tallestOf(days) }
  const text = describeRuns(all, ` in ${days.length} days`)
  // Today may still get its run.
  const empty = days.slice(first, -1).filter((day) => runsOf(day) === 0).length
  const gaps = empty === 0 ? '' : `; none on ${countOf(empty, 'day')}`
  return `${text}${gaps}`
}

/** Null if nothing is known of any day. */
export function trendOf(name: TrendName, days: readonly HistoryPoint[]): Trend | null {
  const values = days.map((day) => figureOf(name, day))
  const known = values.filter((value) => value !== null)
  const [first] = known
  const last = known.at(-1)
  if (first === undefined || last === undefined) return null
  const highest = Math.max(...known)
  switch (name) {
    case 'rows': {
      const text = `rows: ${formatCount(first)} ${sinceWhen(known, days)}, ${formatCount(last)} now`
      return { text, shape: renderLine(values, text, 'lowest') }
    }
    case 'setAside': {
      const total = known.reduce((sum, value) => sum + value, 0)
      const amount =
        total === 0
          ? `nothing in ${days.length} days`
          : `${formatCount(total)} in ${days.length} days, at most ${formatCount(highest)} a day`
      const text = `set aside: ${amount}`
      return { text, shape: renderColumns(values, text) }
    }
    case 'age': {
      const text = `age of the data: ${formatAge(last)} today, ${formatAge(highest)} at worst`
      return { text, shape: renderLine(values, text, 'zero') }
    }
    case 'calls': {
      const mean = known.reduce((sum, value) => sum + value, 0) / known.length
      const text = `calls: ${formatCount(mean)} a day on average, at most ${formatCount(highest)}`
      return { text, shape: renderColumns(values, text) }
    }
  }
}

function sinceWhen(known: readonly number[], days: readonly HistoryPoint[]): string {
  return known.length === days.length ? `${days.length} days ago` : 'at first'
}

/** Null on a day without a run, when nobody looked. */
function figureOf(name: TrendName, day: HistoryPoint): number | null {
  switch (name) {
    case 'rows':
      return day.rows
    case 'age':
      return day.ageSeconds
    case 'setAside':
      return runsOf(day) === 0 ? null : day.setAside
    case 'calls':
      return runsOf(day) === 0 ? null : day.calls
  }
}

const headings: Readonly<Record<TrendName, string>> = {
  rows: 'Rows',
  setAside: 'Set aside a day',
  age: 'Age of the data',
  calls: 'Calls a day',
}

/** The trends with their figures, for the page of one entity. */
export function renderTrends(days: readonly HistoryPoint[]): Html {
  const shown = (['rows', 'age', 'setAside', 'calls'] as const).map((name) => {
    const trend = trendOf(name, days)
    const figures = trend === null ? 'nothing known yet' : trend.text.replace(/^[^:]*: /, '')
    return html`<div class="fact"><h3>${headings[name]}</h3>${trend === null ? '' : trend.shape}<p class="hint">${figures}</p></div>`
  })
  return html`<div class="trends">${shown}</div>`
}

/** All figures of the drawings, newest day first. */
export function daysTable(
  days: readonly HistoryPoint[],
  nameDay: (day: HistoryPoint) => string,
): Html {
  const cell = (text: string) => html`<td class="right">${text}</td>`
  const rows = days.toReversed().map((day) => {
    const runs = runsOf(day)
    const seconds = day.longestSeconds
    return html`<tr><td>${nameDay(day)}</td><td>${runs === 0 ? '–' : describeRuns({ ...day, longestSeconds: null })}</td>${cell(seconds === null ? '–' : formatDuration(seconds))}${cell(day.rows === null ? '–' : formatCount(day.rows))}${cell(day.ageSeconds === null ? '–' : formatAge(day.ageSeconds))}${cell(runs === 0 ? '–' : formatCount(day.setAside))}${cell(runs === 0 ? '–' : formatCount(day.calls))}</tr>`
  })
  return html`<details><summary>The same as a table</summary><div class="scroll"><table>
<thead><tr><th scope="col">Day</th><th scope="col">Runs</th><th scope="col" class="right">Longest</th><th scope="col" class="right">Rows</th><th scope="col" class="right">Oldest age</th><th scope="col" class="right">Set aside</th><th scope="col" class="right">Calls</th></tr></thead>
<tbody>${rows}</tbody></table></div></details>`
}
