import type { Entity } from '../../entity.ts'
import { planOverflow } from '../../values/overflow-columns.ts'
import { planColumns, type RowColumn } from '../../values/row.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../identifier.ts'
import { mostWrittenIds } from '../state/run-counts.ts'
import { type LiveClaims, mergeKeys, mergeStatement } from './merges.ts'
import { recordColumn, recordValue } from './row-record.ts'

/** How an entity is loaded; built once, used for every batch. */
export interface LoadPlan {
  readonly entity: string
  /** Columns of the table, then those stored in the column `overflow`. */
  readonly columns: readonly RowColumn[]
  /**
   * Upserts the rows of `$1` (a JSON array of `Row.json`) for portal `$2`. Returns one row with `inserted`,
   * `updated`, some ids of both, and `may_drop`: whether the table has triggers or rules. Ids must be unique. New rows
   * replace rows written before `$3` whatever their stamps; for other rows, or if `$3` is null, the newest
   * stamp wins. The columns of unanswered properties keep their values.
   */
  loadStatement(unanswered: readonly string[]): string
  /** Those of the loaded ids `$1` with stamps `$2` that the table lacks or has in an older version. */
  readonly droppedStatement: string
  /** Inserts the output of `copyText` for new rows; null if a row needs more than its columns. */
  readonly copyStatement: string | null
  /** Updates quarantine and run counters after loading; see `settleBatch`. */
  readonly settleStatement: string
  /** Stores which records the loaded ones list as merged into them; see `suspectMerged`. */
  readonly mergeStatement: string | null
  /** Byte sequences of which a row's JSON contains one if its record may list merged records. */
  readonly mergeKeys: readonly Buffer[]
}

export function planLoad(entity: Entity, liveClaims: LiveClaims = 'doubted'): LoadPlan {
  const { schema, name } = tableOf(entity)
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const columns = planColumns(entity)
  const all = [...columns, ...planOverflow(entity)]
  const load = (unanswered: readonly string[]) => {
    const written = columns.filter(({ property }) => !unanswered.includes(property))
    return loadStatement(table, written, overflowSql(entity, unanswered))
  }
  return {
    entity: entity.name,
    columns: all,
    loadStatement: remembering(load),
    droppedStatement: droppedStatement(table),
    copyStatement: entity.overflow === undefined ? copyStatement(table, columns) : null,
    settleStatement: settleStatement(storedStamp(table)),
    mergeStatement: mergeStatement(entity, all, liveClaims),
    mergeKeys: mergeKeys(all),
  }
}

/**
 * One statement with one parameter: no limit on columns × rows, no temporary table, works with every
 * pooler. Equal rows are not rewritten; for different ones `rowStands` decides which version stays.
 *
 * Equal rows are filtered out before the upsert, because ON CONFLICT locks every row it meets, even if its
 * WHERE is false. That dirties the page and costs 50 to 90 bytes of WAL per row (a whole page with
 * full-page writes). Measured with 250 columns: 1 to 3 bytes of WAL for an unchanged row, 2,300 for a
 * rewritten one; the cost of the comparison is negligible. ON CONFLICT compares versions again, for rows
 * that another run wrote in the meantime.
 */
function loadStatement(
  table: string,
  columns: readonly RowColumn[],
  overflow: OverflowSql | null,
): string {
  const names = columns.map(({ column }) => quoteIdentifier(column))
  const keys = columns.map((column) => recordValue('incoming', column))
  const types = columns.map((column) => `, ${recordColumn(column)}`).join('')
  const written = ['is_deleted', '_fivetran_deleted', '_fivetran_synced', 'updated_at', ...names]
  const assigned = ['portal_id', ...written].map((column) => `${column} = excluded.${column}`)
  const own = ['updated_at', 'portal_id', 'is_deleted', '_fivetran_deleted']
  const compared = [...own, ...names].map((column) => `stored.${column}`)
  const deleted = 'coalesce(incoming.d, false)'
  const record = `(i bigint, d boolean, u timestamptz${types})`
  let source = `json_to_recordset($1::json) AS incoming ${record}`
  if (overflow !== null) {
    source = `json_array_elements($1::json) AS element
  CROSS JOIN json_to_record(element.value) AS incoming ${record}${overflow.gather}`
    written.push('overflow')
    keys.push('gathered.o')
    assigned.push(overflow.assignment)
    compared.push(overflow.compared)
  }
  const given = ['incoming.u', '$2::bigint', deleted, deleted, ...keys]
  return `WITH written AS (
  INSERT INTO ${table} AS stored (id, portal_id, ${written.join(', ')})
  SELECT ${['incoming.i', '$2::bigint', deleted, deleted, 'now()', 'incoming.u', ...keys].join(', ')}
  FROM ${source}
  WHERE NOT EXISTS (
    SELECT FROM ${table} AS stored
    WHERE stored.id = incoming.i AND (
      ${rowStands('incoming.u')}
      OR (${compared.join(', ')}) IS NOT DISTINCT FROM (${given.join(', ')})
    )
  )
  ON CONFLICT (id) DO UPDATE SET ${assigned.join(', ')}
  WHERE ${rowStands('excluded.updated_at')} IS NOT TRUE
  RETURNING id, xmax = 0 AS inserted
)
SELECT count(*) FILTER (WHERE inserted)::int AS inserted,
  count(*) FILTER (WHERE NOT inserted)::int AS updated,
  ARRAY(SELECT id::text FROM written WHERE inserted ORDER BY written.id LIMIT ${mostWrittenIds}) AS new_ids,
  ARRAY(SELECT id::text FROM written WHERE NOT inserted ORDER BY written.id LIMIT ${mostWrittenIds}) AS changed_ids,
  (SELECT relhastriggers OR relhasrules OR relkind <> 'r' FROM pg_catalog.pg_class
    WHERE oid = ${quoteLiteral(table)}::regclass) AS may_drop
FROM written`
}

function droppedStatement(table: string): string {
  return `SELECT loaded.id::text AS id FROM unnest($1::bigint[], $2::timestamptz[]) AS loaded (id, stamp)
WHERE NOT EXISTS (
  SELECT FROM ${table} AS stored
  WHERE stored.id = loaded.id AND (stored.updated_at < loaded.stamp) IS NOT TRUE
)`
}

/**
 * True if the stored row is newer and was not written before the loaded data was read by id or in full
 * (`$3`). Against an older row HubSpot's answer wins, even if its stamp went back. Rows that this
 * transaction has just marked as deleted also count as older.
 */
function rowStands(stamp: string): string {
  const before = '(stored._fivetran_synced < $3::timestamptz OR stored._fivetran_synced = now())'
  return `(stored.updated_at > ${stamp} AND ($3::timestamptz IS NULL OR NOT ${before}))`
}

function copyStatement(table: string, columns: readonly RowColumn[]): string {
  const names = columns.map(({ column }) => quoteIdentifier(column))
  const set = ['portal_id', 'is_deleted', '_fivetran_deleted', '_fivetran_synced']
  return `COPY ${table} (${['id', 'updated_at', ...names, ...set].join(', ')}) FROM STDIN (NULL '')`
}

/**
 * Number of sets of unanswered properties whose statements are cached; there is rarely more than one
 * besides the empty set.
 */
const mostRemembered = 8

/** Caches statements, up to a limit. */
export function remembering<Statement>(
  make: (unanswered: readonly string[]) => Statement,
): (unanswered: readonly string[]) => Statement {
  const made = new Map<string, Statement>()
  return (unanswered) => {
    const key = JSON.stringify(unanswered)
    const statement = made.get(key) ?? make(unanswered)
    if (made.size < mostRemembered) made.set(key, statement)
    return statement
  }
}

/** Whether a quarantined value equals the new one for the same property. */
const sameForm =
  '((stored.raw_value, stored.reason) IS NOT DISTINCT FROM (excluded.raw_value, excluded.reason))'

/**
 * `$1` entity, `$2` run, `$3` and `$4` ids and stamps of the loaded rows, `$5` rejects as a JSON array with
 * `r` record id, `p` property, `v` raw value, `w` reason; `$6` to `$11` increments of the run's counters;
 * `$12` a JSON array of lists of unanswered properties, `$13` the index of the list for each loaded row
 * (none: the first). A record that lost against a newer stored one does not affect the quarantine, and no
 * record affects entries of properties that HubSpot did not answer.
 *
 * Only records that are in the quarantine, or go there, are looked up in the table: when a table has just
 * begun to grow, Postgres would read all of it to join the whole batch. `stored` selects the stored stamp of such a
 * record.
 */
export function settleStatement(stored: string): string {
  return `WITH incoming AS MATERIALIZED (
  SELECT r, p, v, w FROM json_to_recordset($5::json) AS incoming (r text, p text, v text, w text)
), concerned AS MATERIALIZED (
  SELECT r AS record_id FROM incoming WHERE p IS NOT NULL
  UNION
  SELECT record_id FROM hubgen.quarantine WHERE entity = $1 AND record_id = ANY($3::text[])
), accepted AS MATERIALIZED (
  SELECT concerned.record_id, loaded.updated_at,
    $12::jsonb -> coalesce(loaded.unanswered, 0) AS unanswered
  FROM unnest($3::text[], $4::timestamptz[], $13::int[]) AS loaded (record_id, updated_at, unanswered)
  JOIN concerned USING (record_id)
  CROSS JOIN LATERAL (${stored}) AS stored
  WHERE (stored.updated_at > loaded.updated_at) IS NOT TRUE
), reject AS MATERIALIZED (
  SELECT r, p, v, w, updated_at AS u FROM incoming
  LEFT JOIN accepted ON record_id = r AND p IS NOT NULL
  WHERE p IS NULL OR record_id IS NOT NULL
), cleared AS (
  DELETE FROM hubgen.quarantine AS stored USING accepted
  WHERE stored.entity = $1 AND stored.record_id = accepted.record_id AND NOT EXISTS (
    SELECT FROM reject WHERE r = stored.record_id AND p IS NOT DISTINCT FROM stored.property
  ) AND NOT accepted.unanswered ? coalesce(stored.property, '')
), quarantined AS (
  INSERT INTO hubgen.quarantine AS stored
    (entity, record_id, property, raw_value, reason, run_id, record_updated_at)
  SELECT $1, r, p, v, w, $2::bigint, u FROM reject
  ON CONFLICT (entity, record_id, (coalesce(property, ''))) DO UPDATE
  SET raw_value = excluded.raw_value, reason = excluded.reason,
    record_updated_at = excluded.record_updated_at,
    run_id = CASE WHEN ${sameForm} THEN stored.run_id ELSE excluded.run_id END,
    quarantined_at = CASE WHEN ${sameForm} THEN stored.quarantined_at ELSE now() END
  WHERE NOT ${sameForm} OR stored.record_updated_at IS DISTINCT FROM excluded.record_updated_at
)
UPDATE hubgen.run SET read = read + $6, inserted = inserted + $7, updated = updated + $8,
  unchanged = unchanged + $9, rejected_values = rejected_values + $10,
  rejected_records = rejected_records + $11
WHERE id = $2::bigint`
}

/** The stamp of the row of a concerned record. */
function storedStamp(table: string): string {
  return `SELECT updated_at FROM ${table} WHERE id = concerned.record_id::bigint OFFSET 0`
}

/** The parts of the load statement that concern the column `overflow`. */
interface OverflowSql {
  /** Provides `gathered.o` for the row `element`. */
  readonly gather: string
  /** The assignment for an existing row. */
  readonly assignment: string
  /** The stored value that is compared with `gathered.o`. */
  readonly compared: string
}

/**
 * Combines a row's keys `o0`, `o1`, … into one `jsonb` value with property names as keys. Leaves out
 * archived properties and those that these rows have no answer for, so existing rows keep them. Null for an
 * entity without that column.
 */
function overflowSql(entity: Entity, unanswered: readonly string[]): OverflowSql | null {
  if (entity.overflow === undefined) return null
  const shared = planOverflow(entity)
  const unknown = shared.filter(({ property }) => unanswered.includes(property))
  const keptNames = [...entity.overflow.archived, ...unknown.map(({ column }) => column)]
  const kept = quoteLiteral(JSON.stringify(keptNames))
  const isKept = `${kept}::jsonb ? kept.key`
  const keepsSome = keptNames.length > 0
  return {
    gather: gatherShared(shared),
    assignment: keepsSome
      ? `overflow = excluded.overflow || (
    SELECT coalesce(jsonb_object_agg(kept.key, kept.value), '{}')
    FROM jsonb_each(stored.overflow) AS kept WHERE ${isKept}
  )`
      : 'overflow = excluded.overflow',
    compared: keepsSome
      ? `stored.overflow - ARRAY(SELECT jsonb_array_elements_text(${kept}::jsonb))`
      : 'stored.overflow',
  }
}

/** Provides `gathered.o` for the row `element`: its keys `o0`, `o1`, … under the names of their properties. */
export function gatherShared(shared: readonly RowColumn[]): string {
  const names = Object.fromEntries(shared.map(({ key, column }) => [key, column]))
  return `
  CROSS JOIN LATERAL (
    SELECT coalesce(
      jsonb_object_agg(${quoteLiteral(JSON.stringify(names))}::jsonb ->> member.key, member.value), '{}'
    ) AS o
    FROM json_each_text(element.value) AS member
    WHERE left(member.key, 1) = 'o'
  ) AS gathered`
}
