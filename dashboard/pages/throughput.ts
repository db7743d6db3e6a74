import { html } from 'hono/html'
import type { ThroughputPoint } from '../../runtime/monitoring/read-journal.ts'
import { formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import { type Html, timeOf } from '../words.ts'

/** Units of the drawing, which is stretched to its place on the page. */
const width = 600
const height = 120

interface Rate {
  readonly atMs: number
  readonly seconds: number
  readonly perSecond: number
}

/** Passes whose rates can be compared; others read too little of a record, or something else. */
const kinds = [
  { name: 'Records', isOf: (pass: string) => pass === 'records' || pass === 'changes' },
  {
    name: 'Records whose links are read',
    isOf: (pass: string) => /^(?:changed_links$|(?:changed_)?associations:)/.test(pass),
  },
] as const

/** A line chart of the records and one of the links, each with its figures as text. */
export function renderThroughput(points: readonly ThroughputPoint[]): Html {
  const charts = kinds.flatMap(({ name, isOf }) => {
    const own = points.filter(({ pass }) => isOf(pass))
    return ratesOf(own, ({ read }) => read).length < 2 ? [] : [renderRates(name, own)]
  })
  if (charts.length === 0) {
    return html`<p class="hint">Runs of more than a few seconds show a chart here.</p>`
  }
  return html`${charts}`
}

function renderRates(name: string, points: readonly ThroughputPoint[]): Html {
  const records = ratesOf(points, ({ read }) => read)
  const callMean = meanOf(ratesOf(points, ({ calls }) => calls))
  const firstMs = points[0]?.atMs ?? 0
  const lastMs = points.at(-1)?.atMs ?? 0
  const seconds = (lastMs - firstMs) / 1000
  const highest = Math.max(...records.map(({ perSecond }) => perSecond))
  const ceiling = roundUp(highest)
  const mean = meanOf(records)
  const x = (atMs: number) => (((atMs - firstMs) / (lastMs - firstMs)) * width).toFixed(1)
  const path = records
    .map(({ atMs, perSecond }) => `${x(atMs)},${((1 - perSecond / ceiling) * height).toFixed(1)}`)
    .join(' ')
  const area = `${x(records[0]?.atMs ?? 0)},${height} ${path} ${x(records.at(-1)?.atMs ?? 0)},${height}`
  const title = `${name} per second over ${formatDuration(seconds)}: ${formatCount(mean)} on average, ${formatCount(highest)} at best`
  return html`<figure class="chart">
<div class="plot"><div class="scale" aria-hidden="true"><span>${formatCount(ceiling)}</span><span>${formatCount(ceiling / 2)}</span><span>0</span></div>
<svg class="rates" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none" role="img" aria-label="${title}">
<line class="grid" x1="0" y1="0" x2="${width}" y2="0"/>
<line class="grid" x1="0" y1="${height / 2}" x2="${width}" y2="${height / 2}"/>
<polygon class="area" points="${area}"/>
<polyline class="line" points="${path}"/>
</svg>
<div class="marks ends">${timeOf(new Date(firstMs), 'clock')}${timeOf(new Date(lastMs), 'clock')}</div></div>
<figcaption>${name}: ${formatCount(mean)}/s on average, ${formatCount(highest)} at best, ${callMean.toFixed(1)} calls/s, over ${formatDuration(seconds)}</figcaption>
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
