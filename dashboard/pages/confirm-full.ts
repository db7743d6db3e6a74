import { html } from 'hono/html'
import { HubgenError } from '../../runtime/errors.ts'
import type { EntityStatus } from '../../runtime/monitoring/copy-status.ts'
import { countOf, formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import type { FullEstimate } from '../dashboard-options.ts'
import { foreign, type Html, nothing, percent } from '../words.ts'
import { renderMessage } from './layout.ts'

export interface ConfirmView {
  readonly status: EntityStatus
  readonly hue: string
  /** The cost, or why it is not known. */
  readonly estimate: FullEstimate | HubgenError
}

/** Asks before a sync reads everything, and says what that costs. */
export function renderConfirm({ status, hue, estimate }: ConfirmView): Html {
  const { entity, label, expectedSeconds } = status
  const past =
    expectedSeconds.full === null
      ? nothing
      : html`<div><dt>The last ones took</dt><dd>${formatDuration(expectedSeconds.full)}</dd></div>`
  return html`<div class="${hue} entity">
<h1><span class="swatch" aria-hidden="true"></span>Sync everything of ${foreign(label)}?</h1>
<p>It reads every record again from the start and compares it with the table. Changes alone are read by “Sync what changed”.</p>
${estimate instanceof HubgenError ? renderMessage({ tone: 'bad', text: `The cost is not known: ${estimate.code}: ${estimate.message}` }) : renderEstimate(estimate, past)}
<div class="actions"><form method="post" action="/entities/${entity}/sync"><input type="hidden" name="mode" value="full"><button class="primary" name="confirmed" value="yes" id="confirm">Sync everything</button></form>
<a href="/entities/${entity}">Not now</a></div>
</div>`
}

function renderEstimate({ records, calls, seconds, daily }: FullEstimate, past: Html): Html {
  return html`<dl class="facts">
<div><dt>Records in HubSpot</dt><dd>${records === null ? 'not known' : formatCount(records)}</dd></div>
<div><dt>Calls</dt><dd>about ${formatCount(calls)}</dd></div>
<div><dt>Time at HubSpot's limit</dt><dd>about ${sayMinutes(seconds)}</dd></div>
${past}
<div><dt>Share of today's limit</dt><dd>${daily === null ? 'HubSpot reports no limit' : shareOf(calls, daily)}</dd></div>
</dl>`
}

/** `2.5 % of 500,000; 312,000 are left`. */
function shareOf(
  calls: number,
  { permitted, remaining }: NonNullable<FullEstimate['daily']>,
): string {
  const share = permitted === 0 ? 100 : (100 * calls) / permitted
  const more = calls > remaining ? ', which is not enough' : ''
  return `${percent(Math.min(share, 100))} of ${formatCount(permitted)}; ${formatCount(remaining)} are left${more}`
}

function sayMinutes(seconds: number): string {
  return seconds < 60 ? 'one minute' : countOf(Math.ceil(seconds / 60), 'minute')
}
