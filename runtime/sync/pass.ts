import type { Transaction } from 'kysely'
import type { Entity } from '../entity.ts'
import type { HubSpot } from '../hubspot/client.ts'
import type { Database } from '../postgres/database.ts'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import type { RunIdentity } from '../postgres/state.ts'
import type { Emit } from './events.ts'
import type { SyncOptions } from './sync-options.ts'

/**
 * One part of bringing an entity's copy up to date: all records, what changed, links to one other
 * object type. A run is a list of passes, one after another; each remembers by itself, from run to run,
 * where it was interrupted and how fresh its part is (`hubgen.pass`).
 */
export interface Pass {
  /** Unique within an entity, stable for ever: `records`, `associations:deal_contact`. */
  readonly name: string
  /** Its part counts as fresh for so long; 0: it belongs to every run. */
  readonly everyMs: number
  /** The calls that it will make, by endpoint; asks at most a call or two, and reads no record. */
  plan(context: PlanContext): Promise<readonly PlannedCalls[]>
  /** Rejects with what ended it; what was committed until then stays, and so does the position. */
  run(context: PassContext): Promise<PassCounts>
}

/** What a pass needs to foresee its calls. */
export interface PlanContext {
  readonly entity: Entity
  readonly hubspot: HubSpot
  readonly database: Database
  /** Live records by HubSpot's search index, asked once for all passes; null when it does not say. */
  readonly total: number | null
  /** When this pass was last completed; null: never. */
  readonly freshAsOf: Date | null
}

export interface PlannedCalls {
  /** As the API names it: `GET /crm/objects/2026-09/0-3`. */
  readonly endpoint: string
  readonly calls: number
  /** Searches have a limit of their own. */
  readonly bucket: 'general' | 'search'
}

export interface PassContext {
  readonly entity: Entity
  readonly options: SyncOptions
  readonly hubspot: HubSpot
  readonly database: Database
  readonly run: RunIdentity
  readonly emit: Emit
  /** Aborts when the run is cancelled or the lease is lost. */
  readonly signal: AbortSignal
  /** When this pass began, before all interruptions: becomes its `fresh_as_of`. */
  readonly begunAt: Date
  /** What was last given to `commit`, by this run or the one that was interrupted; null at the start. */
  readonly position: unknown
  /** When this pass was last completed; null: never. */
  readonly freshAsOf: Date | null
  /**
   * One transaction: what is written, the position, and the proof that the lease is still ours. It is
   * tried again after a broken connection or a deadlock, so writing twice must be harmless.
   * Fails with LEASE_LOST when another run has taken over.
   */
  commit<T>(
    write: (transaction: Transaction<HubgenTables>) => Promise<T>,
    position?: unknown,
  ): Promise<T>
}

/** What a pass came to; what it does not count is 0. */
export interface PassCounts {
  readonly read?: number
  readonly inserted?: number
  readonly updated?: number
  readonly unchanged?: number
  readonly deleted?: number
}
