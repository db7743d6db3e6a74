import type { Entity } from '../../entity.ts'
import { textFact, wholeFact } from '../../hubspot/answer-items.ts'
import type { PortalUsers } from '../../hubspot/read-users.ts'
import { tableOf } from '../../postgres/identifier.ts'
import {
  bringRows,
  hasRowsLeft,
  type Spared,
  type WholeTable,
} from '../../postgres/load/bring-rows.ts'
import { nameSome } from '../../words/name-some.ts'
import { countOf } from '../../words/numbers-as-text.ts'
import type { PassContext } from '../pass.ts'
import {
  hasRole,
  isEmptied,
  type ListedOwners,
  membershipsOf,
  rolesOf,
  teamIdsOf,
  usersOf,
  usersOfOwners,
} from './user-rows.ts'

/**
 * Writes users, roles and memberships. A list that HubSpot refused is replaced by what the list of owners
 * says, and one notice names the reasons; such rows take no value from rows that HubSpot answered earlier.
 */
export async function writeUsers(
  context: PassContext,
  settings: PortalUsers,
  owners: ListedOwners,
): Promise<void> {
  const { commit, entity } = context
  const tables = userTables(entity)
  const { users, roles, teams, refusals } = settings
  sayRefused(context, refusals, { users, roles, teams })
  const isEmpty = users?.items.length === 0 && users.nameless === 0
  if (isEmpty) return sayEmpty(context)
  const areOwnersWhole = owners.isWhole && !(await hasAnswered(context))
  const userRows = users === null ? usersOfOwners(owners) : usersOf(users)
  const roleRows = rolesOf(roles)
  const memberships = membershipsOf(settings, owners)
  const lost = userRows.lost + roleRows.lost + memberships.lost
  const spared = (isWhole: boolean): Spared | undefined =>
    isWhole && lost === 0 ? undefined : 'all'
  // A portal whose users have roles has roles.
  const hasRoles = roleRows.rows.length > 0 || !userRows.rows.some(hasRole)
  await commit(async (transaction) => {
    const areUsersWhole = users !== null || areOwnersWhole
    await bringRows(transaction, tables.users, userRows.rows, spared(areUsersWhole))
    if (roles !== null) await bringRows(transaction, tables.role, roleRows.rows, spared(hasRoles))
    const areTeamsWhole = memberships.isWhole || ((teams ?? users) === null && areOwnersWhole)
    await bringRows(transaction, tables.teamUser, memberships.rows, spared(areTeamsWhole))
  })
  if (lost > 0) sayLost(context, lost)
}

/** Whether HubSpot ever answered the list of users: only then are there facts that owners do not have. */
function hasAnswered({ commit, entity }: PassContext): Promise<boolean> {
  const { users } = userTables(entity)
  return commit((transaction) =>
    hasRowsLeft(transaction, users, { column: 'super_admin', values: ['true', 'false'] }),
  )
}

/** Teams of the portal apart from those of owners. */
export interface KnownTeams {
  readonly names: readonly (readonly [id: string, name: string])[]
  /** Teams that must not count as gone although neither owners nor the list have them. */
  readonly spared: Spared | undefined
}

export async function knownTeams(
  context: PassContext,
  settings: PortalUsers | null,
): Promise<KnownTeams> {
  if (settings === null) return { names: [], spared: undefined }
  const { users, teams, failure } = settings
  const names = (teams?.items ?? []).flatMap(({ id, facts: { name } }) =>
    wholeFact(id) === null ? [] : [[id, textFact(name) ?? ''] as const],
  )
  if (failure !== null) return { names, spared: 'all' }
  if (teams === null) {
    if (users !== null) return { names, spared: { column: 'id', values: teamIdsOf(users) } }
    return { names, spared: (await hasAnswered(context)) ? 'all' : undefined }
  }
  const isWhole = names.length === teams.items.length && teams.nameless === 0
  return { names, spared: isWhole && !isEmptied(settings) ? undefined : 'all' }
}

/** An empty list does not prove that known users are gone. */
async function sayEmpty({ commit, emit, entity }: PassContext): Promise<void> {
  const { users } = userTables(entity)
  if (!(await commit((transaction) => hasRowsLeft(transaction, users)))) return
  emit({
    type: 'notice',
    code: 'OWNERS_EMPTY',
    message: 'HubSpot lists no user, and the table `users` has some: it stays as it is',
    fix: 'check what the key may read; the next run asks again',
  })
}

function sayLost({ emit }: PassContext, lost: number): void {
  emit({
    type: 'notice',
    code: 'OWNERS_INCOMPLETE',
    message: `HubSpot's answer lacks ${countOf(lost, 'id')} of users, roles or teams: rows that are missing from it stay as they are`,
    fix: 'nothing to do here: a later run asks again; if the problem persists, report it to HubSpot',
  })
}

function sayRefused(
  { emit }: PassContext,
  refusals: PortalUsers['refusals'],
  { users, roles, teams }: Pick<PortalUsers, 'users' | 'roles' | 'teams'>,
): void {
  const [first] = refusals
  if (first === undefined) return
  const lists = Object.entries({ users, roles, teams })
  const refused = lists.flatMap(([name, list]) => (list === null ? [name] : []))
  const scopes = [...new Set(refusals.flatMap((refusal) => refusal.scopes))]
  const instead = users === null ? 'owners' : 'users'
  const fix =
    scopes.length === 0
      ? (first.fix ?? null)
      : `add ${scopes.map((scope) => `\`${scope}\``).join(', ')} to the key in HubSpot`
  emit({
    type: 'notice',
    code: first.code,
    message: `${nameSome(refused)} not read: ${first.message}; the list of ${instead} is used instead`,
    fix,
  })
}

interface UserTables {
  readonly users: WholeTable
  readonly role: WholeTable
  readonly teamUser: WholeTable
}

const gone = { column: '_fivetran_deleted', value: true }

/** The tables are in the entity's schema; `labels.sql` creates them. */
export function userTables(entity: Entity): UserTables {
  const { schema } = tableOf(entity)
  return {
    users: {
      schema,
      table: 'users',
      columns: {
        id: 'bigint',
        email: 'text',
        first_name: 'text',
        last_name: 'text',
        primary_team_id: 'bigint',
        role_id: 'bigint',
        super_admin: 'boolean',
        _fivetran_deleted: 'boolean',
      },
      key: ['id'],
      gone,
      // The list of owners lacks these.
      keeps: {
        columns: ['primary_team_id', 'role_id', 'super_admin'],
        where: { column: 'super_admin', value: null },
      },
    },
    role: {
      schema,
      table: 'role',
      columns: {
        id: 'bigint',
        name: 'text',
        requires_billing_write: 'boolean',
        _fivetran_deleted: 'boolean',
      },
      key: ['id'],
      gone,
    },
    teamUser: {
      schema,
      table: 'team_user',
      columns: {
        team_id: 'bigint',
        user_id: 'bigint',
        is_secondary_user: 'boolean',
        _fivetran_deleted: 'boolean',
      },
      key: ['team_id', 'user_id'],
      gone,
    },
  }
}
