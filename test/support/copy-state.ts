import type { Entity } from '../../runtime/entity.ts'
import type { SyncPortal } from './sync-portal.ts'

/** Ids and stamps of the live records that HubSpot has, as text, ascending by id. */
export function liveInHubSpot({ simulator, entity }: SyncPortal): string[] {
  const records = simulator.store.scan(entity.objectType, 0n, { archived: false })
  return [...records].map(({ id, updatedAt }) => `${id} ${new Date(updatedAt).toISOString()}`)
}

/** The same for rows that are live by both flags. */
export async function liveInTable({ database, entity }: SyncPortal): Promise<string[]> {
  const rows = await database.query<{ id: string; updated_at: Date }>(
    `SELECT id, updated_at FROM ${entity.table} WHERE NOT is_deleted AND NOT _fivetran_deleted ORDER BY id`,
  )
  return rows.map((row) => `${row.id} ${row.updated_at.toISOString()}`)
}

/** The last survivor of each id in the table of merges, by id. */
export async function survivorsInTable(
  { database }: SyncPortal,
  { merges }: Entity,
): Promise<Record<string, string>> {
  if (merges === undefined) return {}
  const { table, survivorColumn: survivor, mergedColumn: merged } = merges
  const rows = await database.query<{ merged: string; survivor: string }>(
    `WITH RECURSIVE chain AS (
      SELECT ${merged} AS merged, ${survivor} AS survivor FROM ${table}
      UNION SELECT chain.merged, next.${survivor}
      FROM chain JOIN ${table} AS next ON next.${merged} = chain.survivor
    ) SELECT merged, survivor FROM chain
    WHERE NOT EXISTS (SELECT FROM ${table} AS next WHERE next.${merged} = chain.survivor)`,
  )
  return Object.fromEntries(rows.map((row) => [row.merged, row.survivor]))
}
