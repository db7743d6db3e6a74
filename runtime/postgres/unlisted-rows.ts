import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import type { Database } from './database.ts'
import { explainingErrors } from './database-error.ts'

/** A part of the ids, and which of them HubSpot's list has. */
export interface ListedIds {
  readonly from: bigint
  /** The first id that is not a part of it; null: none. */
  readonly to: bigint | null
  readonly ids: readonly string[]
}

/** Ids of live rows that lie in what was listed, and were not listed: ascending. */
export async function findUnlisted(
  database: Database,
  entity: Entity,
  listed: readonly ListedIds[],
): Promise<string[]> {
  const from = listed.map((part) => String(part.from))
  const to = listed.map((part) => (part.to === null ? null : String(part.to)))
  const ids = listed.flatMap((part) => part.ids)
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ id: string }>`
      SELECT stored.id FROM unnest(${from}::bigint[], ${to}::bigint[]) AS part (first, next)
      JOIN ${sql.table(entity.table)} AS stored
        ON stored.id >= part.first AND stored.id < coalesce(part.next, 9223372036854775807)
      WHERE NOT stored.is_deleted
        AND NOT EXISTS (SELECT FROM unnest(${ids}::bigint[]) AS listed (id) WHERE listed.id = stored.id)
      ORDER BY stored.id`.execute(database.kysely),
  )
  return rows.map(({ id }) => id)
}
