import { CompiledQuery, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import { planOverflow } from '../../values/overflow-columns.ts'
import { type ConvertedRecord, planColumns, type RowColumn } from '../../values/row.ts'
import { arrayOfRows } from '../../values/row-json.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../identifier.ts'
import type { RunCounts } from '../state/run-counts.ts'
import type { RunIdentity } from '../state/state.ts'
import { groupByUnanswered, noteUnanswered, type UnansweredGroup } from '../state/unanswered.ts'
import { gatherShared, remembering } from './load-plan.ts'
import { recordColumn, recordValue } from './row-record.ts'

/** How the calculated columns of an entity are refreshed; built once, used for every batch. */
export interface CalculatedPlan {
  /** Columns of the table, then those stored in the column `overflow`. */
  readonly columns: readonly RowColumn[]
  /** Property names in HubSpot, without duplicates. */
  readonly properties: readonly string[]
  /** A statement that leaves the columns of unanswered properties as they are; null if no column remains. */
  statement(unanswered: readonly string[]): string | null
}

/** Unchanged records are equal, newer here, or deleted by now. */
export type LoadedCalculated = Pick<RunCounts, 'updated' | 'unchanged' | 'rejectedValues'>

/** Null for an entity without calculated columns. */
export function planCalculated(entity: Entity): CalculatedPlan | null {
  const calculated = new Set(entity.calculated)
  const isCalculated = ({ column }: RowColumn) => calculated.has(column)
  const columns = planColumns(entity).filter(isCalculated)
  const shared = planOverflow(entity).filter(isCalculated)
  if (columns.length + shared.length === 0) return null
  const all = [...columns, ...shared]
  const refresh = (unanswered: readonly string[]) => {
    const isAnswered = ({ property }: RowColumn) => !unanswered.includes(property)
    if (!all.some(isAnswered)) return null
    return refreshStatement(entity, columns.filter(isAnswered), shared.filter(isAnswered))
  }
  return {
    columns: all,
    properties: [...new Set(all.map(({ property }) => property))],
    statement: remembering(refresh),
  }
}

/**
 * Writes calculated columns where they differ and leaves the rest of the row, including `updated_at`, as it
 * is. Skips rows (and their quarantine entries) that are newer than what was read, or deleted. Ids must be
 * unique. Columns of unanswered properties keep their values, and the properties are remembered as
 * unanswered.
 */
export async function loadCalculated(
  transaction: Transaction<HubgenTables>,
  plan: CalculatedPlan,
  records: readonly ConvertedRecord[],
  run: RunIdentity,
): Promise<LoadedCalculated> {
  await noteUnanswered(transaction, run, plan.columns, records)
  let updated = 0
  let rejectedValues = 0
  for (const group of groupByUnanswered(records)) {
    const loaded = await refreshGroup(transaction, plan, group, run)
    updated += loaded.updated
    rejectedValues += loaded.rejected
  }
  return { updated, unchanged: records.length - updated, rejectedValues }
}

async function refreshGroup(
  transaction: Transaction<HubgenTables>,
  plan: CalculatedPlan,
  { unanswered, records }: UnansweredGroup,
  run: RunIdentity,
): Promise<{ readonly updated: number; readonly rejected: number }> {
  const none = { updated: 0, rejected: 0 }
  const statement = plan.statement(unanswered)
  if (statement === null) return none
  const rejects = records.flatMap(({ id, updatedAt, rejects }) =>
    rejects.map(({ property, rawValue, reason }) => ({
      r: id,
      p: property,
      v: rawValue,
      w: reason,
      u: updatedAt,
    })),
  )
  const answered = plan.properties.filter((name) => !unanswered.includes(name))
  const parameters = [arrayOfRows(records), run.entity, run.id, answered, JSON.stringify(rejects)]
  const answer = await transaction.executeQuery<{ updated: number; rejected: number }>(
    CompiledQuery.raw(statement, parameters),
  )
  return answer.rows[0] ?? none
}

/**
 * `$1` rows as a JSON array, `$2` entity, `$3` run, `$4` names of the answered properties, `$5` rejects as
 * a JSON array with `r` record id, `p` property, `v` raw value, `w` reason, `u` stamp of the record.
 */
function refreshStatement(
  entity: Entity,
  columns: readonly RowColumn[],
  shared: readonly RowColumn[],
): string {
  const { schema, name } = tableOf(entity)
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const record = ['i bigint', 'u timestamptz', ...columns.map(recordColumn)]
  const overflow = shared.length === 0 ? null : sharedSql(shared)
  const values = columns.map((column) => ({
    column: quoteIdentifier(column.column),
    value: recordValue('accepted', column),
  }))
  if (overflow !== null) values.push({ column: 'overflow', value: overflow.value })
  const stored = values.map(({ column }) => `stored.${column}`).join(', ')
  return `WITH accepted AS MATERIALIZED (
  SELECT incoming.*${overflow === null ? '' : ', gathered.o'}
  FROM json_array_elements($1::json) AS element
  CROSS JOIN json_to_record(element.value) AS incoming (${record.join(', ')})${overflow?.gather ?? ''}
  JOIN ${table} AS stored ON stored.id = incoming.i
  WHERE NOT stored.is_deleted AND (stored.updated_at > incoming.u) IS NOT TRUE
), refreshed AS (
  UPDATE ${table} AS stored
  SET ${values.map(({ column, value }) => `${column} = ${value}`).join(', ')}, _fivetran_synced = now()
  FROM accepted
  WHERE stored.id = accepted.i AND NOT stored.is_deleted
    AND (stored.updated_at > accepted.u) IS NOT TRUE
    AND ROW(${stored}) IS DISTINCT FROM ROW(${values.map(({ value }) => value).join(', ')})
  RETURNING 1
), reject AS MATERIALIZED (
  SELECT r, p, v, w, incoming.u
  FROM json_to_recordset($5::json) AS incoming (r text, p text, v text, w text, u timestamptz)
  JOIN accepted ON accepted.i = incoming.r::bigint
), cleared AS (
  DELETE FROM hubgen.quarantine AS stored USING accepted
  WHERE stored.entity = $2 AND stored.record_id = accepted.i::text
    AND stored.property = ANY ($4::text[]) AND NOT EXISTS (
      SELECT FROM reject WHERE r = stored.record_id AND p = stored.property
    )
), quarantined AS (
  INSERT INTO hubgen.quarantine AS stored
    (entity, record_id, property, raw_value, reason, run_id, record_updated_at)
  SELECT $2, r, p, v, w, $3::bigint, u FROM reject
  ON CONFLICT (entity, record_id, (coalesce(property, ''))) DO UPDATE
  SET raw_value = excluded.raw_value, reason = excluded.reason, run_id = excluded.run_id,
    quarantined_at = now(), record_updated_at = excluded.record_updated_at
  WHERE (stored.raw_value, stored.reason) IS DISTINCT FROM (excluded.raw_value, excluded.reason)
)
SELECT (SELECT count(*)::int FROM refreshed) AS updated, (SELECT count(*)::int FROM reject) AS rejected`
}

/** Keys of other properties in the column keep their values. */
function sharedSql(shared: readonly RowColumn[]) {
  const keys = shared.map(({ column }) => quoteLiteral(column)).join(', ')
  return {
    gather: gatherShared(shared),
    value: `(stored.overflow - ARRAY[${keys}]) || accepted.o`,
  }
}
