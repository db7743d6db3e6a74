import { html } from 'hono/html'
import type { EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import type { ListedRun } from '../../runtime/monitoring/list-runs.ts'
import type { NewsLine } from '../../runtime/monitoring/read-news.ts'
import { sayMode, sayOutcome, sayPart } from '../../runtime/sync/plain-words.ts'
import { formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import type { StartState } from '../start-runs.ts'
import { ago, foreign, type Html, nothing, withoutHost } from '../words.ts'
import { expectation } from './entity-card.ts'
import { type Message, region, renderMessage } from './layout.ts'
import { renderLines } from './log-lines.ts'
import { renderProgress } from './progress.ts'
import { rowsOf, toneOfOutcome, verdictOf } from './states.ts'
import { renderCausesOf } from './verdict.ts'

export interface EntityView {
  readonly status: EntityStatus
  readonly hue: string
  readonly start: StartState
  readonly now: Date
  readonly message: Message | null
  readonly lines: readonly NewsLine[]
  readonly chart: Html
  /** The last 30 days. */
  readonly days: Html
  readonly history: readonly ListedRun[]
  /** The id of the oldest run shown, if there are older ones. */
  readonly olderThan: string | null
}

export function renderEntity(view: EntityView): Html {
  const { status, hue, message, lines, chart, days } = view
  const { entity, label, table } = status
  return html`<div class="${hue} entity">
<h1><span class="swatch" aria-hidden="true"></span>${foreign(label)}</h1>
<p class="hint"><code>${table}</code></p>
${renderSections(entity, 'runs', status.isResource ? pagesOfResource : everyPage)}
${renderMessage(message)}
${region('state', renderEntityState(view))}
<section><h2>The last 30 days</h2>${region('days', days)}</section>
<section class="two">
<div><h2>Records per second</h2>${region('chart', chart)}</div>
<div><h2>What happens</h2>
<ol class="log" id="lines" aria-live="polite" tabindex="0" aria-label="Events of the run">${renderLines(lines)}</ol>
<p class="hint">Values of records are not shown here: they are in the <a href="/quarantine?entity=${entity}">quarantine</a>.</p></div>
</section>
<section><h2>History</h2>${region('history', renderHistory(view))}</section>
</div>`
}

/** The pages about one entity. */
const everyPage = ['runs', 'properties', 'quality', 'quarantine'] as const
/** A resource has no properties, and no checks. */
const pagesOfResource = ['runs', 'quarantine'] as const

export function renderSections(
  entity: string,
  current: string,
  keys: readonly (typeof everyPage)[number][] = everyPage,
): Html {
  const pages = {
    runs: [`/entities/${entity}`, 'Runs'],
    properties: [`/entities/${entity}/properties`, 'Properties'],
    quality: [`/entities/${entity}/quality`, 'Quality'],
    quarantine: [`/quarantine?entity=${entity}`, 'Quarantine'],
  } as const
  return html`<nav class="sections" aria-label="About this entity">${keys.map((key) => {
    const [path, name] = pages[key]
    return key === current
      ? html`<a href="${path}" aria-current="page">${name}</a> `
      : html`<a href="${path}">${name}</a> `
  })}</nav>`
}

/** The changing parts: state, bar, buttons and facts. */
export function renderEntityState({
  status,
  start,
  now,
}: Pick<EntityView, 'status' | 'start' | 'now'>): Html {
  const { running, lastSuccess, freshness, rows, lastRun } = status
  const starting = start?.state === 'starting' && running === null
  const verdict = verdictOf(status)
  const word = starting ? 'starting' : verdict.word
  // Once another run has begun, the failure is obsolete.
  const newestMs = (running ?? lastRun)?.startedAt.getTime() ?? 0
  const failure = start?.state === 'failed' && start.atMs >= newestMs ? start : null
  return html`<p class="line"><span class="state ${starting ? 'info' : verdict.tone}" id="entity-state">${word}</span>
${running === null ? nothing : html`<span class="hint">run <a href="/runs/${running.id}">${running.id}</a> of ${running.holder}, began ${ago(running.startedAt, now)}</span>`}</p>
${failure === null ? nothing : renderMessage({ tone: 'bad', text: 'The last start from here failed:', output: failure.text })}
${failure === null ? renderCausesOf(status, now) : nothing}
${running === null ? nothing : renderProgress(running)}
${renderActions(status, running !== null || starting, running?.cancelRequestedAt != null)}
<dl class="facts">
<div><dt>Rows</dt><dd>${rowsOf(status)}${rows === null || rows.deleted === 0 ? nothing : html` <span class="hint">and ${formatCount(rows.deleted)} deleted</span>`}</dd></div>
<div><dt>Last success</dt><dd>${lastSuccess === null ? 'never' : ago(lastSuccess.finishedAt ?? lastSuccess.startedAt, now)}</dd></div>
<div><dt>Fresh as of</dt><dd>${freshness?.asOf == null ? 'never' : ago(freshness.asOf, now)}</dd></div>
<div><dt>Oldest part</dt><dd>${freshness?.oldest == null ? '–' : html`${sayPart(freshness.oldest.part)}, ${ago(freshness.oldest.asOf, now)}`}</dd></div>
<div><dt>A run takes</dt><dd>${expectation(status)}</dd></div>
</dl>`
}

function renderActions(
  { entity, isResource }: EntityStatus,
  busy: boolean,
  stopping: boolean,
): Html {
  if (busy) {
    const disabled = stopping ? html` disabled` : nothing
    return html`<div class="actions"><form method="post" action="/entities/${entity}/cancel"><button class="danger" id="cancel"${disabled}>Cancel</button></form>
<p class="hint">One run at a time: another start is refused while this one is active. Cancelling keeps written rows; the next run resumes from there.</p></div>`
  }
  // Separate forms, so that Enter in the number of records starts a test instead of the first button's
  // action.
  const action = `/entities/${entity}/sync`
  return html`<div class="actions"><form class="actions" method="post" action="${action}">
<button class="primary" name="mode" value="incremental" id="start-incremental" title="Reads changes since the last run; the first run reads everything">Sync what changed</button>
<button name="mode" value="full" id="start-full" title="Reads every record from the start">Sync everything</button>
</form>${isResource ? nothing : renderTest(action)}</div>`
}

/** A resource is read as a whole, so it has no test. */
function renderTest(action: string): Html {
  return html`<form method="post" action="${action}">
<label for="limit">Records</label> <input id="limit" name="limit" inputmode="numeric" pattern="[0-9]{1,7}" value="10" size="5"> <button name="mode" value="test" id="start-test" title="Reads a few records as a trial; later runs ignore them">Test</button>
</form>`
}

export function renderHistory({
  status,
  history,
  olderThan,
  now,
}: Pick<EntityView, 'status' | 'history' | 'olderThan' | 'now'>): Html {
  if (history.length === 0) return html`<p class="hint">No run yet.</p>`
  const more =
    olderThan === null
      ? nothing
      : html`<p><a href="/entities/${status.entity}?before=${olderThan}">Earlier runs</a></p>`
  return html`<div class="scroll"><table class="history">
<thead><tr><th scope="col">Run</th><th scope="col">Began</th><th scope="col">Kind</th><th scope="col">Outcome</th><th scope="col" class="right">Took</th><th scope="col" class="right">Read</th><th scope="col" class="right">New</th><th scope="col" class="right">Changed</th><th scope="col" class="right">Deleted</th><th scope="col" class="right">Rejected</th><th scope="col" class="right">Calls</th></tr></thead>
<tbody>${history.map((run) => renderRun(run, now))}</tbody>
</table></div>${more}`
}

function renderRun(run: ListedRun, now: Date): Html {
  const outcome = sayOutcome(run.outcome)
  const error =
    run.error === null ? nothing : html`<br><span class="hint">${withoutHost(run.error)}</span>`
  return html`<tr><td><a href="/runs/${run.id}">${run.id}</a></td><td>${ago(run.startedAt, now)}</td><td>${sayMode(run.mode)}</td><td><span class="state ${toneOfOutcome(run.outcome)}">${outcome}</span>${error}</td><td class="right">${run.seconds === null ? '–' : formatDuration(run.seconds)}</td>${[run.read, run.inserted, run.updated, run.deleted, run.rejectedValues].map((count) => html`<td class="right">${formatCount(count)}</td>`)}<td class="right">${run.outcome === 'running' ? '–' : formatCount(run.calls)}</td></tr>`
}
