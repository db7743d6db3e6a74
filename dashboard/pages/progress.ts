import { html } from 'hono/html'
import type { RunningRun } from '../../runtime/monitoring/copy-status.ts'
import { sayMode, sayPass } from '../../runtime/sync/plain-words.ts'
import { formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import { type Html, nothing } from '../words.ts'

/** The bar of an active run, with its figures as text. */
export function renderProgress({ mode, progress, cancelRequestedAt }: RunningRun): Html {
  if (progress === null) {
    return html`<div class="progress"><progress aria-label="${sayMode(mode)}, starting"></progress><p>${sayMode(mode)}, starting</p></div>`
  }
  const { pass, read, total, waiting } = progress
  const words = `${sayMode(mode)}: ${sayPass(pass)}`
  const share = total === null || total === 0 ? null : Math.min(1, read / total)
  const bar =
    share === null
      ? html`<progress aria-label="${words}"></progress>`
      : html`<progress aria-label="${words}" max="1000" value="${Math.floor(share * 1000)}"></progress>`
  const of =
    total === null
      ? html`${formatCount(read)} read`
      : html`${formatCount(read)} of ${formatCount(total)}`
  const figures = [
    ...(share === null ? [] : [html`<strong>${Math.floor(share * 100)} %</strong>`]),
    of,
    ...(progress.recordsPerSecond === null
      ? []
      : [html`${formatCount(progress.recordsPerSecond)} records/s`]),
    ...(progress.callsPerSecond === null
      ? []
      : [html`${progress.callsPerSecond.toFixed(1)} calls/s`]),
    ...(progress.secondsLeft === null ? [] : [html`${formatDuration(progress.secondsLeft)} left`]),
  ]
  return html`<div class="progress">
${bar}
<p class="figures"><span>${words}</span> ${figures.map((one) => html`<span>${one}</span> `)}</p>
${waiting === null ? nothing : html`<p class="waiting">waiting: ${waiting}</p>`}
${cancelRequestedAt === null ? nothing : html`<p class="waiting">stopping after the current batch</p>`}
</div>`
}
