import { html } from 'hono/html'
import type { CopyStatus } from '../../runtime/monitoring/copy-status.ts'
import { foreign, type Html, nothing } from '../words.ts'
import { renderAllActions } from './all-actions.ts'
import { type ListView, renderList } from './entity-list.ts'
import { region } from './layout.ts'
import type { Hues } from './states.ts'
import { renderTotals } from './totals.ts'
import { renderVerdict } from './verdict.ts'

/** The page that shows whether the data is all right. */
export function renderOverview(status: CopyStatus, hues: Hues, list: ListView): Html {
  return html`${region('overview', renderOverviewBody(status))}
${renderList(status.entities, status.at, hues, list)}`
}

/** Tables that no round fills, so that nobody takes their rows for the present ones. */
export function renderUnlisted(names: readonly string[]): Html {
  if (names.length === 0) return nothing
  return html`<p class="hint">Not part of <code>hubgen sync --all</code>: ${foreign(names.join(', '))}. Their tables stay as they are.</p>`
}

/** The part above the list of entities. */
export function renderOverviewBody(status: CopyStatus): Html {
  return html`${renderVerdict(status)}
${status.entities.length > 1 ? renderAllActions(status) : nothing}
${renderTotals(status)}`
}
