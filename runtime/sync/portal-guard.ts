import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { Account } from '../hubspot/account.ts'
import type { Database } from '../postgres/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'

/** Fails with PORTAL_MISMATCH when the token reads another portal than the entity was generated for. */
export function checkEntityPortal(entity: Entity, account: Account): void {
  if (entity.portalId === null || entity.portalId === account.portalId) return
  throw new HubgenError(
    'PORTAL_MISMATCH',
    `\`${entity.entity}\` was generated for portal \`${entity.portalId}\`, but the token reads ` +
      `portal \`${account.portalId}\``,
    {
      at: 'HUBSPOT_API_TOKEN',
      fix: `use a key of portal ${entity.portalId}, or explore and generate for the other portal into a directory of its own`,
    },
  )
}

/**
 * Fails with PORTAL_MISMATCH when the table holds another portal's records. One row tells: this check
 * is made before every run, so all rows are of one portal.
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
