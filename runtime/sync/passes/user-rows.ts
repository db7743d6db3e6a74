import {
  type AnswerItem,
  type AnswerItems,
  textFact,
  wholeFact,
} from '../../hubspot/answer-items.ts'
import { idsOf, type PortalUsers } from '../../hubspot/read-users.ts'
import type { WholeTableRow } from '../../postgres/load/bring-rows.ts'

/** A team that an owner belongs to. */
export interface OwnerTeam {
  readonly owner: AnswerItem
  readonly teamId: string
  readonly primary: boolean
}

/** The answer about owners; `isWhole` if no owner can be missing from it. */
export interface ListedOwners {
  readonly items: readonly AnswerItem[]
  readonly teams: readonly OwnerTeam[]
  readonly isWhole: boolean
}

/** Teams of users, by id: without the list of teams they are all that is known of teams without owners. */
export function teamIdsOf(users: AnswerItems | null): readonly string[] {
  return [...new Set((users?.items ?? []).flatMap((user) => teamsOfUser(user).map(({ id }) => id)))]
}

export interface Rows {
  readonly rows: readonly WholeTableRow[]
  /** Number of entries without a usable id. */
  readonly lost: number
}

export function usersOf({ items, nameless }: AnswerItems): Rows {
  const numbered = items.filter(({ id }) => wholeFact(id) !== null)
  return { rows: numbered.map(userRow), lost: nameless + items.length - numbered.length }
}

function userRow({ id, facts }: AnswerItem): WholeTableRow {
  const { email, firstName, lastName, primaryTeamId, roleId, roleIds, superAdmin } = facts
  const [firstRole] = Array.isArray(roleIds) ? roleIds : []
  return {
    id,
    email: textFact(email),
    first_name: textFact(firstName) ?? '',
    last_name: textFact(lastName) ?? '',
    primary_team_id: wholeFact(primaryTeamId),
    role_id: wholeFact(roleId) ?? wholeFact(firstRole),
    super_admin: superAdmin === true,
    _fivetran_deleted: false,
  }
}

/** Owners who may sign in. */
export function usersOfOwners({ items, teams }: ListedOwners): Rows {
  const primary = new Map(
    teams.flatMap(({ owner, teamId, primary: isPrimary }) =>
      isPrimary ? [[owner.id, teamId] as const] : [],
    ),
  )
  const rows = new Map<string, WholeTableRow>()
  for (const owner of items) {
    const id = userIdOf(owner)
    if (id === null || rows.has(id)) continue
    const { email, firstName, lastName } = owner.facts
    rows.set(id, {
      id,
      email: textFact(email),
      first_name: textFact(firstName) ?? '',
      last_name: textFact(lastName) ?? '',
      primary_team_id: primary.get(owner.id) ?? null,
      role_id: null,
      super_admin: null,
      _fivetran_deleted: false,
    })
  }
  return { rows: [...rows.values()], lost: 0 }
}

function userIdOf({ facts: { archived, userId } }: AnswerItem): string | null {
  return archived === true ? null : wholeFact(userId)
}

export function hasRole({ role_id }: WholeTableRow): boolean {
  return role_id !== null
}

export function rolesOf(roles: AnswerItems | null): Rows {
  const { items, nameless } = roles ?? { items: [], nameless: 0 }
  const rows = items.flatMap(({ id, facts: { name, requiresBillingWrite } }) =>
    wholeFact(id) === null
      ? []
      : {
          id,
          name: textFact(name) ?? '',
          requires_billing_write:
            typeof requiresBillingWrite === 'boolean' ? requiresBillingWrite : null,
          _fivetran_deleted: false,
        },
  )
  return { rows, lost: nameless + items.length - rows.length }
}

/** From the list of teams; without it from the teams of users, or else of owners. */
export function membershipsOf(
  settings: PortalUsers,
  owners: ListedOwners,
): Rows & { readonly isWhole: boolean } {
  const { users, teams } = settings
  const rows = new Map<string, WholeTableRow>()
  let lost = teams?.nameless ?? 0
  const add = (teamId: string, userId: string, isSecondary: boolean) => {
    if (wholeFact(teamId) === null || wholeFact(userId) === null) lost += 1
    else if (!rows.has(`${teamId} ${userId}`)) {
      rows.set(`${teamId} ${userId}`, {
        team_id: teamId,
        user_id: userId,
        is_secondary_user: isSecondary,
        _fivetran_deleted: false,
      })
    }
  }
  if (teams !== null) {
    for (const { id, facts } of teams.items) {
      const { userIds, secondaryUserIds } = facts
      for (const [place, list] of [idsOf(userIds), idsOf(secondaryUserIds)].entries()) {
        lost += list.lost
        for (const userId of list.ids) add(id, userId, place === 1)
      }
    }
  } else if (users !== null) {
    for (const user of users.items) {
      for (const { id, isSecondary } of teamsOfUser(user)) add(id, user.id, isSecondary)
    }
  } else {
    for (const { owner, teamId, primary } of owners.teams) {
      const userId = userIdOf(owner)
      if (userId !== null) add(teamId, userId, !primary)
    }
  }
  return {
    rows: [...rows.values()],
    lost,
    isWhole: (teams ?? users) !== null && !isEmptied(settings),
  }
}

function teamsOfUser({ facts: { primaryTeamId, secondaryTeamIds } }: AnswerItem) {
  const primary = wholeFact(primaryTeamId)
  return [
    ...(primary === null ? [] : [{ id: primary, isSecondary: false }]),
    ...idsOf(secondaryTeamIds).ids.map((id) => ({ id, isSecondary: true })),
  ]
}

/** A portal whose users have teams has teams. */
export function isEmptied({ users, teams }: PortalUsers): boolean {
  return teams?.items.length === 0 && teamIdsOf(users).length > 0
}
