import { CompiledQuery, type Transaction } from 'kysely'
import type { HistoryTable } from '../../entity.ts'
import { stripUnstorable } from '../../values/strip-unstorable.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'
import type { RowCounts } from '../state/run-counts.ts'

/** A row of a history table. */
export interface HistoryRow {
  readonly id: string
  readonly property: string
  /** In a form that Postgres reads as timestamptz. */
  readonly timestamp: string
  readonly value: string | null
  readonly source: string | null
  readonly sourceId: string | null
}

/** Former values are never removed. */
export type LoadedHistory = Omit<RowCounts, 'deleted'>

/**
 * Adds former values, given newest first as HubSpot sends them; removes none. HubSpot's times have
 * milliseconds, and time is part of the table's key: several values of a property within one millisecond
 * are stored a microsecond apart, the oldest at the exact time, so that a newer value never moves another.
 * A version that occurs twice in a row counts once. HubSpot drops the oldest versions over time: stored
 * versions of a millisecond that are no longer sent keep their places before the others.
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
  SELECT i, n, t, v, s, d, place, date_trunc('milliseconds', t) AS ms,
    (v, s, d) IS NOT DISTINCT FROM (lag(v) OVER older, lag(s) OVER older, lag(d) OVER older)
      AND t = lag(t) OVER older AS again
  FROM ROWS FROM (json_to_recordset($1::json)
    AS (i bigint, n text, t timestamptz, v text, s text, d text)) WITH ORDINALITY
    AS row (i, n, t, v, s, d, place)
  WINDOW older AS (PARTITION BY i, n ORDER BY t, place DESC)
), sent AS MATERIALIZED (
  SELECT i, n, t, v, s, d, place, ms,
    row_number() OVER (PARTITION BY i, n, ms, v ORDER BY t, place DESC) AS nth
  FROM given WHERE again IS NOT TRUE
), kept AS (
  SELECT i, n, t, v, s, d, ms
  FROM (
    SELECT i, n, ms, stored.*, row_number() OVER (PARTITION BY i, n, ms, v ORDER BY t) AS nth
    FROM (SELECT DISTINCT i, n, ms FROM sent) AS moment
    CROSS JOIN LATERAL (
      SELECT stored.timestamp AS t, stored.value AS v, stored.source AS s, stored.source_id AS d
      FROM ${table} AS stored
      WHERE stored.${id} = moment.i AND stored.name = moment.n AND stored.timestamp >= moment.ms
        AND stored.timestamp < moment.ms + interval '1 millisecond'
      OFFSET 0
    ) AS stored
  ) AS stored
  WHERE NOT EXISTS (
    SELECT FROM sent
    WHERE (sent.i, sent.n, sent.ms, sent.nth) = (stored.i, stored.n, stored.ms, stored.nth)
      AND sent.v IS NOT DISTINCT FROM stored.v
  )
), placed AS (
  SELECT *, interval '1 microsecond' * row_number() OVER (
    PARTITION BY i, n, ms ORDER BY place IS NOT NULL, t, place DESC
  ) AS gap
  FROM (
    SELECT i, n, ms, t, v, s, d, place FROM sent
    UNION ALL SELECT i, n, ms, t, v, s, d, NULL FROM kept
  ) AS version
), wanted AS MATERIALIZED (
  SELECT DISTINCT ON (i, n, t) i, n, v, s, d, t
  FROM (
    SELECT i, n, v, s, d, gap, gap + max(t - gap) OVER (PARTITION BY i, n, ms ORDER BY gap) AS t
    FROM placed
  ) AS version
  ORDER BY i, n, t, gap DESC
), written AS (
  INSERT INTO ${table} AS stored (${id}, name, timestamp, value, source, source_id, _fivetran_synced)
  SELECT i, n, t, v, s, d, now() FROM wanted
  WHERE NOT EXISTS (
    SELECT FROM ${table} AS stored
    WHERE stored.${id} = wanted.i AND stored.name = wanted.n AND stored.timestamp = wanted.t
      AND (stored.value, stored.source, stored.source_id) IS NOT DISTINCT FROM (wanted.v, wanted.s, wanted.d)
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
SELECT inserted, updated, (SELECT count(*)::int FROM wanted) - inserted - updated AS unchanged
FROM wrote`
}
