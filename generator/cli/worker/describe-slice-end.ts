import { sliceWords } from '../../../runtime/queue/slice-words.ts'
import type { WorkerEvent } from '../../../runtime/queue/work-portals.ts'
import { formatDuration } from '../../../runtime/words/numbers-as-text.ts'

/** `✓ acme: whole`, `! globex: no answer (HUBSPOT_UNREACHABLE); again in 30 s`. */
export function describeSliceEnd({
  portal,
  end: { outcome, code },
  afterSeconds,
  isDead,
}: Extract<WorkerEvent, { type: 'slice_ended' }>): string {
  const mark = outcome === 'whole' ? '✓' : isDead ? '✗' : '!'
  const why = code === null ? '' : ` (${code})`
  const next = isDead
    ? '; a person has to look at it: `hubgen portals`'
    : afterSeconds === null
      ? ''
      : afterSeconds === 0
        ? '; it continues'
        : `; again in ${formatDuration(afterSeconds)}`
  return `${mark} ${portal}: ${sliceWords[outcome]}${why}${next}`
}
