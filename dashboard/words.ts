import { html } from 'hono/html'
import { formatAge } from '../runtime/words/numbers-as-text.ts'

/** The output of `hono/html`: escaped text. */
export type Html = ReturnType<typeof html>

export const nothing = html``

/** `3 min ago`, with the exact time as tooltip and for machines. */
export function ago(at: Date, now: Date): Html {
  const seconds = (now.getTime() - at.getTime()) / 1000
  const text = seconds < 2 ? 'just now' : `${formatAge(seconds)} ago`
  return html`<time datetime="${at.toISOString()}" title="${instant(at)}">${text}</time>`
}

/** `2026-11-25 08:00:05 UTC`. */
export function instant(at: Date): string {
  return `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `08:00:05`, UTC. */
export function clockTime(at: Date): string {
  return at.toISOString().slice(11, 19)
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
