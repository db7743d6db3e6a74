import { html } from 'hono/html'
import type { Misfit } from '../../runtime/monitoring/copy-status.ts'
import { describeMisfit } from '../../runtime/monitoring/verdict/describe-doubt.ts'
import type { QuarantineGroup } from '../../runtime/postgres/load/quarantine.ts'
import { sayReason } from '../../runtime/sync/plain-words.ts'
import { formatCount } from '../../runtime/words/numbers-as-text.ts'
import type { DashboardEntity } from '../dashboard-options.ts'
import {
  type HubSpotPlace,
  labelledProperty,
  type PropertyLabels,
  recordLink,
} from '../hubspot-links.ts'
import { ago, foreign, type Html, nothing } from '../words.ts'
import { type Message, renderMessage } from './layout.ts'

export interface QuarantineView {
  readonly groups: readonly QuarantineGroup[]
  /** By entity. */
  readonly misfits: ReadonlyMap<string, readonly Misfit[]>
  readonly entities: readonly DashboardEntity[]
  /** The entities that were never synced. */
  readonly unread: ReadonlySet<string>
  /** "": all. */
  readonly entity: string
  readonly property: string
  /** Where the records are in HubSpot, by entity. */
  readonly places: ReadonlyMap<string, HubSpotPlace>
  /** By entity. */
  readonly labels: ReadonlyMap<string, PropertyLabels>
  readonly values: 'hidden' | 'shown'
  readonly message: Message | null
  readonly now: Date
}

export function renderQuarantine(view: QuarantineView): Html {
  const { groups, entities, entity, property, values, message } = view
  const held = [...new Set(groups.map((group) => group.entity))]
  return html`<h1>Quarantine</h1>
<p>Values that did not fit their columns: the column is NULL, and the value is kept here as HubSpot sent it. After a change of the type or the table, try them again here without calling HubSpot.</p>
${renderMessage(message)}
<form class="actions" method="get">
<label for="entity">Entity</label> <select id="entity" name="entity"><option value="">all</option>${entities.map(
    ({ facts, label }) =>
      html`<option value="${facts.name}"${facts.name === entity ? html` selected` : nothing}>${label}</option>`,
  )}</select>
<label for="property">Property</label> <input id="property" name="property" value="${property}" autocomplete="off">
<label><input type="checkbox" name="values" value="shown"${values === 'shown' ? html` checked` : nothing}> with values, which may be personal data</label>
<button>Show</button></form>
${held.length === 0 ? renderNothing(view) : nothing}
${held.map((one) => renderEntity(one, view))}`
}

/** Nothing is held; that is right only where something was read and nothing is left out. */
function renderNothing({ entities, unread, entity, property }: QuarantineView): Html {
  const asked = entities.filter(({ facts }) => entity === '' || facts.name === entity)
  const isUnread = asked.length > 0 && asked.every(({ facts }) => unread.has(facts.name))
  const [tone, word, hint] = isUnread
    ? ['idle', 'never synced', 'nothing was read yet']
    : property !== '' || asked.length === 0
      ? ['idle', 'empty', 'nothing matches this filter']
      : ['good', 'empty', 'everything that was read fits its column']
  return html`<p class="line"><span class="state ${tone}">${word}</span> <span class="hint">${hint}</span></p>`
}

function renderEntity(entity: string, view: QuarantineView): Html {
  const known = view.entities.find(({ facts }) => facts.name === entity)
  const groups = view.groups.filter((group) => group.entity === entity)
  const total = groups.reduce((sum, { kept }) => sum + kept, 0)
  const misfits = view.misfits.get(entity) ?? []
  return html`<section><h2>${known === undefined ? entity : foreign(known.label)}</h2>
${misfits.length === 0 ? nothing : html`<ul class="problems">${misfits.map((misfit) => html`<li class="bad">${foreign(describeMisfit(misfit, view.now))}</li>`)}</ul>`}
${known === undefined || known.facts.resource !== undefined || total === 0 ? nothing : renderReplay(entity, view.property, total)}
<div class="scroll"><table>
<thead><tr><th scope="col">Property</th><th scope="col">Why</th><th scope="col" class="right">Count</th><th scope="col">First</th><th scope="col">Last</th><th scope="col">Records</th></tr></thead>
<tbody>${groups.map((group) => renderGroup(group, view))}</tbody></table></div></section>`
}

/** Tries exactly the rows that the page counts, of one property if the page is narrowed to it. */
function renderReplay(entity: string, property: string, count: number): Html {
  const only =
    property === '' ? nothing : html`<input type="hidden" name="property" value="${property}">`
  const hint =
    property === ''
      ? html`<code>hubgen replay ${entity}</code> does the same in a terminal.`
      : html`Only the values of this property.`
  return html`<div class="actions"><form method="post" action="/entities/${entity}/replay">${only}<button>Try all ${formatCount(count)} again</button></form><p class="hint">${hint}</p></div>`
}

function renderGroup(
  group: QuarantineGroup,
  { values, places, labels, now }: QuarantineView,
): Html {
  const place = places.get(group.entity) ?? null
  const { property, reason, count, firstSeen, lastSeen, examples } = group
  return html`<tr><td>${property === null ? 'whole record' : labelledProperty(place, property, labels.get(group.entity))}</td><td>${sayReason(reason)}</td><td class="right">${formatCount(count)}</td><td>${ago(firstSeen, now)}</td><td>${ago(lastSeen, now)}</td>
<td>${examples.map(({ recordId, rawValue }) =>
    values === 'shown'
      ? html`<div>${recordLink(place, recordId)}: <bdi class="value">${shorten(rawValue ?? '')}</bdi></div>`
      : html`${recordLink(place, recordId)} `,
  )}${count > examples.length ? html`<span class="hint">and ${formatCount(count - examples.length)} more</span>` : nothing}</td></tr>`
}

/** A whole record may have 100 kB; SQL is better suited to read it. */
function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}
