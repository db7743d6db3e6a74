import type { Owner } from '../../simulator/store.ts'
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

/** Owners, teams and memberships; former owners have their last known names. */
export function expectedOwners({ portal, analysis }: Judged): readonly ExpectedTable[] {
  const schema = quoted(analysis.schema ?? 'hubspot')
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
      rows: teamRows(present),
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

function teamRows(owners: readonly Owner[]): readonly ExpectedRow[] {
  const names = new Map<string, string>()
  for (const { teams = [] } of owners) for (const { id, name } of teams) names.set(id, name)
  return [...names].map(([key, name]) => ({ key, row: { name }, required: true }))
}
