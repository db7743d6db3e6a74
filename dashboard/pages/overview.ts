import { html } from 'hono/html'
import type { CopyStatus } from '../../runtime/monitoring/copy-status.ts'
import { type Html, nothing } from '../words.ts'
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

/** The part above the list of entities. */
export function renderOverviewBody(status: CopyStatus): Html {
  return html`${renderVerdict(status)}
${status.entities.length > 1 ? renderAllActions(status) : nothing}
${renderTotals(status)}`
}
