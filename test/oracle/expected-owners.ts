import type { Owner, PortalUsers } from '../../simulator/store.ts'
import type { Judged } from './expected-records.ts'
import {
  type ExpectedRow,
  type ExpectedTable,
  foundQuery,
  microseconds,
  microsecondsSql,
  quoted,
  withoutNulls,
} from './expected-table.ts'
import type { WatchedPortal } from './watch-portal.ts'

/** Owners, users, roles, teams and memberships; former owners have their last known names. */
export function expectedOwners({ portal, analysis }: Judged): readonly ExpectedTable[] {
  const schema = quoted(analysis.schema ?? 'hubspot')
  return [...ownersOf(portal, schema), ...usersOf(portal, schema)]
}

/** Everything that HubSpot ever listed; what it no longer lists is marked. */
function usersOf(portal: WatchedPortal, schema: string): readonly ExpectedTable[] {
  const all = portal.portalUsers()
  const now = portal.store.portalUsers()
  const mark = (items: readonly { readonly id: string }[], id: string) =>
    String(!items.some((item) => item.id === id))
  const members = (teams: PortalUsers['teams']) =>
    teams.flatMap(({ id, userIds, secondaryUserIds }) => [
      ...userIds.map((userId) => ({ id: `${id} ${userId}`, secondary: 'false' })),
      ...secondaryUserIds.map((userId) => ({ id: `${id} ${userId}`, secondary: 'true' })),
    ])
  const deleted = { _fivetran_deleted: 't._fivetran_deleted::text' }
  return [
    {
      name: 'users',
      found: foundQuery(`${schema}.users`, 't.id::text', { ...userColumns, ...deleted }),
      parameters: [],
      rows: all.users.map((user) => ({
        key: user.id,
        row: withoutNulls({
          email: user.email,
          first_name: user.firstName ?? '',
          last_name: user.lastName ?? '',
          primary_team_id: user.primaryTeamId ?? null,
          role_id: user.roleId ?? null,
          super_admin: String(user.superAdmin),
          _fivetran_deleted: mark(now.users, user.id),
        }),
        required: true,
      })),
    },
    {
      name: 'role',
      found: foundQuery(`${schema}.role`, 't.id::text', {
        name: 't.name',
        requires_billing_write: 't.requires_billing_write::text',
        ...deleted,
      }),
      parameters: [],
      rows: all.roles.map(({ id, name, requiresBillingWrite }) => ({
        key: id,
        row: {
          name,
          requires_billing_write: String(requiresBillingWrite),
          _fivetran_deleted: mark(now.roles, id),
        },
        required: true,
      })),
    },
    {
      name: 'team_user',
      found: foundQuery(`${schema}.team_user`, "concat(t.team_id, ' ', t.user_id)", {
        is_secondary_user: 't.is_secondary_user::text',
        ...deleted,
      }),
      parameters: [],
      rows: members(all.teams).map(({ id, secondary }) => ({
        key: id,
        row: {
          is_secondary_user: secondary,
          _fivetran_deleted: mark(members(now.teams), id),
        },
        required: true,
      })),
    },
  ]
}

const userColumns = {
  email: 't.email',
  first_name: 't.first_name',
  last_name: 't.last_name',
  primary_team_id: 't.primary_team_id::text',
  role_id: 't.role_id::text',
  super_admin: 't.super_admin::text',
}

function ownersOf(portal: WatchedPortal, schema: string): readonly ExpectedTable[] {
  const owners = portal.owners()
  const present = owners.filter((each) => each.present).map(({ owner }) => owner)
  return [
    {
      name: 'owner',
      found: foundQuery(`${schema}.owner`, 't.owner_id::text', ownerColumns),
      parameters: [],
      rows: owners.map((each) => ({
        key: each.owner.id,
        row: ownerRow(each.owner, each.present, portal.store.portal.portalId),
        required: true,
      })),
    },
    {
      name: 'team',
      // A team without members may be known or never have been seen.
      found: foundQuery(
        `${schema}.team`,
        't.id::text',
        { name: 't.name' },
        'NOT t._fivetran_deleted',
      ),
      parameters: [],
      rows: teamRows(present, portal.store.portalUsers()),
    },
    {
      name: 'owner_team',
      found: foundQuery(`${schema}.owner_team`, "concat(t.owner_id, ' ', t.team_id)", {
        is_team_primary: 't.is_team_primary::text',
      }),
      parameters: [],
      rows: present.flatMap(({ id, teams = [] }) =>
        teams.map((team) => ({
          key: `${id} ${team.id}`,
          row: { is_team_primary: String(team.primary) },
          required: true,
        })),
      ),
    },
  ]
}

const ownerColumns = {
  portal_id: 't.portal_id::text',
  type: 't.type',
  email: 't.email',
  first_name: 't.first_name',
  last_name: 't.last_name',
  active_user_id: 't.active_user_id::text',
  user_id_including_inactive: 't.user_id_including_inactive::text',
  is_active: 't.is_active::text',
  created_at: microsecondsSql('t.created_at'),
  updated_at: microsecondsSql('t.updated_at'),
}

function ownerRow(owner: Owner, present: boolean, portalId: number) {
  return withoutNulls({
    portal_id: String(portalId),
    type: owner.type,
    email: owner.email,
    first_name: owner.firstName,
    last_name: owner.lastName,
    active_user_id: owner.userId === null ? null : String(owner.userId),
    user_id_including_inactive:
      owner.userIdIncludingInactive === null ? null : String(owner.userIdIncludingInactive),
    is_active: String(present && !owner.archived),
    created_at: microseconds(owner.createdAt),
    updated_at: microseconds(owner.updatedAt),
  })
}

function teamRows(
  owners: readonly Owner[],
  { teams: listed }: PortalUsers,
): readonly ExpectedRow[] {
  const names = new Map<string, string>()
  for (const { id, name } of listed) names.set(id, name)
  for (const { teams = [] } of owners) for (const { id, name } of teams) names.set(id, name)
  return [...names].map(([key, name]) => ({ key, row: { name }, required: true }))
}
