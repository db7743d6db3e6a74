import type { Analysis } from './analysis.ts'

/** The schema of the views in Fivetran's shape. */
export const FIVETRAN_SCHEMA = 'hubspot_fivetran'

/** HubSpot's object types that Fivetran shows as kinds of one thing, by id, with their name there. */
const ENGAGEMENTS: ReadonlyMap<string, EngagementKind> = new Map([
  ['0-18', 'communication'],
  ['0-27', 'task'],
  ['0-46', 'note'],
  ['0-47', 'meeting'],
  ['0-48', 'call'],
  ['0-49', 'email'],
])

export type EngagementKind = 'call' | 'communication' | 'email' | 'meeting' | 'note' | 'task'

/** Null if its records are not engagements. */
export function engagementKind(objectTypeId: string): EngagementKind | null {
  return ENGAGEMENTS.get(objectTypeId) ?? null
}

/** The first word in the name of a table of links, and before `_id` in its columns. */
export function fivetranObject(table: string, objectTypeId: string): string {
  return engagementKind(objectTypeId) === null ? table : 'engagement'
}

export function isDeal({ objectType }: Pick<Analysis, 'objectType'>): boolean {
  return objectType.id === '0-3'
}

export function isTicket({ objectType }: Pick<Analysis, 'objectType'>): boolean {
  return objectType.id === '0-5'
}

export function isContact({ objectType }: Pick<Analysis, 'objectType'>): boolean {
  return objectType.id === '0-1'
}
