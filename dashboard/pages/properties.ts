import { html } from 'hono/html'
import type { PropertyFacts, PropertyUse } from '../../runtime/monitoring/read-properties.ts'
import { countOf, formatCount } from '../../runtime/words/numbers-as-text.ts'
import { type HubSpotPlace, propertyLink } from '../hubspot-links.ts'
import { ago, foreign, type Html, instant, nothing, percent } from '../words.ts'
import { renderSections } from './entity.ts'
import {
  listProperties,
  type PropertyPage,
  type PropertyQuery,
  type PropertySort,
  propertiesPath,
  textOf,
} from './property-list.ts'

export interface PropertiesView {
  readonly entity: string
  readonly label: string
  readonly hue: string
  readonly place: HubSpotPlace
  /** All of them; null if the database does not have them yet. */
  readonly properties: readonly PropertyFacts[] | null
  /** Properties that cannot be left out. */
  readonly needed: ReadonlySet<string>
  readonly query: PropertyQuery
  readonly now: Date
}

export function renderProperties(view: PropertiesView): Html {
  const { entity, label, hue, properties } = view
  return html`<div class="${hue} entity">
<h1><span class="swatch" aria-hidden="true"></span>Properties of ${foreign(label)}</h1>
${renderSections(entity, 'properties')}
${properties === null ? html`<p>The database does not have the properties yet: <code>hubgen migrate</code> adds them.</p>` : renderList(view, properties)}
</div>`
}

function renderList(view: PropertiesView, properties: readonly PropertyFacts[]): Html {
  const { entity, query, needed } = view
  const list = listProperties(properties, query)
  const shown = new Set(list.shown)
  const elsewhere = properties.filter(
    (one) => !shown.has(one) && one.use?.verdict === 'empty' && !needed.has(one.name),
  ).length
  const names = JSON.stringify(list.shown.map(({ name }) => name))
  return html`${renderMeasured(view, properties)}
${renderSearch(view, list)}
<form method="post" action="/entities/${entity}/properties/export"><input type="hidden" name="shown" value="${names}">
<div class="actions"><button class="primary" name="list" value="exclude">Export marked as <code>exclude</code></button>
<button name="list" value="include">Export others as <code>include</code></button>
<span class="hint">for <code>hubgen.config.ts</code>; the column of an excluded property stays but is no longer filled${elsewhere === 0 ? nothing : `; ${countOf(elsewhere, 'empty property')} that ${elsewhere === 1 ? 'is' : 'are'} not on this page ${elsewhere === 1 ? 'counts' : 'count'} as marked`}</span></div>
<div class="scroll"><table id="properties">
<thead><tr><th scope="col">Leave out</th>${columns.map((column) => renderHead(view, column))}</tr></thead>
<tbody>${list.shown.map((property) => renderRow(property, view, list))}</tbody>
</table></div>
</form>
${renderPages(view, list)}`
}

function renderSearch({ query }: PropertiesView, { found, pages, shown }: PropertyPage): Html {
  const { search, only, sort, order } = query
  // On a single page, a script hides rows at each key.
  const filter = pages === 1 ? html` data-filter="properties"` : nothing
  const count =
    pages === 1 ? `${shown.length} shown` : `${shown.length} of ${formatCount(found)} shown`
  return html`<form class="actions" method="get" role="search"><label for="search">Search</label>
<input id="search" name="search" type="search" value="${search}"${filter} autocomplete="off">
<label><input type="checkbox" name="only" value="empty"${only === 'empty' ? html` checked` : nothing}> only empty</label>
${sort === 'name' ? nothing : html`<input type="hidden" name="sort" value="${sort}">`}${order === 'up' ? nothing : html`<input type="hidden" name="order" value="down">`}<button>Show</button>
<span class="hint" id="properties-count" role="status">${count}</span></form>`
}

interface Column {
  readonly sort: PropertySort
  readonly title: string
  /** Numbers and times begin with the largest. */
  readonly first: 'up' | 'down'
  readonly side: 'left' | 'right'
}

const columns: readonly Column[] = [
  { sort: 'name', title: 'Property', first: 'up', side: 'left' },
  { sort: 'type', title: 'Column', first: 'up', side: 'left' },
  { sort: 'group', title: 'Group', first: 'up', side: 'left' },
  { sort: 'filled', title: 'Filled', first: 'down', side: 'right' },
  { sort: 'values', title: 'Values', first: 'down', side: 'right' },
  { sort: 'written', title: 'Last written', first: 'down', side: 'left' },
]

function renderHead({ entity, query }: PropertiesView, column: Column): Html {
  const { sort, title, first, side } = column
  const isSorted = query.sort === sort
  const turned = query.order === 'up' ? 'down' : 'up'
  const path = propertiesPath(entity, query, {
    sort,
    order: isSorted ? turned : first,
    page: 1,
  })
  const state = isSorted
    ? html` aria-sort="${query.order === 'up' ? 'ascending' : 'descending'}"`
    : nothing
  const mark = isSorted ? (query.order === 'up' ? ' ▲' : ' ▼') : ''
  return html`<th scope="col"${state}${side === 'right' ? html` class="right"` : nothing}><a href="${path}">${title}</a>${mark}</th>`
}

function renderPages({ entity, query }: PropertiesView, { page, pages }: PropertyPage): Html {
  if (pages === 1) return nothing
  const link = (number: number, text: string) =>
    html`<a href="${propertiesPath(entity, query, { page: number })}">${text}</a>`
  return html`<nav class="actions" aria-label="Pages of the list">${page > 1 ? link(page - 1, 'Previous') : nothing}
<span>Page ${page} of ${pages}</span>
${page < pages ? link(page + 1, 'Next') : nothing}</nav>`
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

/** Longer descriptions are cut; HubSpot's settings have them whole. */
const shownCharacters = 140

function renderRow(
  property: PropertyFacts,
  { needed, place, now }: PropertiesView,
  { pages }: PropertyPage,
): Html {
  const { name, column, columnType, label, type, group, calculated, archived, use } = property
  const marks = [
    ...(use === null || use.verdict === 'used' ? [] : [use.verdict]),
    ...(calculated ? ['calculated'] : []),
    ...(archived ? ['archived'] : []),
  ]
  const checked = use?.verdict === 'empty' ? html` checked` : nothing
  const box = needed.has(name)
    ? html`<span class="hint">needed</span>`
    : html`<input type="checkbox" name="skip" value="${name}" aria-label="Leave ${name} out"${checked}>`
  const text = pages === 1 ? html` data-text="${textOf(property)}"` : nothing
  return html`<tr${text}><td>${box}</td>
<td>${foreign(label)} ${marks.map((mark) => html`<span class="state ${mark === 'empty' || mark === 'unused' ? 'warn' : 'idle'}">${mark}</span> `)}<br>${propertyLink(place, name)}${renderDescription(property)}</td>
<td><code>${column}</code><br><span class="hint">${columnType ?? html`in <code>overflow</code>`}, from ${type}</span></td>
<td>${foreign(group)}</td>
<td class="right">${use === null || use.records === 0 ? '–' : html`${percent((100 * use.filled) / use.records)}<br><span class="hint">${formatCount(use.filled)}</span>`}</td>
<td class="right">${use?.distinctValues == null ? '–' : `≈ ${formatCount(use.distinctValues)}`}</td>
<td>${use?.lastWrittenAt == null ? '–' : ago(use.lastWrittenAt, now)}</td></tr>
`
}

function renderDescription({ description }: PropertyFacts): Html {
  if (description === '') return nothing
  const cut =
    description.length > shownCharacters ? `${description.slice(0, shownCharacters)}…` : description
  return html`<br><span class="hint">${foreign(cut)}</span>`
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
