import type { Entity } from '../entity.ts'
import type { HubSpot } from '../hubspot/client.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { Commit } from '../postgres/state/commit.ts'
import type { RunIdentity } from '../postgres/state/state.ts'
import type { Brake } from './brake.ts'
import type { Emit } from './events.ts'
import type { PassCounts, PassResult, PassUnit } from './report.ts'
import type { SyncOptions } from './sync-options.ts'
import type { Tally } from './tally.ts'

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
  /** Under which name its state is kept where several entities share it; the entity's own unless given. */
  sharedAs?(entity: Entity): string
  /** Tables beside the entity's own that it fills: where one was dropped and made again, it reads everything. */
  tables?(entity: Entity): readonly Entity['table'][]
  /** Its failure ends the run: without what it reads, the other passes would judge an incomplete copy. */
  readonly endsRun?: true
  /** What it counts where that is no records: the run's own figures leave them out. */
  readonly unit?: PassUnit
  /** Passes that need not go back further than the beginning of this one, once it is completed. */
  readonly covers?: readonly string[]
  /** The same of passes for which it must have read everything in one run, from its start. */
  readonly coversWhole?: readonly string[]
  /**
   * What it reads, each in a word of its own: with a new one the pass is due, and starts again. What it would
   * read of properties that HubSpot does not answer is not among them.
   */
  reads?(entity: Entity, unanswered: readonly string[]): readonly string[]
  /** For the one who reads where an interrupted one goes on: `42% of 50,000 records were read`. */
  describePosition?(position: unknown): string | null
  /** The calls that it will make, by endpoint; asks at most a call or two, and reads no record. */
  plan(context: PlanContext): Promise<readonly PlannedCalls[]>
  /** Rejects with what ended it; what was committed until then stays, and so does the position. */
  run(context: PassContext): Promise<PassResult>
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
  /** Nothing of the entity was ever completed: the run reads all of it from the start. */
  readonly isFirstLoad: boolean
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
  /** When this pass began, before all interruptions, by the server's clock: becomes its `fresh_as_of`. */
  readonly begunAt: Date
  /** When this run reached the pass, by the same clock: `begunAt` unless it goes on. */
  readonly startedAt: Date
  /** How far Postgres's clock is ahead of HubSpot's; negative when it is behind, 0 when HubSpot tells no time. */
  readonly databaseAheadMs: number
  /** What was last given to `commit`, by this run or the one that was interrupted; null at the start. */
  readonly position: unknown
  /** When this pass was last completed; null: never, or without something that it reads now. */
  readonly freshAsOf: Date | null
  /** What was committed so far; `loadPages` counts here. */
  readonly tally: Tally
  /** Of the run, shared by its passes. */
  readonly brake: Brake
  /**
   * One transaction: what is written, the position, and the proof that the lease is still ours. It is
   * tried again after a broken connection or a deadlock, so writing twice must be harmless.
   * Fails with LEASE_LOST when another run has taken over.
   */
  readonly commit: Commit
  /** Ends the run's calls to HubSpot: what they read for cannot be written. */
  readonly stopReading: (reason: unknown) => void
}

/** Under which name the state of a pass is kept. */
export function stateNameOf({ sharedAs }: Pass, entity: Entity): string {
  return sharedAs?.(entity) ?? entity.name
}

export type { PassCounts, PassResult }
