import { html } from 'hono/html'
import { runsOf } from '../../runtime/monitoring/history-days.ts'
import type { RunSpan } from '../../runtime/monitoring/read-run-history.ts'
import { sayOutcome } from '../../runtime/sync/plain-words.ts'
import { countOf, formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import { type Html, nothing } from '../words.ts'
import { type Tone, toneOfOutcome } from './states.ts'

/** From the bottom of a bar to its top. */
const tones = ['good', 'info', 'warn', 'bad', 'idle'] as const satisfies readonly Tone[]

/** Width of a bar with its gap, in units of the drawing, which is stretched to its place on the page. */
const step = 4

/** Bars of one size. */
interface BarSize {
  readonly height: number
  /** Of the shortest bar, and of any part of a bar, so that a failed run among many is visible. */
  readonly least: number
}

const small: BarSize = { height: 24, least: 3 }
const large: BarSize = { height: 96, least: 6 }

/** One part of a bar: the runs with outcomes of one tone. */
interface Part {
  readonly tone: Tone
  readonly path: string
}

/**
 * A bar per span with runs: its height is the duration of the longest run (by square root, so that short runs
 * stay visible next to a long one), its colours are the outcomes. One element per colour, because a page may
 * have fifty of these.
 */
export function renderSmallBars(spans: readonly RunSpan[], label: string): Html {
  const parts = spans.flatMap((span, index) => partsOf(span, index, tallestOf(spans), small))
  const paths = tones.flatMap((tone) => {
    const path = parts.filter((part) => part.tone === tone).map((part) => part.path)
    return path.length === 0 ? [] : html`<path class="${tone}" d="${path.join('')}"/>`
  })
  return html`<svg class="bars" viewBox="0 0 ${spans.length * step} ${small.height}" preserveAspectRatio="none" role="img" aria-label="${label}">${paths}</svg>`
}

/** The same on more space, where each bar names its time, its runs and their outcomes. */
export function renderLargeBars(
  spans: readonly RunSpan[],
  { label, nameSpan }: { readonly label: string; readonly nameSpan: (span: RunSpan) => string },
): Html {
  const tallest = tallestOf(spans)
  const bars = spans.map((span, index) => {
    const parts = partsOf(span, index, tallest, large)
    if (parts.length === 0) return nothing
    return html`<g><title>${nameSpan(span)}: ${describeRuns(span)}</title>${parts.map(({ tone, path }) => html`<path class="${tone}" d="${path}"/>`)}</g>`
  })
  return html`<svg class="bars large" viewBox="0 0 ${spans.length * step} ${large.height}" preserveAspectRatio="none" role="img" aria-label="${label}">${bars}</svg>`
}

/** `3 runs, 1 failed, longest 4:05`; `period` follows the number of runs. */
export function describeRuns(
  span: Pick<RunSpan, 'outcomes' | 'longestSeconds'>,
  period = '',
): string {
  const { outcomes, longestSeconds } = span
  const others = Object.entries(outcomes)
    .filter(([outcome]) => outcome !== 'succeeded')
    .map(([outcome, runs]) => `${formatCount(runs)} ${sayOutcome(outcome)}`)
  const took = longestSeconds === null ? [] : [`longest ${formatDuration(longestSeconds)}`]
  return [`${countOf(runsOf(span), 'run')}${period}`, ...others, ...took].join(', ')
}

export function tallestOf(spans: readonly RunSpan[]): number {
  return Math.max(0, ...spans.map(({ longestSeconds }) => longestSeconds ?? 0))
}

function partsOf(
  span: RunSpan,
  index: number,
  tallest: number,
  { height, least }: BarSize,
): readonly Part[] {
  const runs = runsOf(span)
  if (runs === 0) return []
  const counts = Map.groupBy(Object.entries(span.outcomes), ([outcome]) => toneOfOutcome(outcome))
  const shares = tones.flatMap((tone) => {
    const count = (counts.get(tone) ?? []).reduce((sum, [, one]) => sum + one, 0)
    return count === 0 ? [] : [{ tone, share: count / runs }]
  })
  const scale = tallest === 0 ? 0 : Math.sqrt((span.longestSeconds ?? 0) / tallest)
  const whole = Math.max(least * shares.length, Math.round(height * scale))
  let bottom = height
  let left = whole
  return shares.map(({ tone, share }, place) => {
    const rest = least * (shares.length - place - 1)
    const wanted = Math.max(least, Math.round(whole * share))
    const part = place === shares.length - 1 ? left : Math.min(wanted, left - rest)
    const path = `M${index * step + step / 2} ${bottom}v-${part}`
    bottom -= part
    left -= part
    return { tone, path }
  })
}
