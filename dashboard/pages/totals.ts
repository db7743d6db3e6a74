import { html } from 'hono/html'
import type { ApiUse, CopyStatus } from '../../runtime/monitoring/copy-status.ts'
import { countOf, formatCount } from '../../runtime/words/numbers-as-text.ts'
import { about, type Html, percent } from '../words.ts'
import { isUntouched } from './states.ts'

/** The figures of all entities together; a figure that nobody has looked at is no number. */
export function renderTotals(status: CopyStatus): Html {
  const { rows } = status.totals
  const noneTouched = status.entities.every(isUntouched)
  return html`<section class="strip" aria-label="All entities together">
${noneTouched ? unlooked('API calls today', 'never asked') : renderApi(status.api)}
${
  noneTouched || rows === null
    ? unlooked('Rows', noneTouched ? 'never synced' : 'not counted')
    : fact(
        'Rows',
        about(rows.live, rows.estimated),
        `${formatCount(rows.deleted)} more are deleted`,
      )
}
${renderQuarantine(status, noneTouched)}
${renderDrift(status)}
${renderChecks(status)}
</section>`
}

function renderQuarantine({ totals }: CopyStatus, noneTouched: boolean): Html {
  const title = html`<a href="/quarantine">Quarantine</a>`
  const { values, records } = totals.quarantine
  if (noneTouched) return unlooked(title, 'never synced')
  const hint = `${countOf(values, 'value')}, ${countOf(records, 'record')}`
  return fact(title, formatCount(values + records), hint)
}

function renderDrift({ totals, entities: all, sharedDrift }: CopyStatus): Html {
  const entities = all.filter(({ isResource }) => !isResource)
  const title = html`<a href="/drift">Drift</a>`
  const missing = entities.filter(({ drift }) => drift === null).length
  if (missing === entities.length && sharedDrift === null) return unlooked(title, 'never looked')
  const { grave, lesser } = totals.drift
  const hint = `${formatCount(grave)} in columns or files, ${formatCount(lesser)} in labels`
  return fact(title, formatCount(grave + lesser), `${hint}${without(missing, 'never looked')}`)
}

function renderChecks({ totals, entities: all }: CopyStatus): Html {
  const entities = all.filter(({ isResource }) => !isResource)
  const title = html`<a href="/quality">Checks</a>`
  const missing = entities.filter(({ checks }) => checks === null).length
  if (missing === entities.length) return unlooked(title, 'never checked')
  const { failed, passed, unjudged } = totals.checks
  const hint = `${formatCount(passed)} passed, ${formatCount(unjudged)} without a bound`
  return fact(title, `${formatCount(failed)} failed`, `${hint}${without(missing, 'never checked')}`)
}

/** `; 3 entities never checked`. */
function without(missing: number, word: string): string {
  if (missing === 0) return ''
  return `; ${countOf(missing, 'entity')} ${word}`
}

function renderApi({ callsToday, daily, timeZone }: ApiUse): Html {
  const title = 'API calls today'
  if (daily === null) {
    return fact(title, formatCount(callsToday), 'HubSpot reports no daily limit for this token')
  }
  const { permitted, remaining } = daily
  if (remaining === null) {
    const hint = `of ${formatCount(permitted)} per day, by syncs since midnight, ${timeZone}`
    return fact(title, formatCount(callsToday), hint)
  }
  const used = Math.max(0, permitted - remaining)
  const share = permitted === 0 ? 0 : (100 * used) / permitted
  return html`<div class="fact"><h2>${title}</h2>
<p class="number">${percent(share)}</p>
<meter aria-label="Calls used today" min="0" max="${permitted}" high="${Math.round(permitted * 0.9)}" value="${used}">${percent(share)}</meter>
<p class="hint" title="since midnight, ${timeZone}">${formatCount(used)} of ${formatCount(permitted)}, ${formatCount(callsToday)} by syncs</p></div>`
}

function fact(title: Html | string, number: string, hint: string): Html {
  return html`<div class="fact"><h2>${title}</h2><p class="number">${number}</p><p class="hint">${hint}</p></div>`
}

function unlooked(title: Html | string, word: string): Html {
  return html`<div class="fact none"><h2>${title}</h2><p class="number">–</p><p class="hint">${word}</p></div>`
}
