import { html } from 'hono/html'
import type { ThroughputPoint } from '../../runtime/monitoring/read-journal.ts'
import { formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import { clockTime, type Html } from '../words.ts'

const width = 600
const height = 160
/** Space for the axis labels at the left and bottom. */
const left = 48
const bottom = 20
const top = 8

interface Rate {
  readonly atMs: number
  readonly seconds: number
  readonly perSecond: number
}

/** A line chart, and its figures as text. */
export function renderThroughput(points: readonly ThroughputPoint[]): Html {
  const records = ratesOf(points, ({ read }) => read)
  const calls = ratesOf(points, ({ calls }) => calls)
  const first = points[0]
  const last = points.at(-1)
  if (first === undefined || last === undefined || records.length < 2) {
    return html`<p class="hint">Runs of more than a few seconds show a chart here.</p>`
  }
  const seconds = (last.atMs - first.atMs) / 1000
  const highest = Math.max(...records.map(({ perSecond }) => perSecond))
  const ceiling = roundUp(highest)
  const mean = meanOf(records)
  const callMean = meanOf(calls)
  const x = (atMs: number) =>
    left + ((atMs - first.atMs) / (last.atMs - first.atMs)) * (width - left - 4)
  const y = (perSecond: number) => top + (1 - perSecond / ceiling) * (height - top - bottom)
  const path = records
    .map(({ atMs, perSecond }) => `${x(atMs).toFixed(1)},${y(perSecond).toFixed(1)}`)
    .join(' ')
  const base = (height - bottom).toFixed(1)
  const area = `${x(records[0]?.atMs ?? 0).toFixed(1)},${base} ${path} ${x(records.at(-1)?.atMs ?? 0).toFixed(1)},${base}`
  const title = `Records per second over ${formatDuration(seconds)}: ${formatCount(mean)} on average, ${formatCount(highest)} at best`
  return html`<figure class="chart">
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<line class="axis" x1="${left}" y1="${base}" x2="${width}" y2="${base}"/>
<line class="grid" x1="${left}" y1="${y(ceiling)}" x2="${width}" y2="${y(ceiling)}"/>
<line class="grid" x1="${left}" y1="${y(ceiling / 2)}" x2="${width}" y2="${y(ceiling / 2)}"/>
<text x="${left - 6}" y="${y(ceiling) + 4}" text-anchor="end">${formatCount(ceiling)}</text>
<text x="${left - 6}" y="${y(ceiling / 2) + 4}" text-anchor="end">${formatCount(ceiling / 2)}</text>
<text x="${left - 6}" y="${base}" text-anchor="end">0</text>
<text x="${left}" y="${height - 4}" data-time="${new Date(first.atMs).toISOString()}" data-show="clock">${clockTime(new Date(first.atMs))}</text>
<text x="${width - 2}" y="${height - 4}" text-anchor="end" data-time="${new Date(last.atMs).toISOString()}" data-show="clock">${clockTime(new Date(last.atMs))}</text>
<polygon class="area" points="${area}"/>
<polyline class="line" points="${path}"/>
</svg>
<figcaption>${formatCount(mean)} records/s on average, ${formatCount(highest)} at best, ${callMean.toFixed(1)} calls/s, over ${formatDuration(seconds)}</figcaption>
</figure>`
}

/** Rates between neighbouring points; none where a new pass resets the count. */
function ratesOf(
  points: readonly ThroughputPoint[],
  count: (point: ThroughputPoint) => number,
): readonly Rate[] {
  return points.slice(1).flatMap((point, index) => {
    const before = points[index]
    if (before === undefined) return []
    const seconds = (point.atMs - before.atMs) / 1000
    const more = count(point) - count(before)
    return seconds > 0 && more >= 0 && point.pass === before.pass
      ? [{ atMs: point.atMs, seconds, perSecond: more / seconds }]
      : []
  })
}

/** Weighted by time, because points are not evenly spaced. */
function meanOf(rates: readonly Rate[]): number {
  const seconds = rates.reduce((sum, rate) => sum + rate.seconds, 0)
  return rates.reduce((sum, rate) => sum + rate.perSecond * rate.seconds, 0) / seconds
}

/** Rounds up to 1, 2 or 5 times a power of ten, so that axis labels are round; never 0. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)))
  const step = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10
  return step * power
}
