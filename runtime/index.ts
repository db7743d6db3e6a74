/**
 * The door for generated modules, and for people who query what they synced: `hubgen/runtime`.
 */
export type * from './columns.ts'
export type * from './entity.ts'
export { formatError, HubgenError } from './errors.ts'
export { type Database, openDatabase } from './postgres/database.ts'
export { type DatabaseSettings, readDatabaseSettings } from './postgres/settings.ts'
export type { SyncEvent } from './sync/events.ts'
export type { Rejection, SyncOutcome, SyncReport } from './sync/report.ts'
export { runAsScript } from './sync/script.ts'
export { syncEntity } from './sync/sync-entity.ts'
export type { SyncOptions } from './sync/sync-options.ts'
export { bigint } from './values/bigint.ts'
export { bool } from './values/boolean.ts'
export { date } from './values/date.ts'
export { numeric } from './values/numeric.ts'
export { text } from './values/text.ts'
export { timestamptz } from './values/timestamptz.ts'
