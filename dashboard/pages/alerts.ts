import { html } from 'hono/html'
import type { AlertSettings } from '../../runtime/alerts/alert-settings.ts'
import type { TargetResult } from '../../runtime/alerts/send-alerts.ts'
import { type Html, nothing } from '../words.ts'

/** The targets of alerts with a test button; `results` are those of a test. */
export function renderAlerts(
  settings: AlertSettings | null,
  results: readonly TargetResult[],
): Html {
  if (settings === null) {
    return html`<section id="alerts"><h2>Alerts</h2>
<p class="hint">Nobody gets a message when something fails. <code>alerts</code> in <code>hubgen.config.ts</code> names targets in Slack and webhooks.</p></section>`
  }
  const { to, quietHours } = settings
  const quiet =
    quietHours === undefined
      ? nothing
      : html`<p class="hint">No messages from ${quietHours.from} to ${quietHours.to} (${quietHours.timeZone}); the first sync after that sends what is new.</p>`
  return html`<section id="alerts"><h2>Alerts</h2>
<p>When something needs attention, and when it is resolved, a message goes to:</p>
<ul>${to.map(({ kind, urlFrom }) => html`<li><code>${urlFrom}</code> (${kind})${renderResult(results.find(({ target }) => target.urlFrom === urlFrom && target.kind === kind))}</li>`)}</ul>
${quiet}
<form class="actions" method="post" action="/alerts/test"><button>Send a test message</button><span class="hint"><code>hubgen alert --test</code> does the same in a terminal</span></form></section>`
}

function renderResult(result: TargetResult | undefined): Html {
  if (result === undefined) return nothing
  const { failure } = result
  if (failure === null) return html`: <span class="state good" role="status">sent</span>`
  return html`: <span class="state bad">not sent</span>
<div class="message bad" role="alert"><p>${failure.message}</p><p>fix: ${failure.fix}</p></div>`
}
