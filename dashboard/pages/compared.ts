import { html } from 'hono/html'
import type { AuditResult } from '../../runtime/monitoring/copy-status.ts'
import { countOf } from '../../runtime/words/numbers-as-text.ts'
import { ago, type Html } from '../words.ts'

/** The result of the newest comparison by value and link; `not yet` is no verdict. */
export function renderAudit(audit: AuditResult | null, now: Date): Html {
  if (audit === null) return html`<span class="state idle">not yet</span>`
  const found = audit.unexplained.length > 0
  const word = found ? 'differed' : 'equal'
  return html`<span class="state ${found ? 'bad' : 'good'}">${word}</span> <span class="hint">${countOf(audit.records, 'record')}, ${ago(audit.at, now)}</span>`
}
