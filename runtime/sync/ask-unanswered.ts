import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import { batchRecords, historyBatchRecords, readBatch } from '../hubspot/batch-read.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import { readHistories, unansweredHistories } from '../hubspot/histories.ts'
import { wholeRecords } from '../hubspot/record-pages.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { planLoad } from '../postgres/load/load-plan.ts'
import type { PassStates } from '../postgres/state/pass-state.ts'
import {
  forgetUnanswered,
  keepHistoriesUnanswered,
  shrinkReads,
} from '../postgres/state/unanswered.ts'
import type { UnansweredPart } from '../postgres/state/unanswered-part.ts'
import type { Pass } from './pass.ts'
import type { PlannedCalls } from './planned-calls.ts'
import type { SyncOptions } from './sync-options.ts'
import type { Copy } from './verify/compare-ids.ts'

type Asking = Pick<SyncOptions, 'limit' | 'repair'>

/**
 * Removes from each pass's stored list of reads the names that the pass no longer reads, and forgets
 * unanswered properties that no longer have a column. If a property is added back later, it is read again
 * for all records.
 */
export async function forgetUnread(
  { entity, database }: Omit<Copy, 'hubspot'>,
  passes: readonly Pass[],
  states: PassStates,
): Promise<void> {
  for (const [name, { reads }] of states.get(entity.name) ?? []) {
    const pass = passes.find((each) => each.name === name)
    const wanted = new Set(pass?.reads?.(entity, []))
    if (reads?.some((read) => !wanted.has(read))) {
      await shrinkReads(database, entity.name, name, [...wanted])
    }
  }
  const wanted = namesOf(unansweredOf(entity, states))
  const gone = namesOf(rememberedOf(entity, states)).filter((name) => !wanted.includes(name))
  await forgetUnanswered(database, entity.name, gone)
}

/**
 * Asks HubSpot once for the properties that it left out of earlier answers, and returns those whose values it
 * answers again for at least one of the sampled records. Unless their former values are still missing, they are
 * no longer remembered as unanswered. A full sync is then due until one completes. If the call fails, nothing
 * changes.
 */
export async function askUnanswered(
  copy: Copy,
  states: PassStates,
  options: Asking,
): Promise<readonly string[]> {
  const { entity, database } = copy
  const unanswered = namesOf(unansweredOf(entity, states))
  if (unanswered.length === 0 || !asks(options)) return []
  const ids = await someIds(copy)
  if (ids.length === 0) return []
  const inHistory = entity.history?.properties.filter((name) => unanswered.includes(name)) ?? []
  if (inHistory.length === 0) {
    const answered = await askForValues(copy, unanswered, ids)
    await forgetUnanswered(database, entity.name, answered)
    return answered
  }
  const asked = { unanswered, inHistory }
  const answer = await askForHistories(copy, asked, ids.slice(0, historyBatchRecords))
  await forgetUnanswered(database, entity.name, answer.whole)
  await keepHistoriesUnanswered(database, entity.name, answer.valuesOnly)
  return [...answer.whole, ...answer.valuesOnly]
}

async function askForValues(
  { entity, hubspot }: Copy,
  unanswered: readonly string[],
  ids: readonly string[],
): Promise<readonly string[]> {
  const request = { objectType: entity.objectType, properties: unanswered }
  const { records } = await readBatch(hubspot, request, wholeRecords, ids).catch(noneWhenRefused)
  return unanswered.filter((name) =>
    records.some(({ properties }) => Object.hasOwn(properties, name)),
  )
}

/** Properties that HubSpot answers again: with former values if these are stored, or values only. */
interface AnsweredAgain {
  readonly whole: readonly string[]
  readonly valuesOnly: readonly string[]
}

async function askForHistories(
  { entity, hubspot }: Copy,
  asked: { readonly unanswered: readonly string[]; readonly inHistory: readonly string[] },
  ids: readonly string[],
): Promise<AnsweredAgain> {
  const { unanswered, inHistory } = asked
  const { objectType } = entity
  const reading = readHistories(hubspot, objectType, { values: unanswered, former: inHistory }, ids)
  const { records } = await reading.catch(noneWhenRefused)
  const lost = new Set(unansweredHistories(records))
  const again = unanswered.filter((name) =>
    records.some(({ values, answered }) => values.has(name) || answered.includes(name)),
  )
  return {
    whole: again.filter((name) => !lost.has(name)),
    valuesOnly: again.filter((name) => lost.has(name)),
  }
}

/** The call that `askUnanswered` would make, if any. */
export function planAsking(
  entity: Entity,
  hubspot: HubSpot,
  states: PassStates,
  options: Asking,
): readonly PlannedCalls[] {
  if (!asks(options) || unansweredOf(entity, states).length === 0) return []
  const endpoint = `POST ${hubspot.paths.batchRead(entity.objectType)}`
  return [{ endpoint, calls: 1, bucket: 'general' }]
}

/** A run with a limit and a repair do not read all records, so they do not ask. */
function asks({ limit, repair }: Asking): boolean {
  return limit === undefined && repair === undefined
}

/** Properties of the entity that were missing from HubSpot's latest answers. */
export function unansweredOf(entity: Entity, states: PassStates): readonly UnansweredPart[] {
  const remembered = rememberedOf(entity, states)
  if (remembered.length === 0) return remembered
  const loaded = planLoad(entity).columns.map(({ property }) => property)
  const properties = new Set([...loaded, ...(entity.history?.properties ?? [])])
  return remembered.filter(({ property }) => properties.has(property))
}

function rememberedOf({ name: entity }: Entity, states: PassStates): readonly UnansweredPart[] {
  const passes = [...(states.get(entity) ?? [])]
  const values = new Set(
    passes.flatMap(([name, state]) => (name === 'history' ? [] : state.unanswered)),
  )
  const all = new Set(passes.flatMap(([, state]) => state.unanswered))
  return [...all]
    .sort()
    .map((property) => ({ property, part: values.has(property) ? 'records' : 'history' }))
}

function namesOf(lost: readonly UnansweredPart[]): readonly string[] {
  return lost.map(({ property }) => property)
}

/** The newest ids, because older records are more likely to be deleted by now. */
async function someIds({ entity, database }: Copy): Promise<readonly string[]> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ id: string }>`SELECT stored.id FROM ${sql.table(entity.table)} AS stored
      WHERE NOT stored.is_deleted ORDER BY stored.id DESC LIMIT ${batchRecords}`.execute(
      database.kysely,
    ),
  )
  return rows.map(({ id }) => id)
}

/**
 * An error of HubSpot's or the database's recurs later in the run, where it is reported. Any other error is
 * a bug and is rethrown.
 */
function noneWhenRefused(error: unknown): { readonly records: readonly never[] } {
  if (!(error instanceof HubgenError)) throw error
  return { records: [] }
}
