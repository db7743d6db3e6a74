import { html } from 'hono/html'
import type { FailedCheck } from '../../runtime/monitoring/checks/read-failed-checks.ts'
import type { EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { daysOf, type HistoryPoint } from '../../runtime/monitoring/history-days.ts'
import { formatCount } from '../../runtime/words/numbers-as-text.ts'
import { ago, foreign, type Html, nothing } from '../words.ts'
import { renderCard } from './entity-card.ts'
import { everything, isShown, type Narrowing, renderNarrowing, rowFactsOf } from './narrow.ts'
import { type Hues, hueOf, rowsOf, verdictOf } from './states.ts'
import { runsTrend, trendOf } from './trends.ts'
import { sortByTrouble, toneOf, troublesOf } from './trouble.ts'

/** The data of the list besides the status. */
export interface ListView {
  /** By entity; an entity without any has no drawings. */
  readonly histories: ReadonlyMap<string, readonly HistoryPoint[]>
  readonly failures: ReadonlyMap<string, readonly FailedCheck[]>
  readonly narrowing: Narrowing
}

/**
 * A list without drawings and searches.
 * @internal Exported for tests.
 */
export const plainList: ListView = {
  histories: new Map(),
  failures: new Map(),
  narrowing: everything,
}

/** From this many entities on, a table shows them; fewer fit a page as cards. */
const leastOfTable = 8
/** From this many entities on, the table has two columns of rows without trends, to fit a page. */
const leastOfDense = 25

/** One entity of the list: `inside` is the part that changes. */
interface Item {
  readonly entity: string
  readonly open: Html
  readonly inside: Html
  readonly close: Html
  /** Changes with the place of the item and with the answers to a search. */
  readonly place: string
}

/** Entities with problems first, as cards or as a table with a search. */
export function renderList(
  entities: readonly EntityStatus[],
  now: Date,
  hues: Hues,
  view: ListView,
): Html {
  const isTable = entities.length >= leastOfTable
  const shown = itemsOf(entities, now, hues, view)
  const search = isTable
    ? renderNarrowing(view.narrowing, { shown: shown.length, total: entities.length })
    : nothing
  return html`<section class="entities" aria-label="Entities">${search}<div id="entities" data-region>${renderItems(shown, entities.length)}</div></section>`
}

/** The list for live updates: whole, and each entity by the id of its element. */
export async function renderListRegions(
  entities: readonly EntityStatus[],
  now: Date,
  hues: Hues,
  view: ListView,
): Promise<{
  readonly whole: { readonly html: string; readonly place: string }
  readonly parts: Readonly<Record<string, string>>
}> {
  const items = itemsOf(entities, now, hues, view)
  const parts = await Promise.all(
    items.map(async ({ entity, inside }) => [`entities-${entity}`, String(await inside)] as const),
  )
  return {
    whole: {
      html: String(await renderItems(items, entities.length)),
      place: items.map(({ place }) => place).join('\n'),
    },
    parts: Object.fromEntries(parts),
  }
}

function renderItems(items: readonly Item[], total: number): Html {
  if (items.length === 0) return html`<p>No entity matches. <a href="/">Show all</a></p>`
  const all = items.map(({ open, inside, close }) => html`${open}${inside}${close}`)
  if (total < leastOfTable) return html`<div class="cards">${all}</div>`
  const isDense = total >= leastOfDense
  return html`<table class="compact${isDense ? ' dense' : ''}">
<thead><tr><th scope="col">Entity</th><th scope="col">State</th><th scope="col">Runs of 30 days</th><th scope="col" class="right">Rows</th>${isDense ? nothing : html`<th scope="col">Rows of 30 days</th>`}<th scope="col">Fresh as of</th></tr></thead>
<tbody>${all}</tbody></table>`
}

function itemsOf(
  entities: readonly EntityStatus[],
  now: Date,
  hues: Hues,
  view: ListView,
): readonly Item[] {
  const isTable = entities.length >= leastOfTable
  const size = entities.length >= leastOfDense ? 'dense' : 'wide'
  return sortByTrouble(entities).flatMap((status) => {
    const facts = rowFactsOf(status)
    if (!isShown(facts, view.narrowing)) return []
    const { entity } = status
    const days = daysOf(view.histories.get(entity) ?? [])
    const failures = view.failures.get(entity) ?? []
    const place = `${entity} ${facts.shows} ${facts.text}`
    if (!isTable) {
      const open = html`<article class="card ${hueOf(hues, entity)}" id="entities-${entity}">`
      const inside = renderCard(status, { days, failures, now })
      return { entity, open, inside, close: html`</article>`, place }
    }
    const open = html`<tr id="entities-${entity}" data-shows="${facts.shows}" data-text="${facts.text}">`
    const inside = renderRow(status, { days, failures, now, size })
    return { entity, open, inside, close: html`</tr>`, place }
  })
}

function renderRow(
  status: EntityStatus,
  {
    days,
    failures,
    now,
    size,
  }: {
    readonly days: readonly HistoryPoint[]
    readonly failures: readonly FailedCheck[]
    readonly now: Date
    readonly size: 'wide' | 'dense'
  },
): Html {
  const { entity, label, freshness } = status
  const course = size === 'dense' ? null : trendOf('rows', days)
  return html`<th scope="row"><a id="to-${entity}" href="/entities/${entity}">${foreign(label)}</a></th><td>${renderState(status, failures, size)}</td><td>${days.length === 0 ? nothing : runsTrend(days).shape}</td><td class="right">${rowsOf(status)}</td>${size === 'dense' ? nothing : html`<td>${course === null ? nothing : course.shape}</td>`}<td>${freshness?.asOf == null ? 'never' : ago(freshness.asOf, now)}</td>`
}

/** The state, or in its place the problem of an entity that is up to date. */
function renderState(
  status: EntityStatus,
  failures: readonly FailedCheck[],
  size: 'wide' | 'dense',
): Html {
  const { state, running } = status
  const tone = toneOf(status)
  const [trouble, ...others] = troublesOf(status, failures)
  const { word } = verdictOf(status)
  const progress = running?.progress
  const share =
    progress?.total == null || progress.total === 0
      ? ''
      : ` ${formatCount(Math.min(100, Math.floor((100 * progress.read) / progress.total)))} %`
  if (trouble === undefined || (size === 'dense' && state !== 'ok')) {
    return html`<span class="state ${tone}">${word}${share}</span>`
  }
  const more = others.length === 0 ? '' : ` +${others.length}`
  if (size === 'dense') {
    return html`<a class="state ${tone}" href="${trouble.href}">${foreign(trouble.short)}${more}</a>`
  }
  const pill = state === 'ok' ? nothing : html`<span class="state ${tone}">${word}${share}</span> `
  return html`${pill}<a class="state ${state === 'ok' ? tone : 'bad'}" href="${trouble.href}">${foreign(trouble.short)}${more}</a>`
}
