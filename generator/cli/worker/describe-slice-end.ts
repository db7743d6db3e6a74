import type { SliceOutcome } from '../../../runtime/queue/slice-end.ts'
import type { WorkerEvent } from '../../../runtime/queue/work-portals.ts'
import { formatDuration } from '../../../runtime/words/numbers-as-text.ts'

/** Words for the end of a slice, in the worker's lines and in the list of portals. */
export const sliceWords: Readonly<Record<SliceOutcome, string>> = {
  whole: 'whole',
  more: 'more to do',
  busy: 'other runs hold the rest',
  limited: 'the calls of the day are used up',
  away: 'no answer',
  refused: 'refused',
  unmigrated: 'a migration has to run first',
  broken: 'ended unexpectedly',
  stopped: 'stopped',
}

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
