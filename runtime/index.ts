/**
 * `hubgen/runtime`: what programs import to sync, and to query what was synced. Generated modules import
 * `hubgen/generated`.
 */
export type * from './columns.ts'
export type * from './companion-columns.ts'
export type * from './entity.ts'
export { formatError, type HubgenCode, HubgenError, type HubgenErrorKind } from './errors.ts'
export type * from './owner-tables.ts'
export { type Database, openDatabase } from './postgres/connection/database.ts'
export { type DatabaseSettings, readDatabaseSettings } from './postgres/connection/settings.ts'
export type { SyncEvent } from './sync/events.ts'
export type { Rejection, SyncOutcome, SyncReport } from './sync/report.ts'
export { syncEntity } from './sync/sync-entity.ts'
export type { SyncOptions } from './sync/sync-options.ts'
export type * from './values/codec.ts'
