import type { Entity } from '../entity.ts'
import type { PassState, PassStates } from '../postgres/state/pass-state.ts'
import { nameSome } from '../words/name-some.ts'
import { type Pass, stateNameOf } from './pass.ts'
import type { RunMode } from './report.ts'
import type { SyncOptions } from './sync-options.ts'

/** A pass that belongs to this run. */
export interface ChosenPass {
  readonly pass: Pass
  /** From its start, even where it was interrupted. */
  readonly anew: boolean
  /** What it does is remembered: its position, and at the end that it was completed. */
  readonly remembered: boolean
  /** What changed since then, instead of since it was last completed. */
  readonly since: Date | null
}

export interface Choice {
  readonly mode: RunMode
  /** Why everything is read; null where nothing needs to be said. */
  readonly reason: string | null
  readonly passes: readonly ChosenPass[]
}

/** What was begun longer ago is begun anew: what was read then is no longer worth the care. */
const longestResumeMs = 7 * 24 * 3_600_000

/**
 * Decides what a run does, from what the database remembers and from what was asked for. `answeredAgain` are
 * properties that HubSpot did not answer before this run.
 */
export function choosePasses(
  entity: Entity,
  passes: readonly Pass[],
  states: PassStates,
  { limit, full = false, since }: SyncOptions,
  answeredAgain: readonly string[] = [],
): Choice {
  const scan = passes.find(isScan)
  const others = passes.filter((pass) => !isScan(pass))
  const scanned = scan === undefined ? null : stateOf(scan, entity, states)
  if (limit !== undefined) {
    const sample = { anew: true, remembered: false, since: null }
    return { mode: 'test', reason: null, passes: scan ? [{ pass: scan, ...sample }] : [] }
  }
  const due = others
    .filter((pass) => full || isDue(pass, entity, stateOf(pass, entity, states)))
    .map((pass) => ({ pass, anew: full, remembered: true, since: null }))
  if (since !== undefined) {
    const chosen = due.map((chosen) =>
      isChanges(chosen.pass)
        ? startAt(chosen.pass, since, stateOf(chosen.pass, entity, states))
        : chosen,
    )
    // Before everything was read once, the others would find that nearly everything is missing.
    const passes = scanned?.freshAsOf ? chosen : chosen.filter(({ pass }) => isChanges(pass))
    return { mode: 'incremental', reason: null, passes }
  }
  const needed =
    whyFull(scan, entity, scanned, answeredAgain) ?? (others.some(isChanges) ? null : 'every time')
  const reason = full ? '--full' : needed
  if (scan === undefined || reason === null) return { mode: 'incremental', reason, passes: due }
  const everything = { pass: scan, anew: full, remembered: true, since: null }
  const resumes = !full && canResume(scan, entity, scanned)
  const stale = others.filter(
    (pass) => resumes && scan.coversWhole?.includes(pass.name) && !due.some(isOf(pass)),
  )
  const again = stale.map((pass) => ({ pass, anew: true, remembered: true, since: null }))
  return { mode: 'full', reason, passes: [everything, ...due, ...again] }
}

function isOf(pass: Pass): (chosen: ChosenPass) => boolean {
  return (chosen) => chosen.pass === pass
}

export function stateOf(pass: Pass, entity: Entity, states: PassStates): PassState | null {
  return states.get(stateNameOf(pass, entity))?.get(pass.name) ?? null
}

/** Whether a pass goes on where it was interrupted. */
export function canResume(pass: Pass, entity: Entity, state: PassState | null): state is PassState {
  if (state === null || !state.interrupted || state.position === null) return false
  return state.begunAgoMs < longestResumeMs && newlyRead(pass, entity, state).length === 0
}

function isDue(pass: Pass, entity: Entity, state: PassState | null): boolean {
  if (pass.everyMs === 0 || state === null || state.interrupted) return true
  if (newlyRead(pass, entity, state).length > 0) return true
  return state.begunAgoMs >= pass.everyMs
}

function whyFull(
  scan: Pass | undefined,
  entity: Entity,
  state: PassState | null,
  answeredAgain: readonly string[],
): string | null {
  if (scan === undefined) return null
  if (state === null) return 'first run'
  const added = newlyRead(scan, entity, state)
  // Without what is back the pass would read less: the rest is new.
  const others = newlyRead(scan, entity, { ...state, unanswered: answeredAgain })
  const back = added.filter((read) => !others.includes(read))
  if (back.length === 1) return `${nameColumns(back)} is answered again`
  if (back.length > 1) return `${nameColumns(back)} are answered again`
  if (added.length > 0) return `new since the last full sync: ${nameColumns(added)}`
  if (state.interrupted) return 'the last full sync was interrupted'
  return null
}

/** What the pass would read that it did not when it was begun. */
export function newlyRead(pass: Pass, entity: Entity, state: PassState): readonly string[] {
  const known = new Set(state.reads)
  return (pass.reads?.(entity, state.unanswered) ?? []).filter((read) => !known.has(read))
}

function nameColumns(added: readonly string[]): string {
  return nameSome(added.map((read) => read.split(' ')[0] ?? read))
}

/**
 * The changes of an earlier time: what is between then and the last time would be missed by the runs to
 * come, unless they go on where they were.
 */
function startAt(pass: Pass, since: Date, state: PassState | null): ChosenPass {
  const { freshAsOf = null } = state ?? {}
  return { pass, anew: true, remembered: freshAsOf !== null && since <= freshAsOf, since }
}

function isScan({ name }: Pass): boolean {
  return name === 'records'
}

function isChanges({ name }: Pass): boolean {
  return name === 'changes'
}
