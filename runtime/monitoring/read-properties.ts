import { sql } from 'kysely'
import type { Entity } from '../entity.ts'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { quoteIdentifier, tableOf } from '../postgres/identifier.ts'

/** A property with its column, HubSpot's description, and its use. */
export interface PropertyFacts {
  readonly name: string
  readonly column: string
  /** Postgres's type of the column; null if the property is a key of the column `overflow`. */
  readonly columnType: string | null
  /** These four are text from HubSpot. */
  readonly label: string
  readonly type: string
  readonly group: string
  readonly description: string
  readonly calculated: boolean
  /** Archived in HubSpot: the column stays but is no longer filled. */
  readonly archived: boolean
  /** Null if not measured yet. */
  readonly use: PropertyUse | null
}

export interface PropertyUse {
  readonly measuredAt: Date
  /** Live records. */
  readonly records: number
  readonly filled: number
  /** From the planner's statistics; null if there are none. */
  readonly distinctValues: number | null
  /** The newest modified stamp of a record that has a value; null if there is none. */
  readonly lastWrittenAt: Date | null
  readonly verdict: UseVerdict
}

/** `empty`: no live record has a value. `unused`: no record with a value changed for 90 days. */
type UseVerdict = 'empty' | 'unused' | 'used'

const unusedDays = 90

interface PropertyRow extends Omit<PropertyFacts, 'use'> {
  readonly measuredAt: Date | null
  readonly records: string
  readonly filled: string
  readonly distinctValues: string | null
  readonly lastWrittenAt: Date | null
  readonly unused: boolean
}

/**
 * By name; null if the labels were never written to the database (`hubgen migrate` does that). Requires the
 * state tables.
 */
export async function readProperties(
  database: Database,
  { name: entity, table }: Pick<Entity, 'name' | 'table'>,
): Promise<readonly PropertyFacts[] | null> {
  const { schema, name } = tableOf({ table })
  const records = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  return explainingErrors(database.label, async () => {
    if (!(await hasLabels(database, schema))) return null
    const { rows } = await sql<PropertyRow>`
      SELECT known.name, known.column_name AS column,
        format_type(stored.atttypid, stored.atttypmod) AS "columnType", known.label, known.type,
        known.group_name AS group, known.description, known.calculated, known.archived,
        used.measured_at AS "measuredAt", used.records, used.filled,
        used.distinct_values AS "distinctValues", used.last_written_at AS "lastWrittenAt",
        used.last_written_at < used.measured_at - make_interval(days => ${sql.lit(unusedDays)})
          AS unused
      FROM ${sql.id(schema, 'property')} AS known
      LEFT JOIN hubgen.property_use AS used ON used.entity = ${entity} AND used.property = known.name
      LEFT JOIN pg_catalog.pg_attribute AS stored
        ON stored.attrelid = to_regclass(${records}) AND stored.attname = known.column_name
          AND stored.attnum > 0 AND NOT stored.attisdropped
      WHERE known.hubspot_object = ${name}
      ORDER BY known.name`.execute(database.kysely)
    return rows.map(toFacts)
  })
}

/** HubSpot's labels of some properties of an entity, by name; empty where the labels were never written. */
export async function readPropertyLabels(
  database: Database,
  { table }: Pick<Entity, 'table'>,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { schema, name } = tableOf({ table })
  return explainingErrors(database.label, async () => {
    if (names.length === 0 || !(await hasLabels(database, schema))) return new Map()
    const { rows } = await sql<{ name: string; label: string }>`
      SELECT name, label FROM ${sql.id(schema, 'property')}
      WHERE hubspot_object = ${name} AND name = ANY (${sql.val(names)}::text[])`.execute(
      database.kysely,
    )
    return new Map(rows.map((row) => [row.name, row.label]))
  })
}

async function hasLabels(database: Database, schema: string): Promise<boolean> {
  const found = await sql<{ exists: boolean }>`
    SELECT to_regclass(${`${quoteIdentifier(schema)}.property`}) IS NOT NULL AS exists`.execute(
    database.kysely,
  )
  return found.rows[0]?.exists === true
}

function toFacts(row: PropertyRow): PropertyFacts {
  const { measuredAt, records, filled, distinctValues, lastWrittenAt, unused, ...facts } = row
  if (measuredAt === null) return { ...facts, use: null }
  return {
    ...facts,
    use: {
      measuredAt,
      records: Number(records),
      filled: Number(filled),
      distinctValues: distinctValues === null ? null : Number(distinctValues),
      lastWrittenAt,
      verdict: filled === '0' ? 'empty' : unused ? 'unused' : 'used',
    },
  }
}
