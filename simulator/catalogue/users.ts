import type { PortalUsers, SettingsTeam, SettingsUser } from '../store.ts'
import { OWNERS, TEAMS } from './owners.ts'

const ROLES = [
  { id: '310422', name: 'Vertrieb', requiresBillingWrite: false },
  { id: '310423', name: 'Sales "North" manager', requiresBillingWrite: false },
  { id: '310987', name: 'サポート', requiresBillingWrite: false },
  { id: '311555', name: 'Billing & accounts', requiresBillingWrite: true },
  { id: '311556', name: 'Nobody has this', requiresBillingWrite: false },
] as const

/** A team without an owner: only the settings list it. */
const ACCOUNTANTS = { id: '60331207', name: 'Accounting' } as const

/** Users who own no record: two who administrate the portal, and one whose invitation is open. */
const OTHERS: readonly SettingsUser[] = [
  {
    id: '5540017',
    email: 'it@acme-mobility.example',
    firstName: 'Ines',
    lastName: 'Lindqvist',
    roleIds: [],
    superAdmin: true,
  },
  {
    id: '2147483999',
    email: 'accounting@acme-mobility.example',
    firstName: 'Óscar',
    lastName: '',
    primaryTeamId: ACCOUNTANTS.id,
    roleId: '311555',
    roleIds: ['311555'],
    superAdmin: false,
  },
  { id: '5591230', email: 'invited@acme-mobility.example', roleIds: [], superAdmin: false },
]

/** Users, roles and teams of the settings. HubSpot leaves out a key of a user that has no value. */
export const USERS: PortalUsers = {
  users: [...OWNERS.flatMap(userOf), ...OTHERS],
  roles: ROLES,
  teams: [...TEAMS.map(teamOf), teamOf(ACCOUNTANTS)],
}

/** The user of an owner who has not left. */
function userOf(owner: (typeof OWNERS)[number], at: number): SettingsUser[] {
  if (owner.userId === null) return []
  const [first, ...others] = owner.teams ?? []
  const role = at % 9 === 0 ? undefined : ROLES[at % 4]
  return [
    {
      id: String(owner.userId),
      email: owner.email,
      firstName: owner.firstName,
      lastName: owner.lastName,
      ...(first !== undefined && { primaryTeamId: first.id }),
      ...(others.length > 0 && { secondaryTeamIds: others.map(({ id }) => id) }),
      ...(role !== undefined && { roleId: role.id }),
      roleIds: role === undefined ? [] : [role.id],
      superAdmin: role === undefined,
    },
  ]
}

function teamOf({ id, name }: { readonly id: string; readonly name: string }): SettingsTeam {
  const members = [...OWNERS.flatMap(userOf), ...OTHERS]
  const withTeam = (has: (user: SettingsUser) => boolean) =>
    members.filter(has).map((user) => user.id)
  return {
    id,
    name,
    userIds: withTeam(({ primaryTeamId }) => primaryTeamId === id),
    secondaryUserIds: withTeam(({ secondaryTeamIds = [] }) => secondaryTeamIds.includes(id)),
  }
}
