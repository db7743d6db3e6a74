import { html } from 'hono/html'
import type { CopyStatus, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import { about, ago, foreign, type Html, nothing } from '../words.ts'
import { renderAudit } from './compared.ts'
import { region } from './layout.ts'
import { renderProgress } from './progress.ts'
import { type Hues, hueOf, verdictOf } from './states.ts'
import { renderTotals } from './totals.ts'
import { renderVerdict } from './verdict.ts'

/** The page that shows whether the data is all right. */
export function renderOverview(status: CopyStatus, hues: Hues): Html {
  return html`${region('overview', renderOverviewBody(status, hues))}`
}

export function renderOverviewBody(status: CopyStatus, hues: Hues): Html {
  return html`${renderVerdict(status)}
${renderTotals(status)}
<section class="cards" aria-label="Entities">
${status.entities.map((entity) => renderCard(entity, hueOf(hues, entity.entity), status.at))}
</section>`
}

function renderCard(status: EntityStatus, hue: string, now: Date): Html {
  const { entity, label, table, rows, running, lastSuccess, freshness } = status
  const quarantined = status.quarantine.values + status.quarantine.records
  const drifts = status.drift === null ? null : status.drift.grave + status.drift.lesser
  const { tone, word } = verdictOf(status)
  return html`<article class="card ${hue}">
<header><h2><a href="/entities/${entity}">${foreign(label)}</a></h2><span class="state ${tone}">${word}</span></header>
<p class="hint"><code>${table}</code></p>
${running === null ? nothing : renderProgress(running)}
<dl>
<div><dt>Rows</dt><dd>${rows === null ? '–' : about(rows.live, rows.estimated)}</dd></div>
<div><dt>Last success</dt><dd>${lastSuccess === null ? 'never' : ago(lastSuccess.finishedAt ?? lastSuccess.startedAt, now)}</dd></div>
<div><dt>Fresh as of</dt><dd>${freshness?.asOf == null ? 'never' : ago(freshness.asOf, now)}</dd></div>
<div><dt>A run takes</dt><dd>${expectation(status)}</dd></div>
<div><dt>Quarantine</dt><dd>${quarantined === 0 ? (status.lastRun === null ? '–' : '0') : html`<a href="/quarantine?entity=${entity}">${formatCount(quarantined)}</a>`}</dd></div>
<div><dt>Compared</dt><dd>${renderAudit(status.audit, now)}</dd></div>
<div><dt>Drift</dt><dd>${drifts === null ? 'not compared' : drifts === 0 ? '0' : html`<a href="/drift">${formatCount(drifts)}</a>`}</dd></div>
</dl>
</article>`
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
