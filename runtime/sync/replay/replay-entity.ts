import { sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import { HubgenError } from '../../errors.ts'
import { machine } from '../../machine.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { checkTable } from '../../postgres/connection/table-check.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { type LoadPlan, planLoad } from '../../postgres/load/load-plan.ts'
import { type Commit, commitRetrying } from '../../postgres/state/commit.ts'
import { beginRun, keepLease, proveLease } from '../../postgres/state/lease.ts'
import { readPassStates } from '../../postgres/state/pass-state.ts'
import { noCounts } from '../../postgres/state/run-counts.ts'
import { ensureState, finishRun, type RunIdentity } from '../../postgres/state/state.ts'
import { forgetUnread } from '../ask-unanswered.ts'
import { checkFacts } from '../check-facts.ts'
import { passesOf } from '../passes.ts'
import { checkState, claimState } from '../portal-guard.ts'
import { replayRecords } from './replay-records.ts'
import { readQuarantinedValues, replayValues } from './replay-values.ts'

/** The result of a replay. Whatever neither fitted nor was superseded is still in the quarantine. */
export interface ReplayReport {
  readonly entity: string
  readonly table: string
  readonly runId: string
  readonly values: ReplayCounts
  readonly records: ReplayCounts
  /** Ended early; completed batches stay. */
  readonly cancelled: boolean
}

export interface ReplayCounts {
  /** Written to their columns or rows. */
  readonly fitted: number
  /** Dropped, because the row is newer. */
  readonly superseded: number
  readonly stayed: number
}

export interface ReplayOptions {
  /** Ends the replay after the current batch. */
  readonly signal?: AbortSignal | undefined
  /** Only the values of this property; by default everything. */
  readonly property?: string | undefined
  /** Called after every batch with the number done and the total. */
  readonly onBatch?: ((done: number, total: number) => void) | undefined
}

/** Values are small; records may have 100 kB. */
const valuesPerBatch = 1_000
const recordsPerBatch = 100

const none: ReplayCounts = { fitted: 0, superseded: 0, stayed: 0 }

/**
 * Tries again to load an entity's quarantined values and records, without HubSpot: useful after a change of
 * types, codecs or the table. Takes the entity's lease; fails with ENTITY_BUSY while another run holds it.
 */
export async function replayEntity(
  entity: Entity,
  database: Database,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  checkFacts(entity)
  await checkState(database, entity, entity.portalId)
  await checkTable(database, entity)
  await ensureState(database)
  const states = await readPassStates(database, [entity.name])
  await forgetUnread({ entity, database }, passesOf(entity), states)
  const portalId = await findPortal(entity, database)
  const facts = { entity: entity.name, mode: 'replay', portalId }
  const run = await beginRun(database, facts, async (transaction) => {
    await claimState(transaction, database, entity, { portalId })
  })
  const lost = new AbortController()
  const lease = keepLease(database, run, (error) => lost.abort(error))
  const startedMs = machine.elapsedMs()
  const progress = { values: none, records: none, cancelled: false }
  let failure: unknown = null
  try {
    await replayAll({ entity, database, run, options, lost: lost.signal, progress })
  } catch (error) {
    failure = error
  } finally {
    lease.release()
  }
  await recordEnd(database, run, progress, failure, (machine.elapsedMs() - startedMs) / 1000)
  if (failure !== null) throw failure
  return { entity: entity.name, table: entity.table, runId: run.id, ...progress }
}

interface Progress {
  values: ReplayCounts
  records: ReplayCounts
  cancelled: boolean
}

interface Replay {
  readonly entity: Entity
  readonly database: Database
  readonly run: RunIdentity
  readonly options: ReplayOptions
  readonly lost: AbortSignal
  readonly progress: Progress
}

/** Records first: their values that do not fit are added to the quarantine after the range of this replay. */
async function replayAll(replay: Replay): Promise<void> {
  const { entity, database, run, options, lost, progress } = replay
  const plan = planLoad(entity)
  const commit: Commit = (write) =>
    commitRetrying(database, async (transaction) => {
      const written = await write(transaction)
      await proveLease(transaction, run)
      return written
    })
  const { property } = options
  const { total, last } = await measure(database, entity, property)
  let done = 0
  const goesOn = (counts: ReplayCounts | null): boolean => {
    if (counts === null) return false
    done += counts.fitted + counts.superseded + counts.stayed
    options.onBatch?.(Math.min(done, total), total)
    lost.throwIfAborted()
    if (options.signal?.aborted === true) progress.cancelled = true
    return !progress.cancelled
  }
  const kinds = property === undefined ? (['records', 'values'] as const) : (['values'] as const)
  for (const kind of kinds) {
    let after = '0'
    for (let more = true; more && !progress.cancelled; ) {
      const batch = { plan, entity, run, commit, property, after, upTo: last }
      const replayed = await (kind === 'records' ? recordBatch(batch) : valueBatch(batch))
      if (replayed !== null) {
        after = replayed.last
        progress[kind] = add(progress[kind], replayed.counts)
      }
      more = goesOn(replayed?.counts ?? null)
    }
  }
}

interface BatchRange {
  readonly plan: LoadPlan
  readonly entity: Entity
  readonly run: RunIdentity
  readonly commit: Commit
  readonly property: string | undefined
  readonly after: string
  readonly upTo: string
}

interface ReplayedBatch {
  readonly counts: ReplayCounts
  /** Quarantine id. */
  readonly last: string
}

/** Null when there are no more. */
async function valueBatch(range: BatchRange): Promise<ReplayedBatch | null> {
  const { entity, plan, commit, run } = range
  return commit(async (transaction) => {
    const values = await readQuarantinedValues(transaction, entity, {
      ...range,
      most: valuesPerBatch,
    })
    const last = values.at(-1)?.id
    if (last === undefined) return null
    const counts = await replayValues(transaction, entity, plan, values)
    await sql`UPDATE hubgen.run SET read = read + ${values.length}, updated = updated + ${counts.fitted},
      rejected_values = rejected_values + ${counts.stayed} WHERE id = ${run.id}`.execute(
      transaction,
    )
    return { counts, last }
  })
}

async function recordBatch(range: BatchRange): Promise<ReplayedBatch | null> {
  return replayRecords({ ...range, most: recordsPerBatch })
}

function add(counts: ReplayCounts, more: ReplayCounts): ReplayCounts {
  return {
    fitted: counts.fitted + more.fitted,
    superseded: counts.superseded + more.superseded,
    stayed: counts.stayed + more.stayed,
  }
}

async function measure(database: Database, { name: entity }: Entity, property: string | undefined) {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ total: string; last: string }>`
      SELECT count(*) AS total, coalesce(max(id), 0) AS last
      FROM hubgen.quarantine
      WHERE entity = ${entity} AND (property IS NOT NULL OR raw_value <> '')
        AND (${property ?? null}::text IS NULL OR property = ${property ?? null})`.execute(
      database.kysely,
    ),
  )
  const { total = '0', last = '0' } = rows[0] ?? {}
  return { total: Number(total), last }
}

/** The portal of the records, from the generated files or from a row, without asking HubSpot. */
async function findPortal(entity: Entity, database: Database): Promise<number> {
  if (entity.portalId !== null) return entity.portalId
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ portal_id: string }>`SELECT portal_id FROM ${sql.table(entity.table)} LIMIT 1`.execute(
      database.kysely,
    ),
  )
  const found = rows[0]?.portal_id
  if (found !== undefined) return Number(found)
  throw new HubgenError('PORTAL_UNKNOWN', `the portal of \`${entity.name}\` is unknown`, {
    at: `${database.description} ${entity.table}`,
    fix: `run \`hubgen sync ${entity.name}\` first`,
  })
}

async function recordEnd(
  database: Database,
  run: RunIdentity,
  { values, records, cancelled }: Progress,
  failure: unknown,
  seconds: number,
): Promise<void> {
  const sum = add(values, records)
  const known =
    failure instanceof HubgenError ? `${failure.code}: ${failure.message}` : 'a bug in hubgen'
  try {
    await finishRun(database, run, {
      outcome: failure !== null ? 'partial' : cancelled ? 'cancelled' : 'succeeded',
      ...noCounts,
      read: sum.fitted + sum.superseded + sum.stayed,
      updated: sum.fitted,
      unchanged: sum.superseded,
      rejectedValues: values.stayed,
      rejectedRecords: records.stayed,
      calls: 0,
      seconds,
      ...(failure !== null && { error: known }),
    })
  } catch (error) {
    if (failure === null) throw error
  }
}
