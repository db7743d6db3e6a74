import { sql } from 'kysely'
import type { AssociationTable, Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { queryRows } from '../connection/query-rows.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'
import { type LinkRow, linksAsJson } from './links-as-json.ts'

/** How the links of one record differ from the table's rows. */
export interface DifferingLinks {
  readonly id: string
  /** The record at the other end of one differing link. */
  readonly toId: string
  /** In HubSpot but not in the table. */
  readonly missing: number
  /** In the table but not in HubSpot. */
  readonly extra: number
  /** With another label. */
  readonly relabelled: number
}

/** The entity's link tables that exist; `hubgen migrate` creates them. */
export async function findLinkTables(
  database: Database,
  { associations = [] }: Entity,
): Promise<readonly AssociationTable[]> {
  if (associations.length === 0) return []
  const names = associations.map((association) => quotedTable(association))
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ place: number }>`
      SELECT place::int FROM unnest(${names}::text[]) WITH ORDINALITY AS wanted (name, place)
      WHERE to_regclass(wanted.name) IS NOT NULL`.execute(database.kysely),
  )
  const places = new Set(rows.map(({ place }) => place))
  return associations.filter((_, index) => places.has(index + 1))
}

/** Given records with all their links, returns those for which the table has other rows. */
export async function compareLinks(
  database: Database,
  association: AssociationTable,
  fromIds: readonly string[],
  links: readonly LinkRow[],
): Promise<readonly DifferingLinks[]> {
  if (fromIds.length === 0) return []
  const values = [linksAsJson(fromIds, links)]
  return await queryRows<DifferingLinks>(database, compareStatement(association), values)
}

function quotedTable({ table }: AssociationTable): string {
  const { schema, name } = tableOf({ table })
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
}

function compareStatement(association: AssociationTable): string {
  const { fromColumn, toColumn } = association
  const [from, to] = [quoteIdentifier(fromColumn), quoteIdentifier(toColumn)]
  return `WITH given AS MATERIALIZED (
  SELECT DISTINCT ON (f, t, c, y) f, t, y, c, l
  FROM json_to_recordset($1::json -> 'links') AS link (f bigint, t bigint, y integer, c text, l text)
  ORDER BY f, t, c, y, l
), answered AS MATERIALIZED (
  SELECT value::bigint AS id FROM json_array_elements_text($1::json -> 'ids')
), kept AS MATERIALIZED (
  SELECT stored.${from} AS f, stored.${to} AS t, stored.type_id AS y, stored.category AS c, stored.label AS l
  FROM ${quotedTable(association)} AS stored
  JOIN answered ON answered.id = stored.${from}
)
SELECT coalesce(given.f, kept.f)::text AS id, min(coalesce(given.t, kept.t))::text AS "toId",
  count(*) FILTER (WHERE kept.f IS NULL)::int AS missing,
  count(*) FILTER (WHERE given.f IS NULL)::int AS extra,
  count(*) FILTER (WHERE given.f = kept.f)::int AS relabelled
FROM given FULL JOIN kept
  ON given.f = kept.f AND given.t = kept.t AND given.c = kept.c AND given.y = kept.y
WHERE given.f IS NULL OR kept.f IS NULL OR given.l IS DISTINCT FROM kept.l
GROUP BY coalesce(given.f, kept.f) ORDER BY coalesce(given.f, kept.f)`
}
