import { CompiledQuery, type Transaction } from 'kysely'
import type { HistoryTable } from '../entity.ts'
import { stripUnstorable } from '../values/strip-unstorable.ts'
import type { HubgenTables } from './hubgen-tables.ts'
import { quoteIdentifier, tableOf } from './identifier.ts'

/** One row of a history table. */
export interface HistoryRow {
  readonly id: string
  readonly property: string
  /** As Postgres reads a timestamptz. */
  readonly timestamp: string
  readonly value: string | null
  readonly source: string | null
  readonly sourceId: string | null
}

export interface LoadedHistory {
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
}

/**
 * Adds former values; what is there already stays, and nothing ever goes. Where a property had several
 * values within one millisecond the first row counts, which is the newest in HubSpot's order.
 */
export async function loadHistory(
  transaction: Transaction<HubgenTables>,
  history: HistoryTable,
  rows: readonly HistoryRow[],
): Promise<LoadedHistory> {
  const given = rows.map(({ id, property, timestamp, value, source, sourceId }) => ({
    i: id,
    n: property,
    t: timestamp,
    v: storable(value),
    s: storable(source),
    d: storable(sourceId),
  }))
  const answer = await transaction.executeQuery<LoadedHistory>(
    CompiledQuery.raw(loadStatement(history), [JSON.stringify(given)]),
  )
  return answer.rows[0] ?? { inserted: 0, updated: 0, unchanged: 0 }
}

function storable(text: string | null): string | null {
  return text === null ? null : stripUnstorable(text).text
}

function loadStatement(history: HistoryTable): string {
  const { schema, name } = tableOf(history)
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const id = quoteIdentifier(history.idColumn)
  return `WITH given AS MATERIALIZED (
  SELECT DISTINCT ON (i, n, t) i, n, t, v, s, d
  FROM ROWS FROM (json_to_recordset($1::json)
    AS (i bigint, n text, t timestamptz, v text, s text, d text)) WITH ORDINALITY
    AS row (i, n, t, v, s, d, place)
  ORDER BY i, n, t, place
), written AS (
  INSERT INTO ${table} AS stored (${id}, name, timestamp, value, source, source_id, _fivetran_synced)
  SELECT i, n, t, v, s, d, now() FROM given
  WHERE NOT EXISTS (
    SELECT FROM ${table} AS stored
    WHERE stored.${id} = given.i AND stored.name = given.n AND stored.timestamp = given.t
      AND (stored.value, stored.source, stored.source_id) IS NOT DISTINCT FROM (given.v, given.s, given.d)
  )
  ON CONFLICT (${id}, name, timestamp) DO UPDATE
  SET value = excluded.value, source = excluded.source, source_id = excluded.source_id,
    _fivetran_synced = excluded._fivetran_synced
  RETURNING xmax = 0 AS inserted
), wrote AS (
  SELECT count(*) FILTER (WHERE inserted)::int AS inserted,
    count(*) FILTER (WHERE NOT inserted)::int AS updated
  FROM written
)
SELECT inserted, updated, (SELECT count(*)::int FROM given) - inserted - updated AS unchanged
FROM wrote`
}
