import { html } from 'hono/html'
import { formatAge } from '../runtime/words/numbers-as-text.ts'

/** What `hono/html` makes: text that is escaped already. */
export type Html = ReturnType<typeof html>

export const nothing = html``

/** `3 min ago`, with the time itself for who points at it and for machines. */
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

/** Of 0 to 100: `99.9 %`, and 100 only where nothing is missing. */
export function percent(value: number): string {
  if (value === 0 || value === 100) return `${value} %`
  if (value < 0.1) return '< 0.1 %'
  return `${Math.min(value, 99.9).toFixed(1)} %`
}

/** Text of HubSpot's, kept from turning the direction of what stands beside it. */
export function foreign(text: string): Html {
  return html`<bdi>${text}</bdi>`
}
