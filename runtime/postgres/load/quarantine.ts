import { sql } from 'kysely'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'

/** Quarantined values of one property and reason, or records that Postgres refused for one reason. */
export interface QuarantineGroup {
  readonly entity: string
  /** Null: whole records. */
  readonly property: string | null
  /** A RejectReason, or SQLSTATE and its name. */
  readonly reason: string
  readonly count: number
  /** Those of which the quarantine has something to try again; of the others HubSpot gave no record. */
  readonly kept: number
  /** When the first and the last of them occurred. */
  readonly firstSeen: Date
  readonly lastSeen: Date
  /** Some of them, latest first. */
  readonly examples: readonly QuarantineExample[]
}

export interface QuarantineExample {
  readonly recordId: string
  /** Null unless requested, because values may be personal data. */
  readonly rawValue: string | null
}

export interface QuarantineQuery {
  /** Undefined: all. */
  readonly entity?: string | undefined
  readonly property?: string | undefined
  /** Number of examples per group. */
  readonly examples: number
  readonly values: 'hidden' | 'shown'
}

/**
 * The content of the quarantine, with the largest groups of each entity first; empty if nothing was ever
 * synced.
 */
export async function listQuarantine(
  database: Database,
  { entity, property, examples, values }: QuarantineQuery,
): Promise<readonly QuarantineGroup[]> {
  if (!(await quarantineExists(database))) return []
  const rawValue = values === 'shown' ? sql`raw_value` : sql`NULL::text`
  const { rows } = await explainingErrors(database.label, () =>
    sql<QuarantineGroup>`
      WITH ranked AS (
        SELECT entity, property, reason, record_id, quarantined_at, ${rawValue} AS raw_value,
          property IS NOT NULL OR raw_value <> '' AS kept,
          row_number() OVER (PARTITION BY entity, property, reason ORDER BY quarantined_at DESC, id) AS place
        FROM hubgen.quarantine
        WHERE entity = coalesce(${entity ?? null}, entity)
          AND (${property ?? null}::text IS NULL OR property = ${property ?? null})
      )
      SELECT entity, property, reason, count(*)::int AS count,
        (count(*) FILTER (WHERE kept))::int AS kept, min(quarantined_at) AS "firstSeen", max(quarantined_at) AS "lastSeen",
        json_agg(json_build_object('recordId', record_id, 'rawValue', raw_value) ORDER BY place)
          FILTER (WHERE place <= ${examples}) AS examples
      FROM ranked
      GROUP BY entity, property, reason
      ORDER BY entity, count(*) DESC, property NULLS FIRST, reason`.execute(database.kysely),
  )
  return rows.map((group) => ({ ...group, examples: group.examples ?? [] }))
}

/** Number of whole records in the quarantine for one reason. */
export async function countRefused(
  database: Database,
  entity: string,
  reason: string,
): Promise<number> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ count: number }>`SELECT count(*)::int AS count FROM hubgen.quarantine
      WHERE entity = ${entity} AND property IS NULL AND reason = ${reason}`.execute(
      database.kysely,
    ),
  )
  return rows[0]?.count ?? 0
}

async function quarantineExists(database: Database): Promise<boolean> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ exists: boolean }>`
      SELECT to_regclass('hubgen.quarantine') IS NOT NULL AS exists`.execute(database.kysely),
  )
  return rows[0]?.exists === true
}
