import { html } from 'hono/html'
import { formatAge, formatCount } from '../runtime/words/numbers-as-text.ts'

/** The output of `hono/html`: escaped text. */
export type Html = ReturnType<typeof html>

export const nothing = html``

/** `3 min ago`, with the exact time as tooltip and for machines. */
export function ago(at: Date, now: Date): Html {
  const seconds = (now.getTime() - at.getTime()) / 1000
  const text = seconds < 2 ? 'just now' : `${formatAge(seconds)} ago`
  return html`<time datetime="${at.toISOString()}" title="${instant(at)}">${text}</time>`
}

/** `in 4 min`, like `ago`. */
export function inFuture(at: Date, now: Date): Html {
  const seconds = (at.getTime() - now.getTime()) / 1000
  return html`<time datetime="${at.toISOString()}" title="${instant(at)}">in ${formatAge(seconds)}</time>`
}

/**
 * A time in UTC, which the page's script replaces by the reader's zone: `08:00:05`, `08:00 UTC`, or
 * `2026-11-25 08:00:05 UTC`.
 */
export function timeOf(at: Date, show: 'clock' | 'minute' | 'moment'): Html {
  const text = {
    clock: clockTime(at),
    minute: `${clockTime(at).slice(0, 5)} UTC`,
    moment: instant(at),
  }
  return html`<time datetime="${at.toISOString()}" data-show="${show}" title="${instant(at)}">${text[show]}</time>`
}

/** Text with commands and names in backticks, which may be from HubSpot. */
export function withCode(text: string): Html {
  const parts = text.split(/`([^`]+)`/)
  return html`<bdi>${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}</bdi>`
}

/** `2026-11-25 08:00:05 UTC`. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/**
 * `08:00:05`, UTC.
 * @internal Exported for tests.
 */
export function clockTime(at: Date): string {
  return at.toISOString().slice(11, 19)
}

/** `≈ 12,000`, if the number is an estimate. */
export function about(count: number, estimated: boolean): string {
  return estimated ? `≈ ${formatCount(count)}` : formatCount(count)
}

/** From 0 to 100: `99.9 %`; 100 only if nothing is missing. */
export function percent(value: number): string {
  if (value === 0 || value === 100) return `${value} %`
  if (value < 0.1) return '< 0.1 %'
  return `${Math.min(value, 99.9).toFixed(1)} %`
}

/** Text from HubSpot, isolated so that its writing direction does not affect neighbouring text. */
export function foreign(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

/** The journal hides hosts: `[hidden]/hubgen` is the database `hubgen`. */
export function withoutHost(text: string): string {
  return text.replaceAll('[hidden]/', '')
}
