import type { Entity } from '../entity.ts'
import type { HubSpot } from '../hubspot/client/client.ts'
import type { HubSpotPaths } from '../hubspot/client/paths.ts'
import type { ListedAt } from '../hubspot/list-digest.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { Commit } from '../postgres/state/commit.ts'
import type { RunIdentity } from '../postgres/state/state.ts'
import type { Brake } from './brake.ts'
import type { Emit } from './events.ts'
import type { PlannedCalls } from './planned-calls.ts'
import type { PassCounts, PassResult, PassUnit } from './report.ts'
import type { SyncOptions } from './sync-options.ts'
import type { Tally } from './tally.ts'

/** Stored in `hubgen.pass`, so no name ever changes; `runtime/sync/plain-words.ts` has words for people. */
export type PassName =
  | 'records'
  | 'changes'
  | 'look_back'
  | 'archived'
  | 'archived_before'
  | 'deletes'
  | 'reconciliation'
  | 'calculated'
  | 'history'
  | 'pipelines'
  | 'changed_links'
  | 'owners'
  | 'audit'
  | 'repair'
  | 'rows'
  | `${'' | 'changed_'}associations:${string}`

/**
 * One part of a run: all records, changed records, or links to one object type. A run executes passes one
 * after another. Each pass saves across runs where it was interrupted and how fresh its part is
 * (`hubgen.pass`).
 */
export interface Pass {
  /** Unique within an entity. */
  readonly name: PassName
  /** How long its part counts as fresh; 0 for a pass that every run includes. */
  readonly everyMs: number
  /** The name under which its state is saved if several entities share it; the entity's name by default. */
  sharedAs?(entity: Entity): string
  /** Whether a run with these options includes it; every run by default. */
  isWanted?(options: Pick<SyncOptions, 'archivedBefore'>): boolean
  /** The tables that it fills. If one of them was dropped and created again, the pass reads everything. */
  tables?(entity: Entity): readonly Entity['table'][]
  /**
   * The lists that it reads, with at most a few hundred entries. While HubSpot answers them as before, the pass
   * has nothing to do.
   */
  lists?(entity: Entity, paths: HubSpotPaths): readonly ListedAt[]
  /** Its failure ends the run, because later passes would judge an incomplete copy. */
  readonly endsRun?: true
  /** The unit of its counts, if that is not records; the run's totals then leave them out. */
  readonly unit?: PassUnit
  /** Passes that count as fresh as of the start of this one once it completes. */
  readonly covers?: readonly string[]
  /** Like `covers`, but only if this pass read everything in one run, from its start. */
  readonly coversWhole?: readonly string[]
  /**
   * The names that it reads. If a new one appears, the pass is due and starts over. Excludes names that
   * depend on properties that HubSpot does not answer.
   */
  reads?(entity: Entity, unanswered: readonly string[]): readonly string[]
  /** Shows where an interrupted pass resumes: `42% of 50,000 records were read`. */
  describePosition?(position: unknown): string | null
  /** The calls that it will make, per endpoint. Makes at most one or two calls itself and reads no record. */
  plan(context: PlanContext): Promise<readonly PlannedCalls[]>
  /** Rejects with the error that ended it; everything committed until then stays, including the position. */
  run(context: PassContext): Promise<PassResult>
}

/** The input for estimating a pass's calls. */
export interface PlanContext {
  readonly entity: Entity
  readonly hubspot: HubSpot
  readonly database: Database
  /**
   * Live records according to HubSpot's search index, asked once for all passes; null if HubSpot does not
   * say.
   */
  readonly total: number | null
  /** When this pass last completed; null if never. */
  readonly freshAsOf: Date | null
  /** No pass of the entity ever completed: the run reads everything from the start. */
  readonly isFirstLoad: boolean
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
  /** When this pass first began, before any interruptions, by the server's clock; becomes `fresh_as_of`. */
  readonly begunAt: Date
  /** When this run started the pass, by the same clock; equals `begunAt` unless the pass resumes. */
  readonly startedAt: Date
  /** How far Postgres's clock is ahead of HubSpot's; negative if it is behind, 0 if HubSpot sends no time. */
  readonly databaseAheadMs: number
  /** The value last passed to `commit`, by this run or by the interrupted one; null at the start. */
  readonly position: unknown
  /** When this pass last completed; null if never, or if it reads something new since then. */
  readonly freshAsOf: Date | null
  /** Counts of committed work; `loadPages` adds to it. */
  readonly tally: Tally
  /** Shared by all passes of the run. */
  readonly brake: Brake
  /**
   * Commits one transaction: the writes, the position, and the proof that this run still holds the lease.
   * It is retried after a broken connection or a deadlock, so writing twice must be harmless. Fails with
   * LEASE_LOST when another run has taken over.
   */
  readonly commit: Commit
  /** Ends the run's calls to HubSpot, because their results cannot be written. */
  readonly stopReading: (reason: unknown) => void
}

/** The entity name under which the state of a pass is saved. */
export function stateNameOf({ sharedAs }: Pass, entity: Entity): string {
  return sharedAs?.(entity) ?? entity.name
}

export type { PassCounts, PassResult }
