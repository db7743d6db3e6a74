import { type AnswerItems, readItems } from './answer-items.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import { readList } from './read-list.ts'

/** HubSpot's largest page of users. */
export const pageUsers = '100'

/** Users, roles and teams of the portal's settings; null for a list that HubSpot refused. */
export interface PortalUsers {
  readonly users: AnswerItems | null
  readonly roles: AnswerItems | null
  readonly teams: AnswerItems | null
  /** One per refused list. */
  readonly refusals: readonly HubSpotError[]
  /** The failure that ended the reading, if it was no refusal; lists after it were not read. */
  readonly failure: unknown
}

/**
 * Reads users, roles and teams, each with its own scope. Rejects never: a caller that has read something else
 * can write that first.
 */
export async function readPortalUsers(hubspot: HubSpot): Promise<PortalUsers> {
  const refusals: HubSpotError[] = []
  let failure: unknown = null
  const read = async (path: string, query?: Readonly<Record<string, string>>) => {
    if (failure !== null) return null
    try {
      return await readList(hubspot, path, query)
    } catch (error) {
      if (isRefusal(error)) refusals.push(error)
      else failure = error
      return null
    }
  }
  const { users: usersPath, roles: rolesPath, teams: teamsPath } = hubspot.paths
  const users = await read(usersPath(), { limit: pageUsers })
  // Roles need the same scope as users.
  const roles = users === null ? null : await read(rolesPath())
  const teams = await read(teamsPath())
  return { users, roles, teams, refusals, failure }
}

/** The users of a team; `nameless` counts entries that are no ids. */
export function idsOf(list: unknown): { readonly ids: readonly string[]; readonly lost: number } {
  const entries = list ?? []
  const { items, nameless } = readItems(
    Array.isArray(entries) ? entries.map((id: unknown) => ({ id })) : entries,
  )
  return { ids: items.map(({ id }) => id), lost: nameless }
}

function isRefusal(error: unknown): error is HubSpotError {
  return error instanceof HubSpotError && [400, 403, 404].includes(error.status ?? 0)
}
