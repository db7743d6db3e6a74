import { sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { tableOf } from '../identifier.ts'

/** A selection of a table's live records. */
export interface RecordSpan {
  /** Ids greater than this one. */
  readonly after: string
  /** Ids up to and including this one; null: no upper limit. */
  readonly upTo: string | null
  /** Only rows that changed here since this time; null: all. */
  readonly changedSince: Date | null
}

/** All live records of a table. */
export const everyRecord: RecordSpan = { after: '-1', upTo: null, changedSince: null }

/**
 * Ids of the live records of each span in turn, ascending, in arrays of at most `size`; only one array is
 * in memory.
 */
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
