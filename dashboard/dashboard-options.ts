import type { Entity } from '../runtime/entity.ts'
import type { QuarantineBounds } from '../runtime/monitoring/copy-status.ts'
import type { Database } from '../runtime/postgres/connection/database.ts'

/** One generated entity, as the dashboard names it. */
export interface DashboardEntity {
  /** What its `sync.ts` states. */
  readonly facts: Entity
  /** What HubSpot calls the records, in the plural. */
  readonly label: string
  /** When values that did not fit are too many; the usual bounds unless given. */
  readonly quarantine?: QuarantineBounds
}

/** What a person may have read, by button. */
export type StartMode = 'incremental' | 'full' | 'test'

export interface StartRequest {
  readonly entity: string
  readonly mode: StartMode
  /** Records of a test. */
  readonly limit: number | null
}

/** What the pages show and do; everything they say comes from the database. */
export interface DashboardOptions {
  /** Open; the caller closes it. */
  readonly database: Database
  /** Sorted by name. */
  readonly entities: readonly DashboardEntity[]
  /** The program and its arguments that sync in a process of their own, which outlives the dashboard. */
  readonly syncCommand: (request: StartRequest) => readonly [string, ...string[]]
  /** Runs the checks of an entity and stores the results; rejects with a HubgenError. */
  readonly check: (entity: string) => Promise<unknown>
  /** Compares HubSpot, files and tables, and stores what it found; rejects with a HubgenError. */
  readonly lookForDrift: () => Promise<unknown>
  /** Migrations that were not applied yet, in order. */
  readonly pendingMigrations: () => Promise<readonly PendingMigration[]>
  /** The portal's, for what counts as today; null: not known. */
  readonly timeZone: string | null
  /** Working directory: the output of what is started goes to its `.hubgen/logs`. */
  readonly directory: string
  /** Who has it may see and do everything; null: only this machine can reach the pages. */
  readonly token: string | null
}

export interface PendingMigration {
  readonly name: string
  readonly sql: string
  readonly locks: readonly string[]
}
