import { html } from 'hono/html'
import type { ApiUse, CopyStatus, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { countOf, formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import { ago, foreign, type Html, nothing, percent } from '../words.ts'
import { renderAudit } from './compared.ts'
import { region } from './layout.ts'
import { renderProgress } from './progress.ts'
import { describeProblems, type Hues, hueOf, verdictOf } from './states.ts'

/** The page that shows whether the data is all right. */
export function renderOverview(status: CopyStatus, hues: Hues): Html {
  return html`${region('overview', renderOverviewBody(status, hues))}`
}

export function renderOverviewBody(status: CopyStatus, hues: Hues): Html {
  return html`${renderAnswer(status)}
<section class="strip" aria-label="All entities together">
${renderApi(status.api)}
${renderTotals(status)}
</section>
<section class="cards" aria-label="Entities">
${status.entities.map((entity) => renderCard(entity, hueOf(hues, entity.entity), status.at))}
</section>`
}

function renderAnswer(status: CopyStatus): Html {
  const { entities, totals } = status
  const findings = describeProblems(status)
  const troubled = new Set(findings.map(({ entity }) => entity)).size
  if (troubled === 0) {
    const running = totals.states.running
    const note = running > 0 ? `, ${countOf(running, 'run')} active` : ''
    const what = entities.length === 1 ? '1 entity' : `${entities.length} entities`
    return html`<h1 class="answer good">All right: ${what} up to date${note}</h1>`
  }
  const worst = findings.some(({ tone }) => tone === 'bad') ? 'bad' : 'warn'
  const needs = troubled === 1 ? 'needs' : 'need'
  return html`<h1 class="answer ${worst}">${troubled} of ${entities.length} ${needs} attention</h1>
<ul class="problems">${findings.map(
    ({ label, tone, text, href }) =>
      html`<li class="${tone}"><a href="${href}">${foreign(label)}</a>: ${text}</li>`,
  )}</ul>`
}

function renderApi({ callsToday, daily, timeZone }: ApiUse): Html {
  const own = html`<p class="hint">${countOf(callsToday, 'call')} by hubgen since midnight, ${timeZone}</p>`
  if (daily === null) {
    return html`<div class="fact"><h2>API calls today</h2><p class="number">${formatCount(callsToday)}</p><p class="hint">HubSpot reports no daily limit for this token</p></div>`
  }
  const { permitted, remaining } = daily
  if (remaining === null) {
    return html`<div class="fact"><h2>API calls today</h2><p class="number">${formatCount(callsToday)}</p><p class="hint">of ${formatCount(permitted)} per day, by hubgen since midnight, ${timeZone}</p></div>`
  }
  const used = Math.max(0, permitted - remaining)
  const share = permitted === 0 ? 0 : (100 * used) / permitted
  return html`<div class="fact"><h2>API calls today</h2>
<p class="number">${percent(share)}</p>
<meter min="0" max="${permitted}" high="${Math.round(permitted * 0.9)}" value="${used}">${percent(share)}</meter>
<p class="hint">${formatCount(used)} of ${formatCount(permitted)} by all callers</p>${own}</div>`
}

function renderTotals({ totals }: CopyStatus): Html {
  const { rows, quarantine, drift, checks } = totals
  const quarantined = quarantine.values + quarantine.records
  const drifts = drift.grave + drift.lesser
  return html`<div class="fact"><h2>Rows</h2><p class="number">${rows === null ? '–' : about(rows.live, rows.estimated)}</p>
<p class="hint">${rows === null ? 'not counted' : `${formatCount(rows.deleted)} more are deleted`}</p></div>
<div class="fact"><h2><a href="/quarantine">Quarantine</a></h2><p class="number">${formatCount(quarantined)}</p>
<p class="hint">${countOf(quarantine.values, 'value')}, ${countOf(quarantine.records, 'record')}</p></div>
<div class="fact"><h2><a href="/drift">Drift</a></h2><p class="number">${formatCount(drifts)}</p>
<p class="hint">${formatCount(drift.grave)} in columns or files, ${formatCount(drift.lesser)} in labels</p></div>
<div class="fact"><h2><a href="/quality">Checks</a></h2><p class="number">${formatCount(checks.failed)} failed</p>
<p class="hint">${formatCount(checks.passed)} passed, ${formatCount(checks.unjudged)} without a bound</p></div>`
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
<div><dt>Quarantine</dt><dd>${quarantined === 0 ? '0' : html`<a href="/quarantine?entity=${entity}">${formatCount(quarantined)}</a>`}</dd></div>
<div><dt>Compared</dt><dd>${renderAudit(status.audit, now)}</dd></div>
<div><dt>Drift</dt><dd>${drifts === null ? 'not compared' : drifts === 0 ? '0' : html`<a href="/drift">${formatCount(drifts)}</a>`}</dd></div>
</dl>
</article>`
}

export function about(count: number, estimated: boolean): string {
  return estimated ? `≈ ${formatCount(count)}` : formatCount(count)
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
