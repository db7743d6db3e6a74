import { sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { tableOf } from '../identifier.ts'

/** Some of the live records that a table holds. */
export interface RecordSpan {
  /** Ids behind this one. */
  readonly after: string
  /** And up to this one; null: to the last. */
  readonly upTo: string | null
  /** Only rows that changed here since; null: all. */
  readonly changedSince: Date | null
}

/** All that a table holds. */
export const everyRecord: RecordSpan = { after: '-1', upTo: null, changedSince: null }

/** Ids of the live records of each span in turn, ascending; an array of `size` at most is in memory. */
export async function* recordIds(
  database: Database,
  entity: Entity,
  { size, spans }: { readonly size: () => number; readonly spans: readonly RecordSpan[] },
): AsyncGenerator<readonly string[]> {
  for (const span of spans) yield* idsOf(database, entity, span, size)
}

async function* idsOf(
  database: Database,
  entity: Entity,
  { after, upTo, changedSince }: RecordSpan,
  size: () => number,
): AsyncGenerator<readonly string[]> {
  const { schema, name } = tableOf(entity)
  const changed =
    changedSince === null ? sql`` : sql` AND _fivetran_synced >= ${changedSince.toISOString()}`
  const until = upTo === null ? sql`` : sql` AND stored.id <= ${upTo}::bigint`
  for (let last = after; ; ) {
    const wanted = size()
    const query = sql<{ id: string }>`
      SELECT stored.id::text FROM ${sql.id(schema, name)} AS stored
      WHERE stored.id > ${last}::bigint${until} AND NOT is_deleted${changed}
      ORDER BY stored.id LIMIT ${wanted}::int`
    const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
    const ids = rows.map(({ id }) => id)
    if (ids.length > 0) yield ids
    if (ids.length < wanted) return
    last = ids.at(-1) ?? last
  }
}
