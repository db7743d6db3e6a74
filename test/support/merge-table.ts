import type { Entity } from '../../runtime/entity.ts'
import type { SyncPortal } from './sync-portal.ts'

/** The portal's entity with a companion table of merges, which is created if it is missing. */
export async function withMergeTable(portal: SyncPortal): Promise<Entity> {
  const name = portal.entity.table.slice('hubspot.'.length)
  const merges = {
    table: `hubspot.merged_${name}`,
    survivorColumn: `${name}_id`,
    mergedColumn: `merged_${name}_id`,
  } as const
  await portal.database.query(`CREATE TABLE IF NOT EXISTS ${merges.table} (
    ${merges.survivorColumn} bigint NOT NULL,
    ${merges.mergedColumn} bigint PRIMARY KEY,
    _fivetran_synced timestamptz NOT NULL DEFAULT now()
  )`)
  return { ...portal.entity, merges }
}
