import { html } from 'hono/html'
import type { EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import type { Html } from '../words.ts'
import { matchesSearch } from './search.ts'
import { toneOf } from './trouble.ts'

/** The entities that a reader wants to see. */
export interface Narrowing {
  readonly search: string
  readonly show: ShowName
}

const shows = {
  all: 'All',
  trouble: 'Needs attention',
  running: 'Running',
  never: 'Never synced',
  fine: 'Up to date',
} as const

type ShowName = keyof typeof shows

export const everything: Narrowing = { search: '', show: 'all' }

/** From the query of an address, which may contain anything. */
export function parseNarrowing(query: Readonly<Record<string, string>>): Narrowing {
  const { search = '', show = 'all' } = query
  const isKnown = (name: string): name is ShowName => Object.hasOwn(shows, name)
  return { search: search.slice(0, 100), show: isKnown(show) ? show : 'all' }
}

/** The texts by which rows are found and shown; the script of the page compares the same ones. */
export interface RowFacts {
  /** Lower case. */
  readonly text: string
  readonly shows: ShowName
}

export function rowFactsOf(status: EntityStatus): RowFacts {
  const { label, entity, table, state } = status
  return { text: `${label} ${entity} ${table}`.toLowerCase(), shows: showOf(status, state) }
}

function showOf(status: EntityStatus, state: EntityStatus['state']): ShowName {
  if (state === 'running' || state === 'never') return state
  return toneOf(status) === 'good' ? 'fine' : 'trouble'
}

export function isShown({ text, shows: own }: RowFacts, { search, show }: Narrowing): boolean {
  return (show === 'all' || show === own) && matchesSearch(text, search)
}

/** Works without scripts; with them, the list changes while the reader types, and the address with it. */
export function renderNarrowing(
  { search, show }: Narrowing,
  { shown, total }: { readonly shown: number; readonly total: number },
): Html {
  const options = Object.entries(shows).map(([name, text]) =>
    name === show
      ? html`<option value="${name}" selected>${text}</option>`
      : html`<option value="${name}">${text}</option>`,
  )
  return html`<form class="narrow" method="get" action="/" role="search" data-narrow="entities">
<label for="search">Search</label> <input id="search" name="search" type="search" value="${search}" maxlength="100" placeholder="name or table">
<label for="show">Show</label> <select id="show" name="show">${options}</select>
<button class="quiet">Filter</button>
<span class="hint" id="entities-shown" role="status">${shown} of ${total}</span>
</form>`
}
