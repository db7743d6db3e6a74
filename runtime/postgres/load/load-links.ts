import { CompiledQuery, type Transaction } from 'kysely'
import type { AssociationTable, Entity } from '../../entity.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'
import type { RowCounts } from '../state/run-counts.ts'
import { type LinkRow, linksAsJson } from './links-as-json.ts'

/**
 * Makes the rows of these from-ids equal to the links, in whatever order they come: removes links that
 * HubSpot no longer has, writes changed labels, and leaves equal rows as they are.
 */
export async function loadLinks(
  transaction: Transaction<HubgenTables>,
  table: AssociationTable,
  fromIds: readonly string[],
  links: readonly LinkRow[],
): Promise<RowCounts> {
  const { rows } = await transaction.executeQuery<RowCounts>(
    CompiledQuery.raw(loadStatement(table), [linksAsJson(fromIds, links)]),
  )
  return rows[0] ?? { inserted: 0, updated: 0, unchanged: 0, deleted: 0 }
}

function loadStatement(association: AssociationTable): string {
  const { table, from, to } = namesOf(association)
  const key = `stored.${from} = given.f AND stored.${to} = given.t
      AND stored.category = given.c AND stored.type_id = given.y`
  return `WITH given AS MATERIALIZED (
  SELECT DISTINCT ON (f, t, c, y) f, t, y, c, l
  FROM json_to_recordset($1::json -> 'links') AS link (f bigint, t bigint, y integer, c text, l text)
  ORDER BY f, t, c, y, l
), answered AS MATERIALIZED (
  SELECT value::bigint AS id FROM json_array_elements_text($1::json -> 'ids')
), removed AS (
  DELETE FROM ${table} AS stored USING answered
  WHERE stored.${from} = answered.id AND NOT EXISTS (SELECT FROM given WHERE ${key})
  RETURNING 1
), written AS (
  INSERT INTO ${table} AS stored (${from}, ${to}, type_id, category, label, _fivetran_synced)
  SELECT f, t, y, c, l, now() FROM given
  WHERE NOT EXISTS (
    SELECT FROM ${table} AS stored WHERE ${key} AND stored.label IS NOT DISTINCT FROM given.l
  )
  ON CONFLICT (${from}, ${to}, category, type_id) DO UPDATE
  SET label = excluded.label, _fivetran_synced = excluded._fivetran_synced
  RETURNING xmax = 0 AS inserted
), wrote AS (
  SELECT count(*) FILTER (WHERE inserted)::int AS inserted,
    count(*) FILTER (WHERE NOT inserted)::int AS updated
  FROM written
)
SELECT inserted, updated, (SELECT count(*)::int FROM given) - inserted - updated AS unchanged,
  (SELECT count(*)::int FROM removed) AS deleted
FROM wrote`
}

/** Which links of records that are no longer live are removed. */
export type Orphans = { readonly deletedSince: Date } | 'all'

/**
 * Removes links of deleted records, since HubSpot has none. `all` also removes links of records that the
 * table does not have.
 */
export async function removeOrphanedLinks(
  transaction: Transaction<HubgenTables>,
  entity: Entity,
  association: AssociationTable,
  orphans: Orphans,
): Promise<number> {
  const { table, from } = namesOf(association)
  const { schema, name } = tableOf(entity)
  const records = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const statement =
    orphans === 'all'
      ? `DELETE FROM ${table} AS link WHERE NOT EXISTS (
  SELECT FROM ${records} AS record WHERE record.id = link.${from} AND NOT record.is_deleted
)`
      : `DELETE FROM ${table} AS link USING ${records} AS record
WHERE record.id = link.${from} AND record.is_deleted AND record._fivetran_synced >= $1::timestamptz`
  const parameters = orphans === 'all' ? [] : [orphans.deletedSince.toISOString()]
  const { numAffectedRows = 0n } = await transaction.executeQuery(
    CompiledQuery.raw(statement, parameters),
  )
  return Number(numAffectedRows)
}

function namesOf(association: AssociationTable) {
  const { schema, name } = tableOf(association)
  return {
    table: `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`,
    from: quoteIdentifier(association.fromColumn),
    to: quoteIdentifier(association.toColumn),
  }
}
