/**
 * HubSpot's API paths, defined only here. Object types are names or type ids; paths are absolute, without
 * host and query.
 */
export interface HubSpotPaths {
  account(): string
  properties(objectType: string): string
  propertyGroups(objectType: string): string
  /** Validation rules of all properties. */
  propertyRules(objectType: string): string
  /** Custom objects; 403 for portals that cannot have any. */
  schemas(): string
  pipelines(objectType: string): string
  owners(): string
  /** Users, roles and teams of the portal's settings have a version of their own. */
  users(): string
  roles(): string
  teams(): string
  associationLabels(from: string, to: string): string
  associationsBatchRead(from: string, to: string): string
  objects(objectType: string): string
  object(objectType: string, id: string): string
  batchRead(objectType: string): string
  search(objectType: string): string
}

/** The settings API has no version 2026-09 (as of September 2026). */
const users = '/settings/users/2026-03'

/** Paths of a date version such as `2026-09`; v3 and v4 paths lose support in 2027. */
export function hubSpotPaths(version: string): HubSpotPaths {
  const part = encodeURIComponent
  const objects = (objectType: string) => `/crm/objects/${version}/${part(objectType)}`
  const properties = (objectType: string) => `/crm/properties/${version}/${part(objectType)}`
  const associations = (from: string, to: string) =>
    `/crm/associations/${version}/${part(from)}/${part(to)}`
  return {
    account: () => `/account-info/${version}/details`,
    properties,
    propertyGroups: (objectType) => `${properties(objectType)}/groups`,
    propertyRules: (objectType) => `/crm/property-validations/${version}/${part(objectType)}`,
    schemas: () => `/crm-object-schemas/${version}/schemas`,
    pipelines: (objectType) => `/crm/pipelines/${version}/${part(objectType)}`,
    owners: () => `/crm/owners/${version}`,
    users: () => users,
    roles: () => `${users}/roles`,
    teams: () => `${users}/teams`,
    associationLabels: (from, to) => `${associations(from, to)}/labels`,
    associationsBatchRead: (from, to) => `${associations(from, to)}/batch/read`,
    objects,
    object: (objectType, id) => `${objects(objectType)}/${part(id)}`,
    batchRead: (objectType) => `${objects(objectType)}/batch/read`,
    search: (objectType) => `${objects(objectType)}/search`,
  }
}

const objectPath = /^\/crm\/objects\/[^/]+\/[^/]+(\/.+)?$/
const listPaths =
  /^\/crm\/(?:properties|associations|pipelines|owners)\/|^\/crm-object-schemas\/|^\/settings\/users\//

/**
 * The required content of a valid answer to a call: a list of `results`, or an `id`; null if any shape is
 * valid.
 */
export function whatAnswers({
  method,
  path,
}: {
  readonly method: string
  readonly path: string
}): 'results' | 'id' | null {
  const object = objectPath.exec(path)
  if (object === null) return listPaths.test(path) ? 'results' : null
  return method === 'GET' && object[1] !== undefined ? 'id' : 'results'
}
