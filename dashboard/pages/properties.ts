import { html } from 'hono/html'
import type { PropertyFacts, PropertyUse } from '../../runtime/monitoring/read-properties.ts'
import { countOf, formatCount } from '../../runtime/words/numbers-as-text.ts'
import { ago, foreign, type Html, instant, nothing, percent } from '../words.ts'
import { renderSections } from './entity.ts'

export interface PropertiesView {
  readonly entity: string
  readonly label: string
  readonly hue: string
  /** All of them; null if the database does not have them yet. */
  readonly properties: readonly PropertyFacts[] | null
  /** Properties that cannot be left out. */
  readonly needed: ReadonlySet<string>
  /** The search text. */
  readonly search: string
  readonly now: Date
}

export function renderProperties(view: PropertiesView): Html {
  const { entity, label, hue, properties } = view
  return html`<div class="${hue} entity">
<h1><span class="swatch" aria-hidden="true"></span>Properties of ${foreign(label)}</h1>
${renderSections(entity, 'properties')}
${properties === null ? html`<p>The database does not have the properties yet: <code>hubgen migrate</code> adds them.</p>` : renderTable(view, properties)}
</div>`
}

function renderTable(view: PropertiesView, properties: readonly PropertyFacts[]): Html {
  const { entity, search } = view
  const shown = properties.filter((property) => matches(property, search))
  return html`${renderMeasured(view, properties)}
<form class="actions" method="get" role="search"><label for="search">Search</label>
<input id="search" name="search" type="search" value="${search}" data-filter="properties" autocomplete="off">
<span class="hint" id="properties-count" role="status">${shown.length} shown</span></form>
<form method="post" action="/entities/${entity}/properties/export">
<div class="actions"><button class="primary" name="list" value="exclude">Export marked as <code>exclude</code></button>
<button name="list" value="include">Export others as <code>include</code></button>
<span class="hint">for <code>hubgen.config.ts</code>; the column of an excluded property stays but is no longer filled</span></div>
<div class="scroll"><table id="properties">
<thead><tr><th scope="col">Leave out</th><th scope="col">Property</th><th scope="col">Column</th><th scope="col">Group</th><th scope="col" class="right">Filled</th><th scope="col" class="right">Values</th><th scope="col">Last written</th></tr></thead>
<tbody>${shown.map((property) => renderRow(property, view))}</tbody>
</table></div>
</form>`
}

function renderMeasured(
  { entity, now }: PropertiesView,
  properties: readonly PropertyFacts[],
): Html {
  const uses = properties.flatMap(({ use }) => use ?? [])
  const measure = html`<form method="post" action="/entities/${entity}/check"><input type="hidden" name="from" value="properties"><button>Measure now</button></form>`
  const [first] = uses
  if (first === undefined) {
    return html`<div class="actions">${measure}<p class="hint">The use of properties was not measured yet; <code>hubgen check ${entity}</code> also measures it.</p></div>`
  }
  const of = (verdict: PropertyUse['verdict']) =>
    uses.filter((use) => use.verdict === verdict).length
  return html`<div class="actions">${measure}<p class="hint">Measured ${ago(first.measuredAt, now)} over ${countOf(first.records, 'live record')}: ${formatCount(of('empty'))} empty, ${formatCount(of('unused'))} not written for 90 days, ${formatCount(of('used'))} in use.</p></div>`
}

function renderRow(property: PropertyFacts, { needed, now }: PropertiesView): Html {
  const { name, column, label, type, group, description, calculated, archived, use } = property
  const text = textOf(property)
  const marks = [
    ...(use === null || use.verdict === 'used'
      ? []
      : [use.verdict === 'empty' ? 'empty' : 'unused']),
    ...(calculated ? ['calculated'] : []),
    ...(archived ? ['archived'] : []),
  ]
  const checked = use?.verdict === 'empty' ? html` checked` : nothing
  const box = needed.has(name)
    ? html`<span class="hint">needed</span>`
    : html`<input type="checkbox" name="skip" value="${name}" aria-label="Leave ${name} out"${checked}>`
  return html`<tr data-text="${text}"><td>${box}</td>
<td>${foreign(label)} ${marks.map((mark) => html`<span class="state ${mark === 'empty' || mark === 'unused' ? 'warn' : 'idle'}">${mark}</span> `)}<br><code>${name}</code>${description === '' ? nothing : html`<br><span class="hint">${foreign(description)}</span>`}</td>
<td><code>${column}</code><br><span class="hint">${type}</span></td>
<td>${foreign(group)}</td>
<td class="right">${use === null || use.records === 0 ? '–' : html`${percent((100 * use.filled) / use.records)}<br><span class="hint">${formatCount(use.filled)}</span>`}</td>
<td class="right">${use?.distinctValues == null ? '–' : `≈ ${formatCount(use.distinctValues)}`}</td>
<td>${use?.lastWrittenAt == null ? '–' : ago(use.lastWrittenAt, now)}</td></tr>
`
}

function textOf({
  name,
  column,
  label,
  type,
  group,
  use,
  calculated,
  archived,
}: PropertyFacts): string {
  const words = [name, column, label, type, group, use?.verdict ?? '']
  return [...words, calculated ? 'calculated' : '', archived ? 'archived' : '']
    .join(' ')
    .toLowerCase()
}

function matches(property: PropertyFacts, search: string): boolean {
  const text = textOf(property)
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** A list for hubgen.config.ts: names as TypeScript, sorted. */
export function exportList(
  list: 'exclude' | 'include',
  entity: string,
  names: readonly string[],
  now: Date,
): string {
  const lines = [...names].sort().map((name) => `      ${JSON.stringify(name)},\n`)
  const what = list === 'exclude' ? 'properties to leave out' : 'the only properties to copy'
  return `// Into hubgen.config.ts: ${what}, as chosen in the dashboard at ${instant(now)}.
  ${list}: {
    ${JSON.stringify(entity)}: [
${lines.join('')}    ],
  },
`
}
