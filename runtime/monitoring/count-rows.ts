import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { quoteIdentifier, tableOf } from '../postgres/identifier.ts'
import type { RowCount, WatchedEntity } from './copy-status.ts'

/** Counting a million rows takes a tenth of a second; beyond that an estimate is good enough. */
const mostCounted = 1_000_000

interface Guess {
  readonly entity: string
  /** Rows of the table; negative if it was never analysed. */
  readonly rows: number
  /** Rows of the small index on deleted rows; null if there is none. */
  readonly deleted: number | null
}

/**
 * Live and deleted rows by entity; entities without a table are left out. Counts all rows (an index-only
 * scan of the primary key) minus the deleted ones (a scan of their small index). If the planner expects
 * more than a million rows, its estimates are used and marked as such. Runs two statements.
 */
export async function countRows(
  database: Database,
  entities: readonly WatchedEntity[],
): Promise<ReadonlyMap<string, RowCount>> {
  const guesses = await explainingErrors(database.label, () =>
    guessQuery(entities).execute(database.kysely),
  )
  const counts = new Map<string, RowCount>()
  const counted: WatchedEntity[] = []
  for (const { entity, rows, deleted } of guesses.rows) {
    const watched = entities.find((one) => one.name === entity)
    if (watched === undefined) continue
    if (rows <= mostCounted || deleted === null) counted.push(watched)
    else counts.set(entity, { live: Math.max(0, rows - deleted), deleted, estimated: true })
  }
  if (counted.length === 0) return counts
  const exact = await explainingErrors(database.label, () =>
    sql<{ entity: string; live: string; deleted: string }>`
      ${sql.join(counted.map(countQuery), sql` UNION ALL `)}`.execute(database.kysely),
  )
  for (const { entity, live, deleted } of exact.rows) {
    counts.set(entity, { live: Number(live), deleted: Number(deleted), estimated: false })
  }
  return counts
}

function guessQuery(entities: readonly WatchedEntity[]): RawBuilder<Guess> {
  const names = entities.map(({ name: entity }) => entity)
  const tables = entities.map(({ table }) => {
    const { schema, name } = tableOf({ table })
    return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  })
  return sql<Guess>`
    SELECT wanted.entity, stored.reltuples::float8 AS rows, (
      SELECT ofDeleted.reltuples::float8
      FROM pg_index JOIN pg_class AS ofDeleted ON ofDeleted.oid = indexrelid
      WHERE indrelid = stored.oid AND indisvalid AND ofDeleted.reltuples >= 0
        AND pg_get_expr(indpred, indrelid) = 'is_deleted'
      LIMIT 1
    ) AS deleted
    FROM unnest(${names}::text[], ${tables}::text[]) AS wanted (entity, name)
    JOIN pg_class AS stored ON stored.oid = to_regclass(wanted.name)
    WHERE stored.relkind IN ('r', 'p')`
}

function countQuery({ name: entity, table, deletedColumn = 'is_deleted' }: WatchedEntity) {
  const { schema, name } = tableOf({ table })
  const rows = sql.id(schema, name)
  const isDeleted = deletedColumn === null ? sql`false` : sql.id(deletedColumn)
  return sql`
    SELECT ${entity}::text AS entity, total.rows - gone.rows AS live, gone.rows AS deleted
    FROM (SELECT count(*) AS rows FROM ${rows}) AS total,
      (SELECT count(*) AS rows FROM ${rows} WHERE ${isDeleted}) AS gone`
}
