import { sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import { planOverflow } from '../../values/overflow-columns.ts'
import { type ConvertedRecord, planColumns, type RowColumn } from '../../values/row.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, quoteLiteral, tableOf } from '../identifier.ts'
import { readStoredRows } from './read-stored-rows.ts'
import { recordColumn, recordValue } from './row-record.ts'

/** How the rows of an entity are compared with records; built once, used for every batch. */
export interface ComparePlan {
  readonly entity: string
  /** Columns of the table, then those stored in the column `overflow`. */
  readonly columns: readonly RowColumn[]
  /** Property names in HubSpot, without duplicates. */
  readonly properties: readonly string[]
  /** Takes rows as a JSON array in `$1`; returns a `StoredRow` for each. */
  readonly statement: string
}

/** A differing column; for values in `overflow` the property's name, for hubgen's own columns their name. */
interface ComparedColumn {
  readonly column: string
  readonly property: string
}

/** A record, and how its row differs from it. */
export interface ComparedRow {
  readonly record: ConvertedRecord
  /** Undefined if the table has no row for it. */
  readonly row: { readonly isDeleted: boolean; readonly updatedAtMs: number } | undefined
  readonly columns: readonly ComparedColumn[]
}

interface StoredRow {
  readonly id: string
  /** Null if there is no row. */
  readonly ms: string | null
  readonly isDeleted: boolean | null
  /** Null if there is no row or the portal is unknown. */
  readonly isOtherPortal: boolean | null
  readonly flagsDiffer: boolean | null
  /** Indexes of the differing columns in the plan, from 0. */
  readonly places: readonly number[]
}

export function planCompare(entity: Entity): ComparePlan {
  const columns = planColumns(entity)
  const shared = planOverflow(entity)
  const all = [...columns, ...shared]
  return {
    entity: entity.name,
    columns: all,
    properties: [...new Set(all.map(({ property }) => property))],
    statement: compareStatement(entity, columns, shared),
  }
}

/**
 * Compares records with their rows, value by value; ids must be unique. Properties that an answer lacks are
 * not compared. A value that does not fit its column counts as equal if the quarantine has it. Records that
 * Postgres cannot read are left out, because the quarantine has them whole.
 */
export async function compareRows(
  database: Database,
  plan: ComparePlan,
  records: readonly ConvertedRecord[],
): Promise<readonly ComparedRow[]> {
  return explainingErrors(database.label, async () => {
    const rows = await readStoredRows<StoredRow>(database, plan.statement, records)
    const stored = new Map(rows.map((row) => [row.id, row]))
    const kept = await readKept(database, plan.entity, records)
    return records.flatMap((record) => {
      const found = stored.get(record.id)
      if (found === undefined) return []
      const places = new Set(found.places)
      const unanswered = new Set(record.unanswered)
      const lost = new Set(
        record.rejects
          .filter(({ property, rawValue }) => kept.get(keyOf(record.id, property)) !== rawValue)
          .map(({ property }) => property),
      )
      const { ms, isDeleted } = found
      const row =
        ms === null ? undefined : { isDeleted: isDeleted === true, updatedAtMs: Number(ms) }
      const columns = plan.columns.filter(({ property, current }, place) => {
        if (row === undefined || unanswered.has(property)) return false
        return places.has(place) || (current && lost.has(property))
      })
      return [{ record, row, columns: [...ownColumnsOf(found), ...columns] }]
    })
  })
}

/** Both flags must agree, and every row must belong to the portal of the table. */
export const ownColumns: ReadonlySet<string> = new Set(['portal_id', '_fivetran_deleted'])

function ownColumnsOf({ isOtherPortal, flagsDiffer }: StoredRow): readonly ComparedColumn[] {
  const wrong = [
    ...(isOtherPortal === true ? ['portal_id'] : []),
    ...(flagsDiffer === true ? ['_fivetran_deleted'] : []),
  ]
  return wrong.map((column) => ({ column, property: column }))
}

/** The quarantined raw values, by record and property. */
async function readKept(
  database: Database,
  entity: string,
  records: readonly ConvertedRecord[],
): Promise<ReadonlyMap<string, string>> {
  const ids = records.filter(({ rejects }) => rejects.length > 0).map(({ id }) => id)
  if (ids.length === 0) return new Map()
  const { rows } = await sql<{ id: string; property: string; rawValue: string }>`
    SELECT record_id AS id, property, raw_value AS "rawValue" FROM hubgen.quarantine
    WHERE entity = ${entity} AND property IS NOT NULL AND record_id = ANY(${ids}::text[])`.execute(
    database.kysely,
  )
  return new Map(rows.map(({ id, property, rawValue }) => [keyOf(id, property), rawValue]))
}

function keyOf(id: string, property: string): string {
  return `${id} ${property}`
}

/**
 * Uses one parameter for all values and returns an array of column indexes, because a result row has at
 * most 1,664 columns.
 */
function compareStatement(
  entity: Entity,
  columns: readonly RowColumn[],
  shared: readonly RowColumn[],
): string {
  const { schema, name } = tableOf(entity)
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const types = [
    ...columns.map((column) => `, ${recordColumn(column)}`),
    ...shared.map(({ key }) => `, ${key} text`),
  ].join('')
  const pairs = [
    ...columns.map((column) => [
      `stored.${quoteIdentifier(column.column)}`,
      recordValue('incoming', column),
    ]),
    ...shared.map(({ column, key }) => [
      `(stored.overflow ->> ${quoteLiteral(column)})`,
      `incoming.${key}`,
    ]),
  ]
  const cases = pairs.map(
    ([value, given], place) => `CASE WHEN ${value} IS DISTINCT FROM ${given} THEN ${place} END`,
  )
  return `SELECT incoming.i::text AS id, stored.is_deleted AS "isDeleted",
  stored.is_deleted <> stored._fivetran_deleted AS "flagsDiffer", stored.portal_id <> (
    SELECT copy.portal_id FROM hubgen.copy WHERE copy.entity = ${quoteLiteral(entity.name)}
  ) AS "isOtherPortal",
  floor(extract(epoch FROM stored.updated_at) * 1000)::bigint::text AS ms,
  array_remove(ARRAY[${cases.join(', ')}]::integer[], NULL) AS places
FROM json_to_recordset($1::json) AS incoming (i bigint${types})
LEFT JOIN ${table} AS stored ON stored.id = incoming.i`
}
