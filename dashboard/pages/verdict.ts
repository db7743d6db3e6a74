import { html } from 'hono/html'
import type { CopyStatus, EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { sharedFiles } from '../../runtime/monitoring/read-drift.ts'
import { describeVerdict, type Verdict } from '../../runtime/monitoring/verdict/describe-verdict.ts'
import { type Cause, findCauses } from '../../runtime/monitoring/verdict/find-causes.ts'
import { formatCount } from '../../runtime/words/numbers-as-text.ts'
import { ago, foreign, type Html, nothing, withCode } from '../words.ts'
import { renderRounds } from './rounds.ts'
import { hrefOf } from './states.ts'

type ShownCopy = Pick<CopyStatus, 'entities'>

/** Entities that a banner names; the others are in the list of entities. */
const mostNamed = 6

/** Whether the data is all right, since when, what to do about it, and what is next. */
export function renderVerdict(status: CopyStatus): Html {
  const verdict = describeVerdict(status)
  const { tone, headline, causes, asOf } = verdict
  const age =
    asOf === null
      ? nothing
      : html`<span>Rows show HubSpot as of <strong>${ago(asOf, status.at)}</strong> or later.</span> `
  return html`<section class="verdict" aria-label="Verdict"><h1 class="answer ${tone}">${headline}</h1>
<p class="since">${age}${causes.some(({ kind }) => kind === 'rounds_missed') ? nothing : renderRounds(status)}</p>
${causes.length === 0 ? nothing : html`<ol class="causes">${causes.map((cause) => renderCause(cause, status))}</ol>`}
${renderNeverLooked(verdict, status)}</section>`
}

/** The causes that concern one entity, on its own page. */
export function renderCausesOf(status: EntityStatus, now: Date): Html {
  const own = { at: now, entities: [status], sharedDrift: null }
  const causes = findCauses(own).filter(({ kind }) => kind !== 'never')
  if (causes.length === 0) return nothing
  return html`<ol class="causes">${causes.map((cause) => renderCause(cause, own))}</ol>`
}

function renderCause(cause: Cause, status: ShownCopy): Html {
  const { kind, tone, entities, title, sentence, fix } = cause
  const isOne = status.entities.length === 1
  const count = entities.filter((entity) => entity !== sharedFiles).length
  const heading =
    kind === 'never' && count > 1 ? `${formatCount(count)} never synced` : upperFirst(title)
  const said = sentence === title ? nothing : html`<p>${withCode(`${upperFirst(sentence)}.`)}</p>`
  const again = sentence.includes(fix)
  return html`<li class="cause ${tone}"><p><strong>${heading}</strong>${isOne ? nothing : html` <span class="where">${renderEntities(cause, status)}</span>`}</p>
${said}
${again ? nothing : html`<p class="fix"><span class="hint">Fix:</span> ${withCode(fix)}</p>`}
${renderAction(cause, status)}</li>`
}

function renderEntities({ kind, entities }: Cause, status: ShownCopy): Html {
  const labels = new Map(status.entities.map(({ entity, label }) => [entity, label]))
  const named = entities.slice(0, mostNamed)
  const more = entities.length - named.length
  return html`${named.map(
    (entity, index) =>
      html`${index === 0 ? nothing : ', '}<a href="${hrefOf(kind, entity)}">${foreign(labels.get(entity) ?? entity)}</a>`,
  )}${more === 0 ? nothing : ` and ${formatCount(more)} more`}`
}

/** The button for causes that a sync resolves. */
function renderAction({ kind, command, entities }: Cause, status: ShownCopy): Html {
  if (!/^sync [^-]|^sync --all$/.test(command) || command.includes('--allow')) return nothing
  const all = entities.length === status.entities.length && entities.length > 1
  const label = all
    ? 'Sync all'
    : entities.length === 1
      ? 'Sync it'
      : `Sync these ${entities.length}`
  return html`<form method="post" action="/sync">${entities.map(
    (entity) => html`<input type="hidden" name="entity" value="${entity}">`,
  )}<button class="primary" id="sync-${kind}">${label}</button></form>`
}

/** Neither right nor wrong. */
function renderNeverLooked({ neverLooked, tone }: Verdict, status: CopyStatus): Html {
  if (tone === 'idle') return nothing
  const entities = status.entities.filter(({ isResource }) => !isResource)
  const of = (missing: readonly string[]) => {
    if (entities.length === 1) return ''
    return missing.length === entities.length
      ? ` (all ${entities.length})`
      : ` (${missing.length} of ${entities.length})`
  }
  const { audit, drift, checks } = neverLooked
  const parts = [
    ...(audit.length > 0 ? [html`values against HubSpot${of(audit)}`] : []),
    ...(drift.length > 0 ? [html`<a href="/drift">drift</a>${of(drift)}`] : []),
    ...(checks.length > 0 ? [html`<a href="/quality">checks</a>${of(checks)}`] : []),
  ]
  if (parts.length === 0) return nothing
  return html`<p class="unlooked"><strong>Never looked:</strong> ${parts.map((part, index) => html`${index === 0 ? nothing : ', '}${part}`)}</p>`
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
