import type { CopyState } from '../copy-status.ts'

/** The states in the words of `hubgen status` and of the dashboard; `--json` and `/metrics` have the names. */
const words: Readonly<Record<CopyState, string>> = {
  never: 'never synced',
  running: 'running',
  ok: 'up to date',
  stale: 'stale',
  failed: 'failed',
  interrupted: 'interrupted',
}

export function describeState(state: CopyState): string {
  return words[state]
}
