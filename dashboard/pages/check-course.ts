import { html } from 'hono/html'
import type { CheckPoint } from '../../runtime/monitoring/checks/read-check-results.ts'
import { type Html, instant } from '../words.ts'
import { renderValue } from './check-words.ts'

const width = 130
const height = 28

/** A chart from the lowest to the highest value; red where the check failed. */
export function renderCourse(checkName: string, results: readonly CheckPoint[]): Html {
  const points = results.flatMap(({ at, value, passed }) =>
    value === null ? [] : [{ at, value, passed }],
  )
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined || points.length < 2) {
    return html`<span class="hint">from the second check on</span>`
  }
  const values = points.map(({ value }) => value)
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  const span = highest - lowest
  const x = (at: Date) =>
    3 +
    ((at.getTime() - first.at.getTime()) / (last.at.getTime() - first.at.getTime())) * (width - 6)
  const y = (value: number) =>
    span === 0 ? height / 2 : 3 + (1 - (value - lowest) / span) * (height - 6)
  const path = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const failed = points.filter(({ passed }) => passed === false)
  const course = `${renderValue(checkName, first.value)} at first, ${renderValue(checkName, last.value)} now`
  const title = `${points.length} results from ${instant(first.at)} on: ${course}`
  return html`<span class="chart"><svg class="spark" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}"><polyline class="line" points="${path}"/>${failed.map(
    ({ at, value }) =>
      html`<circle class="red" cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="2.5"/>`,
  )}</svg></span><span class="hint">${course}</span>`
}
