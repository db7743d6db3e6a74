import { html } from 'hono/html'
import type { AuditResult, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import type { CheckPoint, CheckSeries } from '../../runtime/monitoring/read-check-results.ts'
import { countOf, formatAge, formatCount } from '../../runtime/words/numbers-as-text.ts'
import { ago, foreign, type Html, instant, nothing, percent } from '../words.ts'
import { renderAudit } from './compared.ts'
import { renderSections } from './entity.ts'
import type { Tone } from './states.ts'

/** All entities, so that failures are visible at a glance. */
export function renderQualityOverview(entities: readonly EntityStatus[], now: Date): Html {
  return html`<h1>Quality</h1>
<p class="hint">Results of <code>hubgen check</code>, judged by the bounds of <code>quality</code> in <code>hubgen.config.ts</code>.</p>
<div class="scroll"><table>
<thead><tr><th scope="col">Entity</th><th scope="col">Verdict</th><th scope="col" class="right">Failed</th><th scope="col" class="right">Passed</th><th scope="col" class="right">No bound</th><th scope="col">Checked</th><th scope="col">Compared with HubSpot</th><th scope="col">Check</th></tr></thead>
<tbody>${entities.map(({ entity, label, checks, audit }) => {
    const tone: Tone = checks === null ? 'idle' : checks.failed > 0 ? 'bad' : 'good'
    const word = checks === null ? 'not checked' : checks.failed > 0 ? 'failed' : 'passed'
    return html`<tr><td><a href="/entities/${entity}/quality">${foreign(label)}</a></td><td><span class="state ${tone}">${word}</span></td>
<td class="right">${checks === null ? '–' : formatCount(checks.failed)}</td><td class="right">${checks === null ? '–' : formatCount(checks.passed)}</td><td class="right">${checks === null ? '–' : formatCount(checks.unjudged)}</td>
<td>${checks === null ? 'never' : ago(checks.checkedAt, now)}</td><td>${renderAudit(audit, now)}</td><td>${checkButton(entity)}</td></tr>`
  })}</tbody></table></div>`
}

function renderAudited(audit: AuditResult | null, now: Date): Html {
  const subjects = audit?.unexplained ?? []
  const items = subjects.map(
    ({ subject, unexplained, records, mended, differing, exampleId }) =>
      html`<li class="bad"><code>${foreign(subject)}</code>: ${formatCount(unexplained)} of ${countOf(records, 'record')} differed and no change explains it${mended === differing ? ', repaired' : ''}${exampleId === null ? nothing : html`, such as <code>${exampleId}</code>`}</li>`,
  )
  return html`<p>Compared with HubSpot by value and link: ${renderAudit(audit, now)}</p>
${items.length === 0 ? nothing : html`<ul class="problems">${items}</ul>`}`
}

export interface QualityView {
  readonly entity: string
  readonly label: string
  readonly hue: string
  readonly table: string
  readonly series: readonly CheckSeries[]
  readonly audit: AuditResult | null
  readonly now: Date
}

export function renderQuality(view: QualityView): Html {
  const { entity, label, hue, table, series, audit, now } = view
  const newest = series[0]?.results.at(-1)?.at
  const failed = series.filter(({ results }) => results.at(-1)?.passed === false).length
  const answer =
    newest === undefined
      ? html`<p>Nothing was checked yet.</p>`
      : html`<p class="line"><span class="state ${failed > 0 ? 'bad' : 'good'}">${failed > 0 ? `${failed} failed` : 'all passed'}</span> <span class="hint">checked ${ago(newest, now)}</span></p>`
  return html`<div class="${hue} entity">
<h1><span class="swatch" aria-hidden="true"></span>Quality of ${foreign(label)}</h1>
${renderSections(entity, 'quality')}
${answer}
${renderAudited(audit, now)}
<div class="actions">${checkButton(entity)}<p class="hint">The queries are in <code>generated/${entity}/quality.sql</code>; <code>hubgen check ${entity}</code> runs them in a terminal or by cron.</p></div>
${series.length === 0 ? nothing : renderSeries(series, table)}
</div>`
}

function renderSeries(series: readonly CheckSeries[], table: string): Html {
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">Check</th><th scope="col">Subject</th><th scope="col">Verdict</th><th scope="col" class="right">Value</th><th scope="col" class="right">Bound</th><th scope="col">Over time</th><th scope="col">Example</th></tr></thead>
<tbody>${series.map((one) => renderCheck(one, table))}</tbody></table></div>`
}

function renderCheck({ checkName, subject, results }: CheckSeries, table: string): Html {
  const last = results.at(-1)
  if (last === undefined) return nothing
  const { passed, value, bound, failing, records, exampleId } = last
  const tone: Tone = passed === null ? 'idle' : passed ? 'good' : 'bad'
  const word = passed === null ? 'no bound' : passed ? 'passed' : 'failed'
  const counted =
    records === null || failing === null
      ? nothing
      : html`<br><span class="hint">${formatCount(failing)} of ${formatCount(records)}</span>`
  const limit =
    bound === null
      ? '–'
      : `${checkName === 'completeness' ? '≥' : '≤'} ${valueText(checkName, bound)}`
  const example =
    exampleId === null || failing === 0
      ? nothing
      : html`<code>SELECT * FROM ${table} WHERE id = ${exampleId}</code>`
  return html`<tr><td>${checkName}</td><td><code>${foreign(subject)}</code></td><td><span class="state ${tone}">${word}</span></td>
<td class="right">${value === null ? '–' : valueText(checkName, value)}${counted}</td><td class="right">${limit}</td><td>${renderLine(checkName, results)}</td><td>${example}</td></tr>`
}

function valueText(checkName: string, value: number): string {
  return checkName === 'freshness' ? formatAge(value) : percent(value)
}

const width = 130
const height = 28

/** A chart from the lowest to the highest value; red where the check failed. */
function renderLine(checkName: string, results: readonly CheckPoint[]): Html {
  const points = results.flatMap(({ at, value, passed }) =>
    value === null ? [] : [{ at, value, passed }],
  )
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined || points.length < 2) {
    return html`<span class="hint">from the second check on</span>`
  }
  const values = points.map(({ value }) => value)
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  const span = highest - lowest
  const x = (at: Date) =>
    3 +
    ((at.getTime() - first.at.getTime()) / (last.at.getTime() - first.at.getTime())) * (width - 6)
  const y = (value: number) =>
    span === 0 ? height / 2 : 3 + (1 - (value - lowest) / span) * (height - 6)
  const path = points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const failed = points.filter(({ passed }) => passed === false)
  const range = `${valueText(checkName, lowest)} to ${valueText(checkName, highest)}`
  const title = `${points.length} results from ${instant(first.at)} on: ${range}`
  return html`<span class="chart"><svg class="spark" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}"><polyline class="line" points="${path}"/>${failed.map(
    ({ at, value }) =>
      html`<circle class="red" cx="${x(at).toFixed(1)}" cy="${y(value).toFixed(1)}" r="2.5"/>`,
  )}</svg></span><span class="hint">${range}</span>`
}

function checkButton(entity: string): Html {
  return html`<form method="post" action="/entities/${entity}/check"><button>Check now</button></form>`
}
