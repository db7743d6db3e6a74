import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { stripUnstorable } from '../values/strip-unstorable.ts'
import type { MeasuredProperty } from './measure-properties.ts'

/** Replaces what was measured of an entity before; properties that are gone have no row. The state tables are there. */
export async function writePropertyUse(
  database: Database,
  entity: string,
  measured: readonly MeasuredProperty[],
): Promise<void> {
  // Two names that Postgres cannot tell apart are one row, as in the table of labels.
  const byName = new Map(measured.map((one) => [stripUnstorable(one.property).text, one]))
  const rows = JSON.stringify(
    [...byName].map(([property, { column, records, filled, distinctValues, lastWrittenAt }]) => ({
      property,
      records,
      filled,
      column_name: stripUnstorable(column).text,
      distinct_values: distinctValues,
      last_written_at: lastWrittenAt,
    })),
  )
  await explainingErrors(database.label, () =>
    sql`
      WITH measured AS (
        SELECT * FROM json_to_recordset(${rows}::json) AS found (property text, column_name text,
          records bigint, filled bigint, distinct_values bigint, last_written_at timestamptz)
      ), gone AS (
        DELETE FROM hubgen.property_use
        WHERE entity = ${entity} AND property NOT IN (SELECT property FROM measured)
      )
      INSERT INTO hubgen.property_use (entity, property, column_name, measured_at, records, filled,
        distinct_values, last_written_at)
      SELECT ${entity}, property, column_name, now(), records, filled, distinct_values, last_written_at
      FROM measured
      ON CONFLICT (entity, property) DO UPDATE SET column_name = excluded.column_name,
        measured_at = excluded.measured_at, records = excluded.records, filled = excluded.filled,
        distinct_values = excluded.distinct_values, last_written_at = excluded.last_written_at`.execute(
      database.kysely,
    ),
  )
}
