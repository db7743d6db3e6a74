import { html } from 'hono/html'
import type { PortalState, QueueState } from '../../runtime/queue/read-queue.ts'
import { sliceWords } from '../../runtime/queue/slice-words.ts'
import type { PortalSteering } from '../../runtime/queue/steer-portals.ts'
import { countOf } from '../../runtime/words/numbers-as-text.ts'
import type { PortalsOptions } from '../portals/portals-options.ts'
import { ago, type Html, inFuture, nothing } from '../words.ts'
import { logOut, region, renderHead } from './layout.ts'

interface PortalsFrame {
  readonly title: string
  readonly session: 'token' | 'none'
  /** The path of the live updates; null for a static page. */
  readonly live: string | null
  readonly body: Html
}

/** The frame of the pages that belong to no single portal. */
export function renderPortalsPage({ title, session, live, body }: PortalsFrame): Html {
  const source = live === null ? nothing : html` data-live="${live}"`
  return html`<!doctype html>
<html lang="en">
<head>
${renderHead(title)}
<script src="/assets/live.js" defer></script>
</head>
<body${source}>
<a class="skip" href="#content">Skip to the content</a>
<header class="frame"><div class="top">
<a class="brand" href="/portals">hubgen</a>
<span class="connection" id="connection" role="status"></span>
${session === 'token' ? logOut : nothing}
</div>
<div class="place" role="group" aria-label="About these pages"><span id="zone">times in UTC</span></div>
</header>
<main id="content" tabindex="-1">
<div id="away"></div>
<div id="shown">
${body}
</div>
</main>
</body>
</html>
`
}

type ListedPortals = PortalsOptions['portals']

/** All portals, those in trouble first; without a queue only their names. */
export function renderPortals(portals: ListedPortals, state: QueueState | null): Html {
  return html`<h1>Portals</h1>
${region('portals', renderPortalList(portals, state))}`
}

/** The part that live updates replace. */
export function renderPortalList(portals: ListedPortals, state: QueueState | null): Html {
  if (state === null) {
    return html`<p>The portals file names no queue, so this page knows no rounds; the pages of each portal show its own.</p>
<ul>${portals.map(({ name, portalId }) => html`<li>${linkTo(name)}, portal ${portalId}</li>`)}</ul>`
  }
  const sorted = state.portals.toSorted((one, other) => rankOf(one) - rankOf(other))
  const ids = new Map(portals.map(({ name, portalId }) => [name, portalId]))
  const troubled = sorted.filter((portal) => rankOf(portal) < well).length
  const verdict =
    troubled === 0
      ? html`<p>No portal needs attention.</p>`
      : html`<p><strong>${countOf(troubled, 'portal')} need${troubled === 1 ? 's' : ''} attention.</strong></p>`
  return html`${verdict}
<p>${countOf(state.workers, 'worker')} alive, ${countOf(state.due, 'portal')} waiting for a slot.</p>
<div class="scroll" tabindex="0" role="region" aria-label="All portals">
<table>
<thead><tr><th scope="col">Portal</th><th scope="col">State</th><th scope="col">Last round</th><th scope="col">Next round</th><th scope="col">Oldest part</th><th scope="col">Migrations</th><th scope="col">Actions</th></tr></thead>
<tbody>${sorted.map((portal) => renderRow(portal, ids.get(portal.portal), state.at))}</tbody>
</table>
</div>`
}

function renderRow(portal: PortalState, id: number | undefined, at: Date): Html {
  const { portal: name, outcome, code, endedAt, nextAt, oldestAt, pendingMigrations } = portal
  const last =
    outcome === null
      ? html`never`
      : html`${sliceWords[outcome]}${code === null ? nothing : html` <code>${code}</code>`}${endedAt === null ? nothing : html`, ${ago(endedAt, at)}`}`
  const next = nextAt === null ? html`–` : nextAt <= at ? html`now` : html`${inFuture(nextAt, at)}`
  const pending = pendingMigrations ?? 0
  return html`<tr><th scope="row">${linkTo(name)}${id === undefined ? nothing : html` <span class="hint">${id}</span>`}</th>
<td>${stateOf(portal)}</td>
<td>${last}</td>
<td>${next}</td>
<td>${oldestAt === null ? '–' : ago(oldestAt, at)}</td>
<td>${pending === 0 ? '–' : html`${pending} pending`}</td>
<td><div class="actions">${actionsOf(portal).map((action) => renderAction(name, action))}</div></td></tr>`
}

/** Those that would change something. */
function actionsOf({ isDead, paused }: PortalState): readonly PortalSteering[] {
  if (paused) return ['resume']
  return isDead ? ['retry', 'pause'] : ['run', 'pause']
}

const actionWords: Readonly<Record<PortalSteering, string>> = {
  run: 'Run now',
  pause: 'Pause',
  resume: 'Resume',
  retry: 'Retry',
}

/** The name distinguishes the buttons of several portals for those who hear the page. */
function renderAction(name: string, action: PortalSteering): Html {
  const words = actionWords[action]
  return html`<form method="post" action="/portals/${name}/${action}"><button id="${action}-${name}" aria-label="${words}: ${name}">${words}</button></form>`
}

function linkTo(name: string): Html {
  return html`<a href="/p/${name}/">${name}</a>`
}

function stateOf({ isDead, isFirst, paused, state, failedEntities, verdict }: PortalState): Html {
  if (isDead) return html`<strong>needs a person</strong>`
  if (paused) return html`paused`
  const failed = failedEntities === 0 ? '' : `, ${countOf(failedEntities, 'entity')} failed`
  const judged = verdict === 'bad' ? ', the copy has a problem' : ''
  const word = isFirst ? 'first sync' : state === 'active' ? 'syncing' : state
  return html`${word}${failed}${judged}`
}

/** From this rank on nothing needs attention. */
const well = 3

/** Trouble first. */
function rankOf(portal: PortalState): number {
  const { isDead, pendingMigrations, outcome, failedEntities, paused, verdict } = portal
  if (isDead) return 0
  if ((pendingMigrations ?? 0) > 0 || outcome === 'unmigrated') return 1
  if (failedEntities > 0 || verdict === 'bad' || troubles.includes(outcome ?? '')) return 2
  return paused ? well + 1 : well
}

const troubles: readonly string[] = ['limited', 'away', 'refused', 'broken']
