import type { SliceOutcome } from './slice-end.ts'

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
