import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import type { RateLimit } from '../hubspot/limits/rate-window.ts'
import { findExtent } from '../hubspot/survey.ts'
import type { Database } from '../postgres/connection/database.ts'
import { checkTable } from '../postgres/connection/table-check.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { checkMergeTable } from '../postgres/load/merges.ts'
import type { FilledTable } from '../postgres/state/copies.ts'
import { type PassStates, readPassStates } from '../postgres/state/pass-state.ts'
import { planAsking } from './ask-unanswered.ts'
import { checkFacts } from './check-facts.ts'
import {
  type ChosenPass,
  canResume,
  choosePasses,
  newlyRead,
  recallSearch,
  stateOf,
} from './choose-passes.ts'
import { lookTimes } from './look-times.ts'
import { stateNameOf } from './pass.ts'
import { passesOf } from './passes.ts'
import type { PlannedCalls } from './planned-calls.ts'
import { checkEntityPortal, checkState, checkTablePortal } from './portal-guard.ts'
import type { RunMode } from './report.ts'
import type { SyncOptions } from './sync-options.ts'

/** The estimated cost of a run. */
export interface SyncPlan {
  readonly entity: string
  readonly table: string
  readonly mode: RunMode
  /** The reason for a full sync; null if none needs to be shown. */
  readonly reason: string | null
  /** Live records according to HubSpot's search index; null if HubSpot does not say. */
  readonly records: number | null
  readonly passes: readonly PassPlan[]
  readonly calls: number
  readonly seconds: number
}

export interface PassPlan {
  readonly pass: string
  /** It was interrupted and will resume; the calls are an upper bound, counted for the whole pass. */
  readonly goesOn: boolean
  readonly calls: readonly PlannedCalls[]
  /** Derived from rate limits alone; a slow network or database adds to it. */
  readonly seconds: number
}

/** HubSpot allows five per second for an account; a test measures this pace with the limiter. */
export const searchesPerSecond = 4.5
/** HubSpot's lowest limit, for a portal that reports none. */
const assumedLimit: RateLimit = { permitted: 100, intervalMs: 10_000 }

/** The call that each run makes first: which portal the token reads. */
const beforePasses = 1

/**
 * Estimates the run that `syncEntity` would start now with these options. Reads no record, writes nothing
 * and makes one or two calls; fails if the run could not start. `sharedPasses` collects the passes that
 * entities share, which run once when several entities are synced one after another.
 */
export async function planSync(
  entity: Entity,
  hubspot: HubSpot,
  database: Database,
  options: Pick<
    SyncOptions,
    'full' | 'audit' | 'limit' | 'since' | 'archivedBefore' | 'lookAt'
  > = {},
  sharedPasses: Set<string> = new Set(),
): Promise<SyncPlan> {
  checkFacts(entity)
  const account = await hubspot.account()
  checkEntityPortal(entity, account)
  await checkState(database, entity, null)
  await checkTable(database, entity)
  await checkMergeTable(database, entity)
  await checkTablePortal(database, entity, account)
  const remade = await checkState(database, entity, account.portalId)
  const states = withoutRemade(await readStates(entity, database), remade)
  const {
    mode,
    reason,
    passes: chosen,
  } = choosePasses(entity, passesOf(entity), states, options, {
    look: lookTimes(options, account.timeZone),
    answeredAgain: [],
  })
  recallSearch({ entity, hubspot }, states, chosen)
  const isResource = entity.resource !== undefined
  const extent = isResource ? null : await findExtent(hubspot, entity.objectType)
  const { limit = Number.POSITIVE_INFINITY } = options
  const total = extent === null ? null : Math.min(extent.total, limit)
  const passes: PassPlan[] = []
  const known = [...(states.get(entity.name)?.values() ?? [])]
  const isFirstLoad = known.every(({ position, freshAsOf }) => !position && freshAsOf === null)
  const resumes = (chosen: ChosenPass) => goesOn(chosen, entity, states)
  for (const one of chosen) {
    const { name, sharedAs } = one.pass
    const shared = `${sharedAs?.(entity)} ${name}`
    if (isCovered(one, chosen, resumes) || sharedPasses.has(shared)) continue
    if (sharedAs !== undefined) sharedPasses.add(shared)
    // After a full read, the pass has as much to do as if it had never completed.
    const isRead = chosen.some(({ pass }) => pass.covers?.includes(name))
    const planned: ChosenPass = isRead ? { ...one, fromStart: true } : one
    passes.push(await planPass(planned, { entity, hubspot, database, states, total, isFirstLoad }))
  }
  const accountCall = `GET ${hubspot.paths.account()}`
  const before: PassPlan = {
    pass: 'start',
    goesOn: false,
    calls: [
      { endpoint: accountCall, calls: beforePasses, bucket: 'general' },
      ...planAsking(entity, hubspot, states, options),
    ],
    seconds: 0,
  }
  const all = [before, ...passes]
  return {
    entity: entity.name,
    table: entity.table,
    mode,
    reason,
    records: extent?.total ?? null,
    passes: all,
    calls: all.flatMap(({ calls }) => calls).reduce((sum, { calls }) => sum + calls, 0),
    seconds: all.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

/** A pass with a schedule is skipped if another pass has read the same data. */
function isCovered(
  { pass }: ChosenPass,
  chosen: readonly ChosenPass[],
  resumes: (chosen: ChosenPass) => boolean,
): boolean {
  const covers = (other: ChosenPass) =>
    other.pass.covers?.includes(pass.name) === true ||
    (!resumes(other) && other.pass.coversWhole?.includes(pass.name) === true)
  return pass.everyMs > 0 && chosen.some(covers)
}

function goesOn({ pass, fromStart }: ChosenPass, entity: Entity, states: PassStates): boolean {
  return !fromStart && canResume(pass, entity, stateOf(pass, entity, states))
}

interface Planning {
  readonly entity: Entity
  readonly hubspot: HubSpot
  readonly database: Database
  readonly states: PassStates
  readonly total: number | null
  readonly isFirstLoad: boolean
}

async function planPass(chosen: ChosenPass, planning: Planning): Promise<PassPlan> {
  const { entity, hubspot, database, states, total, isFirstLoad } = planning
  const { pass, since, fromStart } = chosen
  const state = stateOf(pass, entity, states)
  const isNew = state !== null && newlyRead(pass, entity, state).length > 0
  const freshAsOf = since ?? (isNew || fromStart ? null : (state?.freshAsOf ?? null))
  const planned = await pass.plan({ entity, hubspot, database, total, freshAsOf, isFirstLoad })
  const calls = planned.filter((each) => each.calls > 0)
  return {
    pass: pass.name,
    goesOn: goesOn(chosen, entity, states),
    calls,
    seconds: secondsFor(calls, hubspot.limit ?? assumedLimit),
  }
}

/** Searches and other calls have separate limits and run in parallel. */
function secondsFor(calls: readonly PlannedCalls[], { permitted, intervalMs }: RateLimit): number {
  const count = (bucket: PlannedCalls['bucket']) =>
    calls.filter((each) => each.bucket === bucket).reduce((sum, each) => sum + each.calls, 0)
  const general = (count('general') / permitted) * (intervalMs / 1000)
  return Math.max(general, count('search') / searchesPerSecond)
}

/** The run will discard the state of tables that were dropped and created again. */
function withoutRemade(states: PassStates, remade: readonly FilledTable[]): PassStates {
  const isForgotten = (entity: string, pass: string) =>
    remade.some(
      (one) => one.entity === entity && (one.passes === 'all' || one.passes.includes(pass)),
    )
  return new Map(
    [...states].map(([entity, passes]) => [
      entity,
      new Map([...passes].filter(([pass]) => !isForgotten(entity, pass))),
    ]),
  )
}

/** Returns no states if nothing was ever synced; planning creates no tables. */
async function readStates(entity: Entity, database: Database): Promise<PassStates> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ exists: boolean; current: boolean }>`
      SELECT to_regclass('hubgen.pass') IS NOT NULL AS exists,
        to_regclass('hubgen.unanswered') IS NOT NULL AS current`.execute(database.kysely),
  )
  const { exists = false, current = false } = rows[0] ?? {}
  if (!exists) return new Map()
  const names = passesOf(entity).map((pass) => stateNameOf(pass, entity))
  const all = [...new Set([entity.name, ...names])]
  return readPassStates(database, all, current ? 'current' : 'older')
}
