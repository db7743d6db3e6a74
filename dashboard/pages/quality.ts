import { html } from 'hono/html'
import type { CheckSeries } from '../../runtime/monitoring/checks/read-check-results.ts'
import type { AuditResult, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { countOf, formatCount } from '../../runtime/words/numbers-as-text.ts'
import type { CheckProgress } from '../all-checks.ts'
import { type HubSpotPlace, recordLink } from '../hubspot-links.ts'
import { ago, foreign, type Html, nothing } from '../words.ts'
import { renderAllChecks, renderCheckProgress } from './all-actions.ts'
import { renderCourse } from './check-course.ts'
import { type CheckedEntity, renderExample } from './check-example.ts'
import { describeFailure, nameOfCheck, renderSubject, renderValue } from './check-words.ts'
import { renderAudit } from './compared.ts'
import { renderSections } from './entity.ts'
import type { Tone } from './states.ts'

interface OverviewChecks {
  readonly progress: CheckProgress | null
  /** By entity. */
  readonly labels: ReadonlyMap<string, string>
}

/** All entities, so that failures are visible at a glance. */
export function renderQualityOverview(
  entities: readonly EntityStatus[],
  now: Date,
  { progress, labels }: OverviewChecks,
): Html {
  return html`<h1>Quality</h1>
<p class="hint">Results of <code>hubgen check</code>, judged by the bounds of <code>quality</code> in <code>hubgen.config.ts</code>.</p>
${renderAllChecks()}
${renderCheckProgress(progress, labels)}
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

function renderAudited(audit: AuditResult | null, place: HubSpotPlace, now: Date): Html {
  const subjects = audit?.unexplained ?? []
  const items = subjects.map(
    ({ subject, unexplained, records, mended, differing, exampleId }) =>
      html`<li class="bad"><code>${foreign(subject)}</code>: ${formatCount(unexplained)} of ${countOf(records, 'record')} differed and no change explains it${mended === differing ? ', repaired' : ''}${exampleId === null ? nothing : html`, such as ${recordLink(place, exampleId)}`}</li>`,
  )
  return html`<p>Compared with HubSpot by value and link: ${renderAudit(audit, now)}</p>
${items.length === 0 ? nothing : html`<ul class="problems">${items}</ul>`}`
}

export interface QualityView {
  readonly entity: string
  readonly label: string
  readonly hue: string
  readonly facts: CheckedEntity
  readonly place: HubSpotPlace
  readonly series: readonly CheckSeries[]
  readonly audit: AuditResult | null
  readonly now: Date
}

export function renderQuality(view: QualityView): Html {
  const { entity, label, hue, place, series, audit, now } = view
  const newest = series[0]?.results.at(-1)?.at
  const verdict = (passed: boolean | null) =>
    series.filter(({ results }) => results.at(-1)?.passed === passed)
  const failed = verdict(false)
  const answer =
    newest === undefined
      ? html`<p>Nothing was checked yet.</p>`
      : html`<p class="line"><span class="state ${failed.length > 0 ? 'bad' : 'good'}">${failed.length > 0 ? `${failed.length} failed` : 'all passed'}</span> <span class="hint">checked ${ago(newest, now)}</span></p>`
  return html`<div class="${hue} entity">
<h1><span class="swatch" aria-hidden="true"></span>Quality of ${foreign(label)}</h1>
${renderSections(entity, 'quality')}
${answer}
<div class="actions">${checkButton(entity)}${auditButton(entity)}</div>
${failed.map((one) => renderFailure(one, view))}
${renderAudited(audit, place, now)}
<p class="hint">The queries are in <code>generated/${entity}/quality.sql</code>; <code>hubgen check ${entity}</code> runs them in a terminal or by cron. An audit syncs what changed and then compares 200 random records with HubSpot, as one run does each day.</p>
${renderFolded('passed', verdict(true))}
${renderFolded('without a bound', verdict(null))}
</div>`
}

/** A failed check stands open: a sentence, one record, and the course of the number. */
function renderFailure({ checkName, subject, results }: CheckSeries, view: QualityView): Html {
  const last = results.at(-1)
  if (last === undefined) return nothing
  const { exampleId, failing } = last
  const example =
    exampleId === null || failing === 0
      ? nothing
      : renderExample(view.facts, view.place, { checkName, subject, id: exampleId })
  return html`<article class="failure"><h2>${nameOfCheck(checkName)}</h2>
<p>${describeFailure(checkName, subject, last)}</p>
${example}
<p>${renderCourse(checkName, results)}</p></article>`
}

/** One line a kind, which opens to a table. */
function renderFolded(verdict: string, series: readonly CheckSeries[]): Html {
  if (series.length === 0) return nothing
  const kinds = Map.groupBy(series, ({ checkName }) => checkName)
  return html`<section><h2>${countOf(series.length, 'check')} ${verdict}</h2>
${[...kinds].map(
  ([
    checkName,
    ofKind,
  ]) => html`<details class="fold"><summary>${nameOfCheck(checkName)}: ${formatCount(ofKind.length)} ${verdict}</summary>
<div class="scroll"><table><thead><tr><th scope="col">Subject</th><th scope="col" class="right">Value</th><th scope="col" class="right">Bound</th><th scope="col">Over time</th></tr></thead>
<tbody>${ofKind.map(renderCheck)}</tbody></table></div></details>`,
)}</section>`
}

function renderCheck({ checkName, subject, results }: CheckSeries): Html {
  const last = results.at(-1)
  if (last === undefined) return nothing
  const { value, bound, failing, records } = last
  const counted =
    records === null || failing === null
      ? nothing
      : html`<br><span class="hint">${formatCount(failing)} of ${formatCount(records)}</span>`
  const sign = checkName === 'completeness' ? '≥' : '≤'
  return html`<tr><td>${renderSubject(checkName, subject)}</td>
<td class="right">${value === null ? '–' : renderValue(checkName, value)}${counted}</td><td class="right">${bound === null ? '–' : `${sign} ${renderValue(checkName, bound)}`}</td><td>${renderCourse(checkName, results)}</td></tr>`
}

function checkButton(entity: string): Html {
  return html`<form method="post" action="/entities/${entity}/check"><button>Check now</button></form>`
}

function auditButton(entity: string): Html {
  return html`<form method="post" action="/entities/${entity}/sync"><button name="mode" value="audit">Audit now</button></form>`
}
