import { type RawBuilder, sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { tableOf } from '../../postgres/identifier.ts'
import type { CheckFinding } from './judge-checks.ts'
import type { PropertyColumn } from './property-column.ts'

interface Counts {
  readonly records: string
  readonly failing: string
  readonly exampleId: string | null
}

/** Completeness of properties that quality.sql does not count: the same query, one scan for all of them. */
export async function countMissing(
  database: Database,
  entity: Entity,
  columns: readonly PropertyColumn[],
): Promise<readonly CheckFinding[]> {
  if (columns.length === 0) return []
  const counts = columns.map((column, number) => {
    const missing = sql`${valueReference(column)} IS NULL`
    return sql`count(*) FILTER (WHERE ${missing}) AS ${sql.id(`failing_${number}`)},
      min(id) FILTER (WHERE ${missing}) AS ${sql.id(`example_${number}`)}`
  })
  const { rows } = await explainingErrors(database.label, () =>
    sql<Record<string, string | null>>`
      SELECT count(*) AS records, ${sql.join(counts)}
      FROM ${tableReference(entity)} WHERE NOT is_deleted`.execute(database.kysely),
  )
  return columns.map((column, number) =>
    toFinding('completeness', column, {
      records: rows[0]?.['records'] ?? '0',
      failing: rows[0]?.[`failing_${number}`] ?? '0',
      exampleId: rows[0]?.[`example_${number}`] ?? null,
    }),
  )
}

/**
 * Duplicates of a property that quality.sql does not count, with the same comparison: ignoring letter case
 * and surrounding blanks.
 */
export async function countSharing(
  database: Database,
  entity: Entity,
  column: PropertyColumn,
): Promise<CheckFinding> {
  const value = valueReference(column)
  const compared = column.type === 'text' ? sql`lower(btrim(${value}, E' \\t\\r\\n'))` : value
  const { rows } = await explainingErrors(database.label, () =>
    sql<Counts>`
      SELECT coalesce(sum(records), 0)::bigint AS records,
        coalesce(sum(records) FILTER (WHERE records > 1), 0)::bigint AS failing,
        min(lowest_id) FILTER (WHERE records > 1) AS "exampleId"
      FROM (
        SELECT count(*) AS records, min(id) AS lowest_id FROM (
          SELECT id, ${compared} AS compared FROM ${tableReference(entity)}
          WHERE NOT is_deleted AND ${value} IS NOT NULL
        ) AS live GROUP BY compared
      ) AS same`.execute(database.kysely),
  )
  return toFinding('duplicates', column, rows[0] ?? { records: '0', failing: '0', exampleId: null })
}

function toFinding(
  checkName: 'completeness' | 'duplicates',
  { property, column }: PropertyColumn,
  { records, failing, exampleId }: Counts,
): CheckFinding {
  return {
    checkName,
    subject: column,
    property,
    records: Number(records),
    failing: Number(failing),
    exampleId,
    ageSeconds: null,
    everySeconds: 0,
  }
}

function tableReference(entity: Entity): RawBuilder<unknown> {
  const { schema, name } = tableOf(entity)
  return sql`${sql.id(schema, name)}`
}

function valueReference({ column, place }: PropertyColumn): RawBuilder<unknown> {
  return place === 'column' ? sql`${sql.id(column)}` : sql`(overflow ->> ${column}::text)`
}
