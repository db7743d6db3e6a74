import { html } from 'hono/html'
import type { RecordedDrift } from '../../runtime/monitoring/read-drift.ts'
import { countOf } from '../../runtime/words/numbers-as-text.ts'
import type { DashboardEntity, PendingMigration } from '../dashboard-options.ts'
import { ago, foreign, type Html, nothing } from '../words.ts'

export interface DriftView {
  readonly drifts: readonly RecordedDrift[]
  readonly pending: readonly PendingMigration[]
  readonly entities: readonly DashboardEntity[]
  readonly now: Date
}

export function renderDrift({ drifts, pending, entities, now }: DriftView): Html {
  const differing = drifts.filter((one) => one.drifts.length > 0)
  const unseen = entities.filter(({ facts }) => drifts.every(({ entity }) => entity !== facts.name))
  return html`<h1>Drift</h1>
<p>What HubSpot, the analyses, the generated files and the live tables disagree about.</p>
<form class="actions" method="post" action="/drift/look"><button class="primary">Compare now</button><span class="hint">reads all definitions from HubSpot; <code>hubgen diff --all --database</code> does the same in a terminal</span></form>
${drifts.length === 0 ? html`<p>Not compared yet.</p>` : nothing}
${drifts.length > 0 && differing.length === 0 ? html`<p class="line"><span class="state good">no drift</span></p>` : nothing}
${differing.map((one) => renderEntity(one, entities, now))}
${renderLooked(drifts, unseen, now)}
${renderPending(pending)}`
}

function renderEntity(found: RecordedDrift, entities: readonly DashboardEntity[], now: Date): Html {
  const { entity, lookedAt, drifts, migration } = found
  const label = entities.find(({ facts }) => facts.name === entity)?.label ?? entity
  const id = `migration-${entity.replaceAll(' ', '-')}`
  return html`<section><h2>${foreign(label)}: ${countOf(drifts.length, 'difference')}</h2>
<p class="hint">as of ${ago(lookedAt, now)}</p>
<ul class="problems">${drifts.map(
    ({ severity, kind, text }) =>
      html`<li class="${severity === 'schema' ? 'warn' : 'idle'}"><bdi>${text}</bdi> <span class="hint">${kind.replaceAll('_', ' ')}</span></li>`,
  )}</ul>
${
  migration === null
    ? nothing
    : html`<details open><summary>The migration that would resolve it</summary>
<p class="hint">Nothing is applied from here: <code>hubgen explore ${entity} && hubgen generate ${entity}</code> writes it as a file to review, <code>hubgen migrate</code> applies it.</p>
<button class="quiet" type="button" data-copy="${id}" hidden>Copy</button>
<pre id="${id}" tabindex="0">${migration}</pre></details>`
}</section>`
}

function renderLooked(
  drifts: readonly RecordedDrift[],
  unseen: readonly DashboardEntity[],
  now: Date,
): Html {
  const same = drifts.filter((one) => one.drifts.length === 0)
  return html`${
    same.length === 0
      ? nothing
      : html`<section><h2>No differences</h2>
<ul>${same.map(({ entity, lookedAt }) => html`<li>${entity} <span class="hint">compared ${ago(lookedAt, now)}</span></li>`)}</ul></section>`
  }
${unseen.length === 0 ? nothing : html`<p class="hint">Never compared: ${unseen.map(({ facts }) => facts.name).join(', ')}</p>`}`
}

function renderPending(pending: readonly PendingMigration[]): Html {
  if (pending.length === 0) {
    return html`<section><h2>Migrations</h2><p class="line"><span class="state good">all applied</span></p></section>`
  }
  return html`<section><h2>${countOf(pending.length, 'migration')} not applied yet</h2>
<p class="hint"><code>hubgen migrate</code> applies them in this order.</p>
${pending.map(
  ({
    name,
    sql,
    locks,
  }) => html`<details><summary><code>${name}</code>${locks.length === 0 ? nothing : html` <span class="hint">${locks.join('; ')}</span>`}</summary>
<pre tabindex="0">${sql}</pre></details>`,
)}</section>`
}
