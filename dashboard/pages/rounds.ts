import { html } from 'hono/html'
import type { CopyStatus } from '../../runtime/monitoring/copy-status.ts'
import { findRounds, type Round } from '../../runtime/monitoring/find-rounds.ts'
import { describeInterval } from '../../runtime/words/describe-interval.ts'
import { countOf } from '../../runtime/words/numbers-as-text.ts'
import { ago, type Html, inFuture } from '../words.ts'

/** Several schedules are rare; more would hide the answer. */
const mostRounds = 3

/** When the next round begins, by which schedule and on which machine. */
export function renderRounds(status: CopyStatus): Html {
  const rounds = findRounds(status)
  if (rounds.length === 0) {
    const isUntouched = status.entities.every(({ lastRun }) => lastRun === null)
    if (isUntouched) return html``
    return html`<span>No schedule is known yet: cron or <code>hubgen sync --all --every 15m</code> keeps the copy fresh.</span>`
  }
  const total = status.entities.length
  return html`${rounds.slice(0, mostRounds).map((round) => renderRound(round, status.at, total))}`
}

function renderRound(round: Round, now: Date, total: number): Html {
  const { entities, nextAt, lastAt, isActive, missed, source, everySeconds, machine, quietUntil } =
    round
  const every = describeInterval(everySeconds, source === 'runs' ? 'about' : 'exact')
  const where = machine === null ? html`` : html` on <code>${machine}</code>`
  const by =
    source === 'runs'
      ? html`runs come ${every}${where}`
      : html`<code>hubgen sync --every</code>, ${every}${where}`
  const of = entities.length === total ? '' : ` of ${countOf(entities.length, 'entity')}`
  if (isActive) return html`<span>A round${of} is active: ${by}.</span> `
  if (missed > 0) {
    return html`<span class="late"><strong>Nothing has run for ${countOf(missed, 'round')}</strong>${of}: ${by}, last ${ago(lastAt, now)}.</span> `
  }
  if (nextAt <= now) return html`<span>Next round${of}: <strong>due now</strong> (${by}).</span> `
  const quiet =
    quietUntil === null
      ? html``
      : html` Rounds without news write nothing here; one that writes is due ${inFuture(quietUntil, now)}.`
  return html`<span>Next round${of} <strong>${inFuture(nextAt, now)}</strong> (${by}).${quiet}</span> `
}
