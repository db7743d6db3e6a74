import { sql, type Transaction } from 'kysely'
import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { Account } from '../hubspot/client/account.ts'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { HubgenTables } from '../postgres/hubgen-tables.ts'
import {
  type CopyOwner,
  claimCopies,
  compareCopies,
  type FilledTable,
  type ForeignState,
} from '../postgres/state/copies.ts'
import { stateNameOf } from './pass.ts'
import { passesOf } from './passes.ts'

/**
 * Fails with PORTAL_MISMATCH if the token belongs to another portal than the one that the entity was
 * generated for.
 */
export function checkEntityPortal(entity: Entity, account: Account): void {
  if (entity.portalId === null || entity.portalId === account.portalId) return
  throw new HubgenError(
    'PORTAL_MISMATCH',
    `\`${entity.name}\` was generated for portal \`${entity.portalId}\`, but the token reads ` +
      `portal \`${account.portalId}\``,
    {
      at: `${entity.name}/entity.ts`,
      fix: `use a key of portal ${entity.portalId}, or explore and generate for the other portal into a directory of its own`,
    },
  )
}

/**
 * Fails with PORTAL_MISMATCH if the table holds another portal's records. Checking one row is enough: every
 * run makes this check first, so all rows come from one portal.
 */
export async function checkTablePortal(
  database: Database,
  entity: Entity,
  account: Account,
): Promise<void> {
  const firstRow = sql<{ portal_id: string }>`
    SELECT portal_id FROM ${sql.table(entity.table)} LIMIT 1`
  const { rows } = await explainingErrors(database.label, () => firstRow.execute(database.kysely))
  const found = rows[0]?.portal_id
  if (found === undefined || found === String(account.portalId)) return
  throw new HubgenError(
    'PORTAL_MISMATCH',
    `\`${entity.table}\` holds records of portal \`${found}\`, but the token reads portal ` +
      `\`${account.portalId}\``,
    {
      at: database.description,
      fix: `use a key of portal ${found}, or another database for portal ${account.portalId}`,
    },
  )
}

/** The tables that an entity's passes fill, its own first. */
function filledTables(entity: Entity): readonly FilledTable[] {
  const passesByTable = new Map<string, { filled: FilledTable; passes: string[] }>()
  for (const pass of passesOf(entity)) {
    for (const table of pass.tables?.(entity) ?? []) {
      const owner = stateNameOf(pass, entity)
      const key = `${owner} ${table}`
      const known = passesByTable.get(key)?.passes ?? []
      const passes = [...known, pass.name]
      passesByTable.set(key, { filled: { entity: owner, table, passes }, passes })
    }
  }
  const own: FilledTable = { entity: entity.name, table: entity.table, passes: 'all' }
  return [own, ...[...passesByTable.values()].map(({ filled }) => filled)]
}

/**
 * Fails with STATE_OF_ANOTHER_PROJECT if the state saved under this entity's name is about another portal
 * or about another existing table. Returns the tables that were dropped, whether or not they were created
 * again; their state is obsolete.
 */
export function checkState(
  database: Database,
  entity: Entity,
  portalId: number | null,
): Promise<readonly FilledTable[]> {
  return checkTables(database, filledTables(entity), portalId)
}

/** The same check for the entity's own table only, for commands that just read the saved state. */
export async function checkOwnState(
  database: Database,
  { name: entity, table }: Pick<Entity, 'name' | 'table'>,
): Promise<void> {
  await checkTables(database, [{ entity, table, passes: 'all' }], null)
}

async function checkTables(
  database: Database,
  tables: readonly FilledTable[],
  portalId: number | null,
): Promise<readonly FilledTable[]> {
  return await explainingErrors(database.label, async () => {
    const { rows } = await sql<{ exists: boolean }>`
      SELECT to_regclass('hubgen.copy') IS NOT NULL AS exists`.execute(database.kysely)
    if (rows[0]?.exists !== true) return []
    const { foreign, remade, missing } = await compareCopies(database.kysely, tables, portalId)
    if (foreign !== null) throw stateOfAnother(database, foreign)
    return [...remade, ...missing]
  })
}

/**
 * The same check within the transaction that takes the entity's lease. It also records these tables as the
 * owners of the state, deletes the state of tables that were dropped, and returns those that were created
 * again.
 */
export async function claimState(
  transaction: Transaction<HubgenTables>,
  database: Database,
  entity: Entity,
  owner: CopyOwner,
): Promise<readonly string[]> {
  const tables = filledTables(entity)
  const { remade, missing, foreign } = await compareCopies(transaction, tables, owner.portalId)
  if (foreign !== null) throw stateOfAnother(database, foreign)
  await claimCopies(transaction, tables, [...remade, ...missing], owner)
  return remade.map(({ table }) => table)
}

function stateOfAnother(
  { description }: Database,
  { entity, table, portalId, stateTable }: ForeignState,
): HubgenError {
  return new HubgenError(
    'STATE_OF_ANOTHER_PROJECT',
    `the state of \`${entity}\` in schema \`hubgen\` is about portal \`${portalId}\` in ` +
      `\`${stateTable}\`, not about \`${table}\` of this project`,
    {
      at: `${description} hubgen.copy`,
      fix: `use another database for this project; or, if the other copy is no longer wanted, drop its table \`${stateTable}\``,
    },
  )
}
