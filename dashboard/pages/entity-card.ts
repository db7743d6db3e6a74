import { html } from 'hono/html'
import type { FailedCheck } from '../../runtime/monitoring/checks/read-failed-checks.ts'
import type { EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import type { HistoryPoint } from '../../runtime/monitoring/history-days.ts'
import { formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import { ago, foreign, type Html, nothing } from '../words.ts'
import { renderAudit } from './compared.ts'
import { renderProgress } from './progress.ts'
import { rowsOf, verdictOf } from './states.ts'
import { runsTrend, trendOf } from './trends.ts'
import { troublesOf } from './trouble.ts'

/** The inside of an entity's card. */
export function renderCard(
  status: EntityStatus,
  {
    days,
    failures,
    now,
  }: {
    readonly days: readonly HistoryPoint[]
    readonly failures: readonly FailedCheck[]
    readonly now: Date
  },
): Html {
  const { entity, label, table, isResource, running, lastRun, lastSuccess, freshness } = status
  const quarantined = status.quarantine.values + status.quarantine.records
  const { tone, word } = verdictOf(status)
  const troubles = troublesOf(status, failures)
  return html`<header><h2><span class="swatch" aria-hidden="true"></span><a id="to-${entity}" href="/entities/${entity}">${foreign(label)}</a></h2><span class="state ${tone}">${word}</span></header>
<p class="hint"><code>${table}</code></p>
${troubles.length === 0 ? nothing : html`<ul class="troubles">${troubles.map(({ long, href }) => html`<li><a href="${href}">${foreign(long)}</a></li>`)}</ul>`}
${running === null ? nothing : renderProgress(running)}
${renderRuns(days)}
<dl>
<div><dt>Rows</dt><dd>${rowsOf(status)}${shapeOf('rows', days)}</dd></div>
<div><dt>Fresh as of</dt><dd>${freshness?.asOf == null ? 'never' : ago(freshness.asOf, now)}${shapeOf('age', days)}</dd></div>
<div><dt>Quarantine</dt><dd>${quarantined === 0 ? (lastRun === null ? '–' : '0') : html`<a href="/quarantine?entity=${entity}">${formatCount(quarantined)}</a>`}${shapeOf('setAside', days)}</dd></div>
<div><dt>Calls today</dt><dd>${lastRun === null ? '–' : formatCount(days.at(-1)?.calls ?? 0)}${shapeOf('calls', days)}</dd></div>
<div><dt>Last success</dt><dd>${lastSuccess === null ? 'never' : ago(lastSuccess.finishedAt ?? lastSuccess.startedAt, now)}</dd></div>
<div><dt>A run takes</dt><dd>${expectation(status)}</dd></div>
${isResource ? nothing : renderLooks(status, now)}
</dl>`
}

/** Nobody compares a resource with HubSpot by value, or for drift. */
function renderLooks({ audit, drift }: EntityStatus, now: Date): Html {
  const drifts = drift === null ? null : drift.grave + drift.lesser
  return html`<div><dt>Compared</dt><dd>${renderAudit(audit, now)}</dd></div>
<div><dt>Drift</dt><dd>${drifts === null ? 'not compared' : drifts === 0 ? '0' : html`<a href="/drift">${formatCount(drifts)}</a>`}</dd></div>`
}

function renderRuns(days: readonly HistoryPoint[]): Html {
  if (days.length === 0) return nothing
  const { shape, text } = runsTrend(days)
  return html`<div class="runs">${shape}<p class="hint">${text}</p></div>`
}

function shapeOf(name: 'rows' | 'setAside' | 'age' | 'calls', days: readonly HistoryPoint[]): Html {
  return trendOf(name, days)?.shape ?? nothing
}

/** From past runs, incremental ones first. */
export function expectation({ expectedSeconds }: EntityStatus): string {
  const { full, incremental } = expectedSeconds
  const words = [
    ...(incremental === null ? [] : [formatDuration(incremental)]),
    ...(full === null ? [] : [`${formatDuration(full)} in full`]),
  ]
  return words.length === 0 ? 'not known yet' : words.join(', ')
}
