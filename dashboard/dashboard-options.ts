import type { AlertContext } from '../runtime/alerts/send-alerts.ts'
import type { Entity } from '../runtime/entity.ts'
import type { QuarantineBounds } from '../runtime/monitoring/copy-status.ts'
import type { Database } from '../runtime/postgres/connection/database.ts'

/** A generated entity as the dashboard shows it. */
export interface DashboardEntity {
  /** The facts from its `sync.ts`. */
  readonly facts: Entity
  /** HubSpot's plural label of the records. */
  readonly label: string
  /** Bounds for values that did not fit; the defaults apply if absent. */
  readonly quarantine?: QuarantineBounds
}

/** The kinds of sync that the page's buttons start. */
export type StartMode = 'incremental' | 'full' | 'audit' | 'test'

export interface StartRequest {
  /** One after another. */
  readonly entities: readonly [string, ...string[]]
  readonly mode: StartMode
  /** Number of records of a test. */
  readonly limit: number | null
}

/** The data and actions of the pages. All figures come from the database. */
export interface DashboardOptions {
  /** Open; the caller closes it. */
  readonly database: Database
  /** Sorted by name. */
  readonly entities: readonly DashboardEntity[]
  /** Resources that were generated and are not part of `--all`, by the names that people type. */
  readonly unlisted?: readonly string[]
  /** The program and arguments that run a sync in a separate process, which outlives the dashboard. */
  readonly syncCommand: (request: StartRequest) => readonly [string, ...string[]]
  /** Runs the checks of an entity and stores the results; rejects with a HubgenError. */
  readonly check: (entity: string) => Promise<unknown>
  /** The cost of a full sync: asks HubSpot for a count, reads no record; rejects with a HubgenError. */
  readonly estimateFull: (entity: string) => Promise<FullEstimate>
  /** Compares HubSpot, files and tables and stores the result; rejects with a HubgenError. */
  readonly lookForDrift: () => Promise<unknown>
  /** Migrations that are not applied yet, in order. */
  readonly pendingMigrations: () => Promise<readonly PendingMigration[]>
  /** The explored portal; null for analyses from a file. */
  readonly portal: ShownPortal | null
  /** The portal's name from the configuration; null if it has none. */
  readonly portalName: string | null
  /** The environment from the configuration, such as `production`; null if it has none. */
  readonly environment: string | null
  /** Working directory of started processes. */
  readonly directory: string
  /** The path under which a proxy publishes the dashboard, such as `/hubgen`; "" for the root. */
  readonly basePath: string
  /** The name under which a page of all portals lists it, if there is one. */
  readonly listedAs?: string | undefined
  /** Null if the configuration has no alerts. */
  readonly alerts: AlertContext | null
  /** Anyone with this token may see and do everything; null if only this machine can reach the pages. */
  readonly token: string | null
}

interface ShownPortal {
  readonly id: number
  /** IANA name; it decides what counts as today. */
  readonly timeZone: string
}

export interface FullEstimate {
  /** Null if HubSpot does not say. */
  readonly records: number | null
  readonly calls: number
  /** By HubSpot's limit alone. */
  readonly seconds: number
  /** Null if HubSpot reports no daily limit. */
  readonly daily: { readonly permitted: number; readonly remaining: number } | null
}

export interface PendingMigration {
  readonly name: string
  readonly sql: string
  readonly locks: readonly string[]
}
