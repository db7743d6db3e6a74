/**
 * `hubgen/generated`: the codecs and types of generated modules. Nothing here reads HubSpot or a database;
 * programs import `hubgen/runtime`.
 */
export type * from './columns.ts'
export type * from './companion-columns.ts'
export type * from './entity.ts'
export type * from './owner-tables.ts'
export { bigint } from './values/bigint.ts'
export { bool } from './values/boolean.ts'
export type * from './values/codec.ts'
export { date } from './values/date.ts'
export { jsonb } from './values/jsonb.ts'
export { numeric } from './values/numeric.ts'
export { text } from './values/text.ts'
export { timestamptz } from './values/timestamptz.ts'
