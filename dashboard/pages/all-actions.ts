import { html } from 'hono/html'
import type { CopyStatus } from '../../runtime/monitoring/copy-status.ts'
import { findCauses } from '../../runtime/monitoring/verdict/find-causes.ts'
import { countOf } from '../../runtime/words/numbers-as-text.ts'
import type { CheckProgress } from '../all-checks.ts'
import { foreign, type Html, nothing } from '../words.ts'
import { type Message, renderMessage } from './layout.ts'

/** Buttons for all entities together. A cause at the top of the page may offer to sync all of them already. */
export function renderAllActions(
  status: Pick<CopyStatus, 'entities' | 'at' | 'sharedDrift'>,
): Html {
  const isOffered = findCauses(status).some(
    ({ command, entities }) =>
      /^sync (?!.*--allow)/.test(command) && entities.length === status.entities.length,
  )
  const sync = isOffered
    ? nothing
    : html`<form method="post" action="/sync"><button id="sync-all" title="Reads what changed, one entity after another">Sync all</button></form>`
  return html`<div class="actions" role="group" aria-label="All entities">${sync}${checkAll}${auditAll}</div>`
}

/** Those that show whether the data is right. */
export function renderAllChecks(): Html {
  return html`<div class="actions" role="group" aria-label="All entities">${checkAll}${auditAll}</div>`
}

const checkAll = html`<form method="post" action="/check"><button id="check-all" title="Counts in every table what cannot be right">Check all</button></form>`

const auditAll = html`<form method="post" action="/sync"><button id="audit-all" name="mode" value="audit" title="Syncs all, and compares 200 random records of each with HubSpot">Audit now</button></form>`

/** How far the checks of all entities are, and which could not be made. */
export function renderCheckProgress(
  progress: CheckProgress | null,
  labels: ReadonlyMap<string, string>,
): Html {
  if (progress === null) return nothing
  const { state, done, total, entity, failures } = progress
  const label = (name: string) => foreign(labels.get(name) ?? name)
  const now =
    state === 'done' || entity === null
      ? nothing
      : html`<p class="line" role="status"><progress max="${total}" value="${done}" aria-label="Checks of all entities"></progress> <span>Checking ${done + 1} of ${total}: ${label(entity)}</span> <a href="/quality">Reload</a></p>`
  const failed =
    failures.length === 0
      ? nothing
      : html`<div class="message bad" role="alert"><p>${countOf(failures.length, 'entity')} could not be checked:</p><ul>${failures.map((one) => html`<li>${label(one.entity)}: ${one.text}</li>`)}</ul></div>`
  return html`${now}${failed}`
}

/** The result of a start of all entities, from the query of its redirect; null for anything else. */
function describeStart(
  { started, busy }: Readonly<Record<string, string>>,
  labels: ReadonlyMap<string, string>,
): Message | null {
  if (started === undefined || !/^\d{1,4}$/.test(started)) return null
  const names = (busy ?? '').split(',').flatMap((name) => labels.get(name) ?? [])
  const left = names.length === 0 ? '' : ` Left out, because a run is active: ${names.join(', ')}.`
  const what = countOf(Number(started), 'entity')
  return { tone: 'info', text: `Started: ${what}, one after another.${left}` }
}

export function renderStart(
  query: Readonly<Record<string, string>>,
  labels: ReadonlyMap<string, string>,
): Html {
  return renderMessage(describeStart(query, labels))
}
