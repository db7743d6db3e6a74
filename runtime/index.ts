/**
 * `hubgen/runtime`: the functions behind the commands, and what is needed to query synced data;
 * docs/programs.md has examples. Includes all of `hubgen/generated` (codecs and types), for programs that
 * describe a table of their own; generated modules import only that.
 */
export { type Environment, loadEnvironment } from './environment.ts'
export {
  type CodeFacts,
  formatError,
  type HubgenCode,
  HubgenError,
  type HubgenErrorKind,
} from './errors.ts'
export * from './generated.ts'
export type { Change } from './hubspot/changes.ts'
export type { Account } from './hubspot/client/account.ts'
export type { AnswerFormat } from './hubspot/client/answer-body.ts'
export {
  type ConnectOptions,
  connectHubSpot,
  type HubSpot,
  type ReadCall,
  type Retry,
} from './hubspot/client/client.ts'
export type { HttpProxy } from './hubspot/client/find-proxy.ts'
export { HubSpotError } from './hubspot/client/hubspot-error.ts'
export type { HubSpotPaths } from './hubspot/client/paths.ts'
export { type HubSpotSettings, readHubSpotSettings } from './hubspot/client/settings.ts'
export type { TokenSource } from './hubspot/client/token-source.ts'
export type { RetryReason } from './hubspot/client/transient-failure.ts'
export type { ApiRequest } from './hubspot/client/transport.ts'
export { type CallBudget, createCallBudget } from './hubspot/limits/call-budget.ts'
export type { Clock } from './hubspot/limits/clock.ts'
export type { Bucket, DailyLimit, RateLimiter } from './hubspot/limits/rate-limiter.ts'
export type { AdmittedCall, CountedLimit, RateLimit } from './hubspot/limits/rate-window.ts'
export {
  type CheckFinding,
  type CheckName,
  type CheckResult,
  type QualityThresholds,
  usualThresholds,
} from './monitoring/checks/judge-checks.ts'
export type { PropertyColumn } from './monitoring/checks/property-column.ts'
export { type CheckRequest, runChecks } from './monitoring/checks/run-checks.ts'
export type * from './monitoring/copy-status.ts'
export { readStatus } from './monitoring/read-status.ts'
export type { StatusOptions } from './monitoring/status-options.ts'
export type { TransactionWaits } from './postgres/connection/bounded-dialect.ts'
export { type Database, openDatabase } from './postgres/connection/database.ts'
export type { ScriptResult } from './postgres/connection/script-result.ts'
export {
  type DatabaseSettings,
  type EmbeddedSettings,
  readDatabaseSettings,
  type ServerSettings,
  type TlsSettings,
} from './postgres/connection/settings.ts'
export type { ConnectionLabel, OtherTables } from './postgres/database-error.ts'
export type * from './postgres/hubgen-tables.ts'
export type { IdSpan } from './postgres/load/live-rows.ts'
export type * from './postgres/run-tables.ts'
export type { LabelReport } from './postgres/schema/apply-labels.ts'
export type { CrowdedTable } from './postgres/schema/column-room.ts'
export type { MigrateOptions, MigrationReport } from './postgres/schema/migrate.ts'
export { migrateFolder as migrate } from './postgres/schema/migrate-folder.ts'
export type { LockPatience } from './postgres/schema/retry-locks.ts'
export type { BatchCounts, RowCounts, RunCounts, WrittenIds } from './postgres/state/run-counts.ts'
export type { UnansweredPart } from './postgres/state/unanswered-part.ts'
export type { AuditedSubject } from './postgres/state/write-audit.ts'
export type { BrakeSettings } from './sync/brake.ts'
export type * from './sync/events.ts'
export type { ProgressBody } from './sync/journal.ts'
export type { LogLevel } from './sync/log-level.ts'
export { type PassPlan, planSync, type SyncPlan } from './sync/plan-sync.ts'
export type { PlannedCalls } from './sync/planned-calls.ts'
export {
  type ReplayCounts,
  type ReplayOptions,
  type ReplayReport,
  replayEntity,
} from './sync/replay/replay-entity.ts'
export type {
  PassCounts,
  PassReport,
  PassUnit,
  Rejection,
  RunMode,
  SyncOutcome,
  SyncReport,
} from './sync/report.ts'
export type { RunWatch } from './sync/run-watch.ts'
export { syncEntity } from './sync/sync-entity.ts'
export type { RepairSpan, SyncOptions, VerifiedPart } from './sync/sync-options.ts'
export type {
  Difference,
  DifferenceKind,
  DifferenceReason,
} from './sync/verify/classify-difference.ts'
export type { Compared, Left } from './sync/verify/compared.ts'
export { type VerifyOptions, type VerifyReport, verifyEntity } from './sync/verify/verify-entity.ts'
