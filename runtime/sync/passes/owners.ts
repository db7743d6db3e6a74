import type { Entity } from '../../entity.ts'
import {
  type AnswerItem,
  instantFact,
  readInnerItems,
  textFact,
  wholeFact,
} from '../../hubspot/answer-items.ts'
import { readOwners } from '../../hubspot/read-owners.ts'
import {
  bringRows,
  hasRowsLeft,
  haveTables,
  type WholeTable,
  type WholeTableRow,
} from '../../postgres/bring-rows.ts'
import { tableOf } from '../../postgres/identifier.ts'
import type { Pass, PassContext } from '../pass.ts'
import { refusalOf, sayEmpty } from './read-optional.ts'

/** People come and go seldom, and their names are asked for with every query. */
const everyMs = 3_600_000

/**
 * Owners, those who left included, teams, and who is in which: portal-wide, so all entities of a schema share
 * one state and the first that is synced in an hour reads them. Of two runs at once the answer of the one that
 * began later counts.
 */
export const owners: Pass = {
  name: 'owners',
  sharedAs: (entity) => `${tableOf(entity).schema}.owner`,
  everyMs,
  tables: (entity) =>
    Object.values(ownerTables(entity)).map(({ schema, table }) => `${schema}.${table}` as const),
  async plan({ hubspot }) {
    return [{ endpoint: `GET ${hubspot.paths.owners()}`, calls: 2, bucket: 'general' }]
  },
  async run(context) {
    const tables = ownerTables(context.entity)
    const { commit, emit, hubspot } = context
    if (!(await commit((transaction) => haveTables(transaction, Object.values(tables))))) {
      const code = 'OWNERS_TABLE_MISSING'
      const message = `owners not read: there is no table ${tables.owner.schema}.owner, team or owner_team`
      const fix = 'run `hubgen generate --all`, then `hubgen migrate`'
      emit({ type: 'notice', code, message, fix })
      return { skipped: `${code}: ${message}` }
    }
    let isEmpty = false
    const refusal = await refusalOf('owners', emit, async () => {
      const read = (await readOwners(hubspot)).filter(isBigint)
      // A portal has an owner: a list of none says nothing about those that are known.
      isEmpty = !read.some(isActive) && (await commit((one) => hasRowsLeft(one, tables.owner)))
      if (!isEmpty) await writeOwners(context, tables, read)
    })
    if (isEmpty) return { skipped: sayEmpty(emit, 'OWNERS_EMPTY', 'no active owner') }
    return refusal === null ? {} : { skipped: refusal }
  },
}

function isActive({ facts: { archived } }: AnswerItem): boolean {
  return archived !== true
}

/** Other ids than numbers fit no owner column either. */
function isBigint({ id }: AnswerItem): boolean {
  return wholeFact(id) !== null
}

async function writeOwners(
  { commit, hubspot, run }: PassContext,
  { owner, team, ownerTeam }: OwnerTables,
  read: readonly AnswerItem[],
): Promise<void> {
  const path = hubspot.paths.owners()
  const memberships = read.flatMap((one) => membershipsOf(one, path))
  const teams = new Map(memberships.map(({ team_id, name }) => [team_id, name]))
  await commit(async (transaction) => {
    await bringRows(
      transaction,
      owner,
      read.map((one) => ownerRow(one, run.portalId)),
    )
    await bringRows(
      transaction,
      team,
      [...teams].map(([id, name]) => ({ id, name, _fivetran_deleted: false })),
    )
    await bringRows(
      transaction,
      ownerTeam,
      memberships.map(({ name: _, ...row }) => row),
    )
  })
}

function membershipsOf({ id, facts }: AnswerItem, path: string) {
  const { teams } = facts
  return readInnerItems(teams, path)
    .filter(isBigint)
    .map((team) => {
      const { name, primary } = team.facts
      return {
        owner_id: id,
        team_id: team.id,
        is_team_primary: primary === true,
        name: textFact(name) ?? '',
      }
    })
}

/** Names are what HubSpot sends, "" too: people join them, and null would swallow the other half. */
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

/** Beside the entity's table; `labels.sql` makes them. */
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
      // HubSpot clears the name of a user who is deactivated; old records still say who it was.
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
