import type { Entity } from '../../entity.ts'
import {
  type AnswerItem,
  type AnswerItems,
  instantFact,
  readItems,
  textFact,
  wholeFact,
} from '../../hubspot/answer-items.ts'
import { pageOwners, readOwners } from '../../hubspot/read-owners.ts'
import { type PortalUsers, pageUsers, readPortalUsers } from '../../hubspot/read-users.ts'
import { tableOf } from '../../postgres/identifier.ts'
import {
  bringRows,
  haveTables,
  type WholeTable,
  type WholeTableRow,
} from '../../postgres/load/bring-rows.ts'
import { countOf } from '../../words/numbers-as-text.ts'
import type { Pass, PassContext } from '../pass.ts'
import { bringList } from './bring-list.ts'
import type { ListedOwners, OwnerTeam } from './user-rows.ts'
import { type KnownTeams, knownTeams, userTables, writeUsers } from './users.ts'

/** Owners change rarely, but queries use their names all the time. */
const everyMs = 3_600_000

/** Two lists of owners, and one list each of users, roles and teams. */
const ownerCalls = 2
const settingsLists = ['users', 'roles', 'teams'] as const

/**
 * Reads owners (including those who left), users, roles, teams and memberships. They belong to the portal, so
 * all entities of a schema share one state, and the first entity synced in an hour reads them. If two runs
 * read them at once, the answer of the later run counts.
 */
export const owners: Pass = {
  name: 'owners',
  sharedAs: (entity) => `${tableOf(entity).schema}.owner`,
  everyMs,
  // Without users: a database of an earlier hubgen has no such tables until the next `generate`.
  tables: (entity) =>
    Object.values(ownerTables(entity)).map(({ schema, table }) => `${schema}.${table}` as const),
  // Owners who leave are missing from the first list, so the list of those who left is not needed.
  lists: (_, paths) => [
    { path: paths.owners(), query: { limit: pageOwners, archived: 'false' } },
    { path: paths.users(), query: { limit: pageUsers } },
    { path: paths.roles(), query: {} },
    { path: paths.teams(), query: {} },
  ],
  async plan({ hubspot }) {
    const endpoints = settingsLists.map((list) => `GET ${hubspot.paths[list]()}`)
    return [
      { endpoint: `GET ${hubspot.paths.owners()}`, calls: ownerCalls, bucket: 'general' },
      ...endpoints.map((endpoint) => ({ endpoint, calls: 1, bucket: 'general' }) as const),
    ]
  },
  async run(context) {
    const tables = ownerTables(context.entity)
    const hasUsers = await haveUserTables(context)
    const found: { owners: ListedOwners; settings: PortalUsers | null } = {
      owners: { items: [], teams: [], isWhole: false },
      settings: null,
    }
    const result = await bringList(context, {
      what: 'owners',
      tables: [tables.owner, tables.team, tables.ownerTeam],
      codes: {
        tableMissing: 'OWNERS_TABLE_MISSING',
        empty: 'OWNERS_EMPTY',
        incomplete: 'OWNERS_INCOMPLETE',
      },
      missing: {
        tables: `${tables.owner.schema}.owner, team or owner_team`,
        fix: tablesFix,
      },
      nothing: 'no active owner',
      read: async () => {
        const read = withNumbers(await readOwners(context.hubspot))
        if (hasUsers) found.settings = await readPortalUsers(context.hubspot)
        found.owners = {
          items: read.items,
          teams: read.items.flatMap(ownerTeamsOf),
          isWhole: false,
        }
        return read
      },
      isNone: ({ items, nameless }) => nameless === 0 && !items.some(isActive),
      write: async (read) =>
        writeOwners(context, tables, read, await knownTeams(context, found.settings)),
    })
    const { settings, owners } = found
    if (settings === null) return result
    // Owners do not wait for an API that is not needed for them.
    if (settings.failure !== null) throw settings.failure
    const isWhole = result.skipped === undefined
    await writeUsers(context, settings, { ...owners, isWhole })
    return result
  },
}

const tablesFix = 'run `hubgen generate --all`, then `hubgen migrate`'

/** Reports tables that a database of an earlier hubgen lacks; owners are read without them. */
async function haveUserTables({ commit, emit, entity }: PassContext): Promise<boolean> {
  const tables = Object.values(userTables(entity))
  if (await commit((transaction) => haveTables(transaction, tables))) return true
  const { schema } = tableOf(entity)
  emit({
    type: 'notice',
    code: 'OWNERS_TABLE_MISSING',
    message: `users not read: there is no table ${schema}.users, role or team_user`,
    fix: tablesFix,
  })
  return false
}

function isActive({ facts: { archived } }: AnswerItem): boolean {
  return archived !== true
}

/** Ids that are not numbers do not fit owner columns either. */
function withNumbers({ items, nameless }: AnswerItems): AnswerItems {
  const numbered = items.filter(({ id }) => wholeFact(id) !== null)
  return { items: numbered, nameless: nameless + items.length - numbered.length }
}

/** If some owners or teams came without a usable id, none is marked as gone. */
async function writeOwners(
  { commit, run }: PassContext,
  { owner, team, ownerTeam }: OwnerTables,
  read: AnswerItems,
  known: KnownTeams,
): Promise<string | null> {
  const teamsOf = read.items.map((one) => ({ owner: one, teams: readTeams(one) }))
  const memberships = teamsOf.flatMap(({ owner: { id }, teams }) =>
    teams.items.map((one) => membershipOf(id, one)),
  )
  const lost = teamsOf.reduce((sum, { teams }) => sum + teams.nameless, read.nameless)
  const spared = lost > 0 ? 'all' : undefined
  const names = new Map([
    ...memberships.map(({ team_id, name }) => [team_id, name] as const),
    ...known.names,
  ])
  const owners = read.items.map((one) => ownerRow(one, run.portalId))
  const teams = [...names].map(([id, name]) => ({ id, name, _fivetran_deleted: false }))
  const rows = memberships.map(({ name: _, ...row }) => row)
  await commit(async (transaction) => {
    await bringRows(transaction, owner, owners, spared)
    await bringRows(transaction, team, teams, spared ?? known.spared)
    await bringRows(transaction, ownerTeam, rows, spared)
  })
  return lost === 0 ? null : `${countOf(lost, 'id')} of owners or teams`
}

function ownerTeamsOf(owner: AnswerItem): readonly OwnerTeam[] {
  return readTeams(owner).items.map(({ id, facts: { primary } }) => ({
    owner,
    teamId: id,
    primary: primary === true,
  }))
}

/** HubSpot omits the list for an owner without teams. */
function readTeams({ facts: { teams } }: AnswerItem): AnswerItems {
  return withNumbers(readItems(teams ?? []))
}

function membershipOf(ownerId: string, { id, facts: { name, primary } }: AnswerItem) {
  return {
    owner_id: ownerId,
    team_id: id,
    is_team_primary: primary === true,
    name: textFact(name) ?? '',
  }
}

/**
 * Names are stored as HubSpot sends them, including "": queries concatenate them, and a null would make the
 * result null.
 */
function ownerRow({ id, facts }: AnswerItem, portalId: number): WholeTableRow {
  const { type, email, firstName, lastName, userId, userIdIncludingInactive } = facts
  const { archived, createdAt, updatedAt } = facts
  return {
    owner_id: id,
    portal_id: portalId,
    type: textFact(type),
    email: textFact(email),
    first_name: textFact(firstName),
    last_name: textFact(lastName),
    active_user_id: wholeFact(userId),
    user_id_including_inactive: wholeFact(userIdIncludingInactive),
    is_active: archived !== true,
    created_at: instantFact(createdAt),
    updated_at: instantFact(updatedAt),
  }
}

interface OwnerTables {
  readonly owner: WholeTable
  readonly team: WholeTable
  readonly ownerTeam: WholeTable
}

/** The tables are in the entity's schema; `labels.sql` creates them. */
function ownerTables(entity: Entity): OwnerTables {
  const { schema } = tableOf(entity)
  return {
    owner: {
      schema,
      table: 'owner',
      columns: {
        owner_id: 'bigint',
        portal_id: 'bigint',
        type: 'text',
        email: 'text',
        first_name: 'text',
        last_name: 'text',
        active_user_id: 'bigint',
        user_id_including_inactive: 'bigint',
        is_active: 'boolean',
        created_at: 'timestamptz',
        updated_at: 'timestamptz',
      },
      key: ['owner_id'],
      gone: { column: 'is_active', value: false },
      // HubSpot clears the name of a deactivated user, but old records still refer to that user.
      keeps: {
        columns: [
          'type',
          'email',
          'first_name',
          'last_name',
          'user_id_including_inactive',
          'created_at',
        ],
        where: { column: 'is_active', value: false },
      },
    },
    team: {
      schema,
      table: 'team',
      columns: { id: 'bigint', name: 'text', _fivetran_deleted: 'boolean' },
      key: ['id'],
      gone: { column: '_fivetran_deleted', value: true },
    },
    ownerTeam: {
      schema,
      table: 'owner_team',
      columns: { owner_id: 'bigint', team_id: 'bigint', is_team_primary: 'boolean' },
      key: ['owner_id', 'team_id'],
      gone: 'delete',
    },
  }
}
