import { type HubgenCode, HubgenError } from '../errors.ts'
import { machine } from '../machine.ts'
import type { SyncOptions } from './sync-options.ts'

/** The reason with which a run ends after the time that `until` gives it. */
export const sliceOver = new HubgenError('SLICE_OVER', 'the time of this slice is over', {
  at: '--slice',
  fix: 'run the command again: it resumes where this one stopped',
})

export function isSliceOver({ until }: Pick<SyncOptions, 'until'>): boolean {
  return until !== undefined && machine.nowMs() >= until.getTime()
}

const limits: ReadonlySet<HubgenCode> = new Set(['MAX_CALLS_REACHED', 'SLICE_OVER'])

/** Nothing is wrong: the caller set this limit. */
export function isLimit(error: unknown): boolean {
  return error instanceof HubgenError && limits.has(error.code)
}
