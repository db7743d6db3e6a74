import { html } from 'hono/html'
import type { ListedRun } from '../../runtime/monitoring/list-runs.ts'
import type { WrittenIds } from '../../runtime/postgres/state/run-counts.ts'
import { sayMode, sayOutcome, sayPass, sayReason } from '../../runtime/sync/plain-words.ts'
import type { PassReport, Rejection } from '../../runtime/sync/report.ts'
import { countOf, formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import {
  type HubSpotPlace,
  labelledProperty,
  type PropertyLabels,
  recordLink,
} from '../hubspot-links.ts'
import type { RunStory } from '../run-story.ts'
import { foreign, type Html, nothing, timeOf, withoutHost } from '../words.ts'
import { renderMessage } from './layout.ts'
import { renderLine, renderRawLine } from './log-lines.ts'
import { sayCounts, sayPassEnd } from './plain-lines.ts'
import { type LogPage, type LogQuery, logLevels } from './run-log-query.ts'
import { writeReport } from './run-report.ts'
import { type Tone, toneOfOutcome } from './states.ts'

export interface RunView {
  readonly run: ListedRun
  readonly label: string
  readonly hue: string
  readonly place: HubSpotPlace
  readonly labels: PropertyLabels | undefined
  readonly story: RunStory
  readonly query: LogQuery
  readonly log: LogPage
  readonly chart: Html
}

/** One run for people: what it did, which records, and its log on request. */
export function renderRunPage(view: RunView): Html {
  const { run, label, hue, place, labels, story, chart } = view
  const { entity, outcome, seconds, calls, error, fix } = run
  const counts = sayCounts(run)
  const cost = [
    ...(seconds === null ? [] : [`in ${formatDuration(seconds)}`]),
    ...(calls > 0 ? [`with ${countOf(calls, 'call')}`] : []),
  ].join(' ')
  const why = withoutHost(fix === null ? (error ?? '') : `${error}; fix: ${fix}`)
  return html`<div class="${hue} entity">
<h1><span class="swatch" aria-hidden="true"></span>Run ${run.id} of <a href="/entities/${entity}">${foreign(label)}</a></h1>
<p class="line"><span class="state ${toneOfOutcome(outcome)}">${sayOutcome(outcome)}</span> <span>${counts === '' ? 'no changes' : counts} ${cost}</span></p>
<p class="hint">${sayMode(run.mode)}, began ${timeOf(run.startedAt, 'moment')}</p>
${error === null ? nothing : renderMessage({ tone: 'bad', text: why })}
<div class="two"><div>${renderPasses(story)}</div>
<div><h2>Records per second</h2>${chart}</div></div>
${renderIds(story.ids, place)}
${renderRejections(story.rejections, { entity, place, labels })}
${renderLog(view)}
<h2>Report</h2>
<details class="fold"><summary>Copy as report</summary>
<p class="hint">Without hosts, tokens and values.</p>
<button class="quiet" type="button" data-copy="report" hidden>Copy</button>
<pre id="report">${writeReport(run, story)}</pre></details>
</div>`
}

const passTones: Readonly<Record<PassReport['outcome'], Tone>> = {
  completed: 'good',
  skipped: 'warn',
  failed: 'bad',
  ended: 'warn',
}

function renderPasses({ passes, openPass }: RunStory): Html {
  if (passes.length === 0 && openPass === null) return html`<h2>Parts</h2><p class="hint">None.</p>`
  const open =
    openPass === null ? nothing : html`<li class="info">${sayPass(openPass)}: not finished</li>`
  return html`<h2>Parts</h2>
<ul class="passes">${passes.map(
    (pass) =>
      html`<li class="${passTones[pass.outcome] ?? 'idle'}"><strong>${sayPass(pass.pass)}</strong>: ${sayPassEnd(pass)}</li>`,
  )}${open}</ul>`
}

const kinds: readonly (readonly [kind: keyof WrittenIds, word: string])[] = [
  ['inserted', 'New'],
  ['updated', 'Changed'],
  ['deleted', 'Deleted'],
]

function renderIds(ids: WrittenIds, place: HubSpotPlace): Html {
  const found = kinds.filter(([kind]) => ids[kind].length > 0)
  if (found.length === 0) return nothing
  return html`<h2>Some of its records</h2>
<dl class="records">${found.map(
    ([kind, word]) =>
      html`<div><dt>${word}</dt><dd>${ids[kind].map((id) => html`${recordLink(place, id)} `)}</dd></div>`,
  )}</dl>`
}

/** More kinds are in the quarantine. */
const shownRejections = 10

function renderRejections(
  rejections: readonly Rejection[],
  { entity, place, labels }: Pick<RunView, 'place' | 'labels'> & { readonly entity: string },
): Html {
  if (rejections.length === 0) return nothing
  const others = rejections.slice(shownRejections)
  const values = others.reduce((sum, { count }) => sum + count, 0)
  const more =
    others.length === 0 ? nothing : html`<li class="warn">${formatCount(values)} × others</li>`
  return html`<h2>Set aside</h2>
<ul class="problems">${rejections
    .slice(0, shownRejections)
    .map(
      ({ property, reason, count }) =>
        html`<li class="warn">${formatCount(count)} × ${labelledProperty(place, property, labels)}: ${sayReason(reason)}</li>`,
    )}${more}</ul>
<p><a href="/quarantine?entity=${encodeURIComponent(entity)}">Quarantine</a></p>`
}

function renderLog({ run, query, log }: RunView): Html {
  const { search, level, form } = query
  const shown = form === 'raw' ? log.lines.map(renderRawLine) : log.lines.map(renderLine)
  return html`<h2 id="log">Log</h2>
<form class="actions" method="get" action="/runs/${run.id}#log" role="search">
<label for="search">Search</label> <input id="search" name="search" type="search" value="${search}" autocomplete="off">
<label for="level">Lines</label> <select id="level" name="level">${logLevels.map(
    ([name, words]) =>
      html`<option value="${name}"${name === level ? html` selected` : nothing}>${words}</option>`,
  )}</select>
<label><input type="checkbox" name="form" value="raw"${form === 'raw' ? html` checked` : nothing}> raw lines</label>
<button>Show</button></form>
${log.total === 0 ? html`<p class="hint">Events are kept for 30 days; this run has none.</p>` : html`<p class="hint" role="status">${formatCount(log.found)} of ${countOf(log.total, 'line')}</p>`}
${shown.length === 0 ? nothing : html`<ol class="log whole">${shown}</ol>`}
${log.next === null ? nothing : html`<p><a href="${log.next}">More lines</a></p>`}`
}
