import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { transact } from '../../postgres/connection/transact.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import { quoteIdentifier, tableOf } from '../../postgres/identifier.ts'
import { analyzeTable } from '../../postgres/load/analyze-table.ts'
import type { PropertyColumn } from './property-column.ts'

/** How many live records use a property. */
export interface MeasuredProperty extends PropertyColumn {
  readonly records: number
  readonly filled: number
  /** From the planner's statistics; null if there are none. */
  readonly distinctValues: number | null
  /** The newest modified stamp of a record that has a value; null if there is none. */
  readonly lastWrittenAt: Date | null
}

/** Postgres returns at most 1,664 columns per row, and each column adds to the duration of a scan. */
const columnsPerScan = 200

interface Figures {
  readonly filled: number
  readonly lastWrittenAt: Date | null
}

/**
 * Counts values per column, several columns per scan, and those of `overflow` by key in one more scan, all
 * in one snapshot of the table. Distinct values are estimates. Columns that the table does not have yet are
 * left out.
 */
export async function measureProperties(
  database: Database,
  entity: Pick<Entity, 'table'>,
  columns: readonly PropertyColumn[],
): Promise<readonly MeasuredProperty[]> {
  await analyzeTable(database, entity)
  return explainingErrors(database.label, () =>
    transact(database)
      .setIsolationLevel('repeatable read')
      .setAccessMode('read only')
      .execute((transaction) => measure(transaction, entity, columns)),
  )
}

async function measure(
  transaction: Transaction<HubgenTables>,
  entity: Pick<Entity, 'table'>,
  columns: readonly PropertyColumn[],
): Promise<readonly MeasuredProperty[]> {
  const distinct = await estimateDistinct(transaction, entity)
  const own = columns.filter(({ column, place }) => place === 'column' && distinct.has(column))
  const shared = columns.filter(({ place }) => place === 'overflow' && distinct.has('overflow'))
  const { schema, name } = tableOf(entity)
  const total = await sql<{ records: string }>`
    SELECT count(*) AS records FROM ${sql.id(schema, name)} WHERE NOT is_deleted`.execute(
    transaction,
  )
  const records = Number(total.rows[0]?.records ?? 0)
  const measured: MeasuredProperty[] = []
  for (let start = 0; start < own.length; start += columnsPerScan) {
    const scanned = own.slice(start, start + columnsPerScan)
    const figures = await scanColumns(transaction, entity, scanned)
    for (const [index, column] of scanned.entries()) {
      const { filled, lastWrittenAt } = figures[index] ?? unused
      // The estimate includes deleted rows; live records have at most `filled` distinct values.
      const estimated = distinct.get(column.column) ?? null
      const distinctValues = estimated === null ? null : Math.min(estimated, filled)
      measured.push({ ...column, records, filled, distinctValues, lastWrittenAt })
    }
  }
  if (shared.length === 0) return measured
  const byKey = await scanOverflow(transaction, entity)
  const others = shared.map((one) => ({
    ...one,
    records,
    ...(byKey.get(one.column) ?? unused),
    distinctValues: null,
  }))
  return [...measured, ...others]
}

const unused: Figures = { filled: 0, lastWrittenAt: null }

/** In column order. */
async function scanColumns(
  transaction: Transaction<HubgenTables>,
  entity: Pick<Entity, 'table'>,
  columns: readonly PropertyColumn[],
): Promise<readonly Figures[]> {
  const { schema, name } = tableOf(entity)
  const counts = columns.map(({ column }, number) => {
    const quoted = quoteIdentifier(column)
    return `count(${quoted}) AS filled_${number}, max(updated_at) FILTER (WHERE ${quoted} IS NOT NULL) AS last_${number}`
  })
  const { rows } = await sql<Record<string, string | Date | null>>`
    SELECT ${sql.raw(counts.join(', '))}
    FROM ${sql.id(schema, name)} WHERE NOT is_deleted`.execute(transaction)
  return columns.map((_, number) => {
    const last = rows[0]?.[`last_${number}`]
    return {
      filled: Number(rows[0]?.[`filled_${number}`] ?? 0),
      lastWrittenAt: last instanceof Date ? last : null,
    }
  })
}

async function scanOverflow(
  transaction: Transaction<HubgenTables>,
  entity: Pick<Entity, 'table'>,
): Promise<ReadonlyMap<string, Figures>> {
  const { schema, name } = tableOf(entity)
  const { rows } = await sql<{ key: string; filled: string; last: Date | null }>`
    SELECT member.key, count(*) AS filled, max(updated_at) AS last
    FROM ${sql.id(schema, name)} CROSS JOIN LATERAL jsonb_each_text(overflow) AS member
    WHERE NOT is_deleted AND member.value IS NOT NULL
    GROUP BY member.key`.execute(transaction)
  return new Map(
    rows.map(({ key, filled, last }) => [key, { filled: Number(filled), lastWrittenAt: last }]),
  )
}

/**
 * All columns of the table with the planner's estimate of distinct values: a number or, if it grows with
 * the table, a share of its rows.
 */
async function estimateDistinct(
  transaction: Transaction<HubgenTables>,
  entity: Pick<Entity, 'table'>,
): Promise<ReadonlyMap<string, number | null>> {
  const { schema, name } = tableOf(entity)
  const { rows } = await sql<{ column: string; distinctValues: number | null }>`
    SELECT stored.attname AS column, round(
      CASE WHEN n_distinct >= 0 THEN n_distinct ELSE -n_distinct * greatest(reltuples, 0) END
    )::float8 AS "distinctValues"
    FROM pg_catalog.pg_attribute AS stored
    JOIN pg_catalog.pg_class ON pg_class.oid = attrelid
    JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    LEFT JOIN pg_catalog.pg_stats AS known
      ON known.schemaname = nspname AND known.tablename = relname AND known.attname = stored.attname
    WHERE nspname = ${schema} AND relname = ${name} AND attnum > 0 AND NOT attisdropped`.execute(
    transaction,
  )
  return new Map(rows.map(({ column, distinctValues }) => [column, distinctValues]))
}
