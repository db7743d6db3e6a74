import type { Entity } from '../entity.ts'
import { recallRefusal } from '../hubspot/ask-search.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import type { PassState, PassStates } from '../postgres/state/pass-state.ts'
import { nameSome } from '../words/name-some.ts'
import type { LookTimes } from './look-times.ts'
import { type Pass, stateNameOf } from './pass.ts'
import type { RunMode } from './report.ts'
import type { SyncOptions } from './sync-options.ts'

/** A pass that this run includes. */
export interface ChosenPass {
  readonly pass: Pass
  /** Starts over even if it was interrupted. */
  readonly fromStart: boolean
  /** Its position and its completion are saved. */
  readonly remembered: boolean
  /** Reads changes since this time instead of since the last completion. */
  readonly since: Date | null
}

export interface Choice {
  readonly mode: RunMode
  /** The reason for a full sync; null if none needs to be shown. */
  readonly reason: string | null
  readonly passes: readonly ChosenPass[]
}

/** The interval of daily passes: an hour less than a day, so that a daily run always finds them due. */
const dailyMs = 23 * 3_600_000
const dayMs = 24 * 3_600_000

/** A pass that began longer ago starts over instead of resuming. */
const longestResumeMs = 7 * 24 * 3_600_000

/** Facts of a run that are neither saved nor options. */
interface Circumstances {
  /** The time of daily and weekly passes, if one is set. */
  readonly look: LookTimes | null
  /** Properties that HubSpot answers again after having left them out. */
  readonly answeredAgain: readonly string[]
}

/** Decides what a run does, from the saved state, the options and these facts. */
export function choosePasses(
  entity: Entity,
  passes: readonly Pass[],
  states: PassStates,
  options: SyncOptions,
  { look, answeredAgain }: Circumstances,
): Choice {
  const { limit, full = false, audit = false, since, watch } = options
  const isAsked = (pass: Pass) =>
    (audit && pass.name === 'audit') || watch?.wants(pass.name) === true
  const isDue = (pass: Pass) => dueInMs(pass, entity, stateOf(pass, entity, states), look) <= 0
  const scan = passes.find(isScan)
  const others = passes.filter((pass) => !isScan(pass) && (pass.isWanted?.(options) ?? true))
  const scanned = scan === undefined ? null : stateOf(scan, entity, states)
  if (limit !== undefined) {
    const sample = { fromStart: true, remembered: false, since: null }
    return { mode: 'test', reason: null, passes: scan ? [{ pass: scan, ...sample }] : [] }
  }
  const due = others
    .filter((pass) => full || isAsked(pass) || isDue(pass))
    .map((pass) => ({ pass, fromStart: full, remembered: true, since: null }))
  if (since !== undefined) {
    const chosen = due.map((chosen) =>
      isChanges(chosen.pass)
        ? startAt(chosen.pass, since, stateOf(chosen.pass, entity, states))
        : chosen,
    )
    // Before the first full sync completes, the other passes would find nearly everything missing.
    const passes = scanned?.freshAsOf ? chosen : chosen.filter(({ pass }) => isChanges(pass))
    return { mode: 'incremental', reason: null, passes }
  }
  const every = scan === undefined || others.some(isChanges) ? null : 'every time'
  const needed = whyFull(scan, entity, scanned, answeredAgain) ?? every
  const reason = full ? '--full' : needed
  if (scan === undefined || reason === null) return { mode: 'incremental', reason, passes: due }
  const everything = { pass: scan, fromStart: full, remembered: true, since: null }
  const resumes = !full && canResume(scan, entity, scanned)
  const stale = others.filter(
    (pass) => resumes && scan.coversWhole?.includes(pass.name) && !due.some(isOf(pass)),
  )
  const again = stale.map((pass) => ({ pass, fromStart: true, remembered: true, since: null }))
  return { mode: 'full', reason, passes: [everything, ...due, ...again] }
}

/**
 * Saves a run from repeating a search that HubSpot refused earlier. Runs that include `look_back` (once a
 * day, and with `full`) ask again, because HubSpot may support the search by now.
 */
export function recallSearch(
  { entity, hubspot }: { readonly entity: Entity; readonly hubspot: HubSpot },
  states: PassStates,
  chosen: readonly ChosenPass[],
): void {
  const refusal = states.get(entity.name)?.get('changes')?.refusal ?? null
  if (refusal === null || chosen.some(({ pass }) => pass.name === 'look_back')) return
  recallRefusal(hubspot, entity.objectType, refusal)
}

function isOf(pass: Pass): (chosen: ChosenPass) => boolean {
  return (chosen) => chosen.pass === pass
}

export function stateOf(pass: Pass, entity: Entity, states: PassStates): PassState | null {
  return states.get(stateNameOf(pass, entity))?.get(pass.name) ?? null
}

/** Whether a pass resumes where it was interrupted. */
export function canResume(pass: Pass, entity: Entity, state: PassState | null): state is PassState {
  if (state === null || !state.interrupted || state.position === null) return false
  return state.begunAgoMs < longestResumeMs && newlyRead(pass, entity, state).length === 0
}

/** Time until a pass is due; 0 or less if it is. */
export function dueInMs(
  pass: Pass,
  entity: Entity,
  state: PassState | null,
  look: LookTimes | null,
): number {
  const { everyMs } = pass
  if (everyMs === 0 || state === null || state.interrupted) return 0
  if (newlyRead(pass, entity, state).length > 0) return 0
  const { begunAgoMs } = state
  if (look === null || everyMs < dailyMs || everyMs === Number.POSITIVE_INFINITY) {
    return everyMs - begunAgoMs
  }
  // From the first look on that is this long after the beginning.
  const leastMs = everyMs - dailyMs
  if (begunAgoMs - look.lastAgoMs > leastMs) return 0
  const days = Math.ceil((leastMs - begunAgoMs - look.nextInMs) / dayMs)
  return look.nextInMs + Math.max(0, days) * dayMs
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
  // Properties that are answered again are reported as the reason only if nothing else is new.
  const others = newlyRead(scan, entity, { ...state, unanswered: answeredAgain })
  const back = added.filter((read) => !others.includes(read))
  if (back.length === 1) return `${nameColumns(back)} is answered again`
  if (back.length > 1) return `${nameColumns(back)} are answered again`
  if (added.length > 0) return `new since the last full sync: ${nameColumns(added)}`
  if (state.interrupted) return 'the last full sync was interrupted'
  return null
}

/** Names that the pass reads now but did not read when it began. */
export function newlyRead(pass: Pass, entity: Entity, state: PassState): readonly string[] {
  const known = new Set(state.reads)
  return (pass.reads?.(entity, state.unanswered) ?? []).filter((read) => !known.has(read))
}

function nameColumns(added: readonly string[]): string {
  return nameSome(added.map((read) => read.split(' ')[0] ?? read))
}

/**
 * Reads changes since an earlier time. Its position is saved only if `since` is not after the last
 * completion; otherwise later runs would miss the changes in between.
 */
function startAt(pass: Pass, since: Date, state: PassState | null): ChosenPass {
  const { freshAsOf = null } = state ?? {}
  return { pass, fromStart: true, remembered: freshAsOf !== null && since <= freshAsOf, since }
}

function isScan({ name }: Pass): boolean {
  return name === 'records'
}

function isChanges({ name }: Pass): boolean {
  return name === 'changes'
}
