import { html } from 'hono/html'
import { HubgenError } from '../../runtime/errors.ts'
import type { Html } from '../words.ts'

/** A failure as in the terminal: message, place and fix. */
export function renderError(error: unknown): Html {
  if (!(error instanceof HubgenError)) {
    return html`<h1>Something went wrong</h1>
<p>This is a bug in hubgen; the details were printed where the dashboard runs.</p>
<p><a href="/">Back to the overview</a></p>`
  }
  return html`<h1>That did not work</h1>
<div class="message bad" role="alert">
<p><code>${error.code}</code> ${error.message}</p>
${error.at === undefined ? '' : html`<p>at ${error.at}</p>`}
${error.fix === undefined ? '' : html`<p>fix: ${error.fix}</p>`}
</div>
<p><a href="/">Back to the overview</a></p>`
}

export function renderNotFound(what: string): Html {
  return html`<h1>Not found</h1>
<p>${what}</p>
<p><a href="/">Back to the overview</a></p>`
}
