import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import type { Database } from './database.ts'
import { explainingErrors } from './database-error.ts'
import { tableOf } from './identifier.ts'

export interface RecordIdsRequest {
  /** Ids of the next array. */
  readonly size: () => number
  /** Ids behind this one; null: from the first on. */
  readonly after: string | null
  /** Only rows that changed here since; null: all. */
  readonly changedSince: Date | null
}

/** Ids of the live records that the table holds, ascending; an array at a time is in memory. */
export async function* recordIds(
  database: Database,
  entity: Entity,
  { size, after, changedSince }: RecordIdsRequest,
): AsyncGenerator<readonly string[]> {
  const { schema, name } = tableOf(entity)
  const changed =
    changedSince === null ? sql`` : sql` AND _fivetran_synced >= ${changedSince.toISOString()}`
  // No id of HubSpot's is negative.
  for (let last = after ?? '-1'; ; ) {
    const wanted = size()
    const query = sql<{ id: string }>`
      SELECT stored.id::text FROM ${sql.id(schema, name)} AS stored
      WHERE stored.id > ${last}::bigint AND NOT is_deleted${changed}
      ORDER BY stored.id LIMIT ${wanted}::int`
    const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0) yield ids
    if (ids.length < wanted) return
    last = ids.at(-1) ?? last
  }
}
