import type { Entity } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { startRun } from '../../runtime/postgres/state/state.ts'
import { Brake } from '../../runtime/sync/brake.ts'
import type { SyncEventBody } from '../../runtime/sync/events.ts'
import type { Pass, PassContext, PassResult } from '../../runtime/sync/pass.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { emptyTally } from '../../runtime/sync/tally.ts'
import type { SyncPortal } from './sync-portal.ts'

export interface PassRun {
  /** The id of the run. */
  readonly run: string
  readonly counts: PassResult
  /** The last argument of `commit`. */
  readonly position: unknown
  readonly events: readonly SyncEventBody[]
  /** API calls that the pass made. */
  readonly calls: number
}

export interface PassStart {
  readonly entity?: Entity
  readonly position?: unknown
  readonly freshAsOf?: Date | null
  readonly begunAt?: Date
  readonly databaseAheadMs?: number
  readonly signal?: AbortSignal
  readonly options?: SyncOptions
  /** Called with the position of each commit; undefined if it has none. */
  readonly onCommit?: (position: unknown) => void
}

/** One pass without the engine around it: no lease, and the state that the test sets. */
export async function runPass(
  portal: SyncPortal,
  pass: Pass,
  start: PassStart = {},
): Promise<PassRun> {
  const { simulator, connection: database } = portal
  const { entity = portal.entity, options = {}, freshAsOf = null } = start
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const signal = start.signal ?? new AbortController().signal
  const hubspot = connectHubSpot(settings, { ...portal.connect, signal })
  const { portalId } = await hubspot.account()
  const before = hubspot.calls
  const run = await startRun(database, { entity: entity.name, mode: 'full', portalId })
  const events: SyncEventBody[] = []
  let { position = null } = start
  const { begunAt = new Date() } = start
  const context: PassContext = {
    entity,
    options,
    hubspot,
    database,
    run,
    emit: (...bodies) => void events.push(...bodies),
    signal,
    begunAt,
    startedAt: begunAt,
    databaseAheadMs: start.databaseAheadMs ?? 0,
    position,
    freshAsOf,
    tally: emptyTally(),
    brake: new Brake(options.brake),
    stopReading: () => {},
    async commit(write, next) {
      const written = await database.kysely.transaction().execute(write)
      if (next !== undefined) position = next
      start.onCommit?.(next)
      return written
    },
  }
  const counts = await pass.run(context)
  return { run: run.id, counts, position, events, calls: hubspot.calls - before }
}
