import { html, raw } from 'hono/html'
import type { HubgenError } from '../../runtime/errors.ts'
import { type Html, nothing, timeOf, withCode } from '../words.ts'

/** The banner while the database does not answer; null: these pages have not been read yet. */
export function renderAway(asOf: Date | null, error: HubgenError | null = null): Html {
  const age =
    asOf === null
      ? nothing
      : html` This page is <strong>as of ${timeOf(asOf, 'minute')}</strong>; nothing can be started meanwhile.`
  const reason =
    error === null
      ? nothing
      : html`<p><code>${error.code}</code> ${withCode(error.message)}</p>
${error.fix === undefined ? nothing : html`<p>Fix: ${withCode(error.fix)}</p>`}`
  return html`<div class="message bad" role="alert"><p><strong>The database does not answer.</strong>${age}</p>${reason}</div>`
}

/** A page as it was, which was escaped then. */
export function renderKept(body: string): Html {
  return html`${raw(body)}`
}
